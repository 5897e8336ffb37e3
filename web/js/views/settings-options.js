// SPDX-License-Identifier: MIT
/* Settings, options: what is in force, where that is from, and what to do to change it. */
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { searchField } from '../filters.js';
import { has, t, tn } from '../i18n.js';
import { grouped } from '../option-groups.js';
import { busy, button, codeBox, empty, select } from '../parts.js';
import { query, setQuery } from '../router.js';
import { frame } from '../settings-frame.js';

const LEVELS = ['error', 'warn', 'info', 'debug'];

/* English is what the relay says; other languages have a text of their own, if they know
   the option. */
const meaningOf = (option) => (has(`option.${option.name}`) ? t(`option.${option.name}`) : option.meaning);

function valueOf(option) {
  if (!option.is_set) return h('span.faint', t('settings.not_set'));
  if (option.is_secret) return h('span', option.length ? tn('settings.secret', option.length) : t('settings.secret_set'));
  return h('span.mono', option.value);
}

function originOf(option) {
  if (option.origin === 'file') return t('settings.origin.file', { file: option.file, line: option.line });
  return has(`settings.origin.${option.origin}`) ? t(`settings.origin.${option.origin}`) : option.origin;
}

const effectOf = (option) => t(option.effect === 'now' ? 'settings.effect.now' : 'settings.effect.restart');

/* ---- what to do ---------------------------------------------------------------- */

/* The line that .env would have. */
function lineOf(option) {
  const value = option.is_secret || !option.value ? t('settings.value_place') : option.value;
  return `${option.name}=${value}`;
}

function howTo(option, file) {
  if (option.origin === 'environment' || option.origin === 'argument') return h('p', t(`settings.how.${option.origin}`));
  const words = option.origin === 'file' ? t('settings.how.file', { file, line: option.line }) : t('settings.how.default', { file });
  return [h('p', words), codeBox(lineOf(option), t('settings.how.line'))];
}

function facts(option) {
  const words = [
    t('settings.allowed', { allowed: option.allowed }),
    option.default ? t('settings.default', { value: option.default }) : t('settings.no_default'),
  ];
  return h('p.tiny.mute', words.join(' · '));
}

/* ---- rows ---------------------------------------------------------------------- */

function levelEditor(option, done) {
  const place = h('div');
  let level = option.value;
  const field = select(LEVELS.map((each) => [each, each]), level, (value) => { level = value; }, { 'aria-label': option.name });
  const save = button(t('settings.save'), {
    primary: true,
    onclick: () => busy(save, async () => {
      await api.patch('/admin/api/log', { level });
      await done(true);
    }, place),
  });
  return {
    value: [field, h('span.tiny.mute', t('settings.level_hint', { value: option.value })), place],
    end: h('div.row.endr', button(t('dialog.cancel'), { quiet: true, onclick: () => done(false) }), save),
  };
}

/* LOG_LEVEL is changed here, notices beside, all else says what to do. */
function actOf(option, open) {
  if (option.name.startsWith('NOTIFY_') && option.effect === 'now') {
    return button(t('settings.change'), { href: '/admin/settings/notices', quiet: true, class: 'pull', label: t('settings.change_of', { name: option.name }) });
  }
  const changes = option.name === 'LOG_LEVEL';
  return button(t(changes ? 'settings.change' : 'settings.how'), {
    quiet: true, class: 'pull', onclick: open,
    label: t(changes ? 'settings.change_of' : 'settings.how_of', { name: option.name }),
    attributes: changes ? {} : { 'aria-expanded': 'false' },
  });
}

function rowOf(option, file, reload) {
  const cell = (kind, ...children) => h(`td${kind}`, { role: 'cell' }, children);
  const value = cell('.wide.val', valueOf(option));
  const act = cell('.num.first2.act');
  const row = h('tr', { role: 'row', id: option.name },
    cell('.first.nm', h('code', option.name), h('span.sub', meaningOf(option))),
    value,
    cell('.or', originOf(option), option.origin === 'environment' && h('span.sub', t('settings.change_there'))),
    cell('.mute.ef', effectOf(option)), act);
  const show = () => {
    row.classList.remove('edit');
    replace(value, valueOf(option));
    replace(act, actOf(option, option.name === 'LOG_LEVEL' ? edit : explain));
  };
  const focus = () => act.querySelector('button, a')?.focus();
  const edit = () => {
    const editor = levelEditor(option, async (changed) => {
      if (changed) return reload(option.name);
      show();
      focus();
    });
    row.classList.add('edit');
    replace(value, editor.value);
    replace(act, editor.end);
    value.querySelector('select').focus();
  };
  const explain = () => {
    const next = row.nextElementSibling;
    const is = next?.classList.contains('how');
    if (is) next.remove();
    else row.after(h('tr.how', { role: 'row' }, h('td', { role: 'cell', colspan: 5 }, h('div.howto', howTo(option, file), facts(option)))));
    act.querySelector('button').setAttribute('aria-expanded', String(!is));
  };
  row.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && row.classList.contains('edit')) { event.stopPropagation(); show(); focus(); }
  });
  show();
  return row;
}

function groupOf([group, options], file, reload) {
  return h('tbody', { role: 'rowgroup' },
    h('tr.grp', { role: 'row' }, h('th', { scope: 'rowgroup', role: 'rowheader', colspan: 5 }, t(`settings.group.${group}`))),
    options.map((option) => rowOf(option, file, reload)));
}

function listOf(doc, words, reload) {
  const found = doc.options.filter((option) => `${option.name} ${option.meaning} ${meaningOf(option)}`.toLowerCase().includes(words.toLowerCase()));
  if (!found.length) return empty(t('settings.none_found', { words }), t('settings.loosen'));
  const th = (name, hidden) => h('th', { scope: 'col', role: 'columnheader' }, hidden ? h('span.sr', t(name)) : t(name));
  return h('table.tab.fold.opts', { role: 'table', 'aria-label': t('settings.options') },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, th('settings.option'), th('settings.value'), th('settings.origin'), th('settings.effect'), th('table.actions', true))),
    grouped(found).map((each) => groupOf(each, doc.env_file ?? '.env', reload)));
}

/** Open this view. */
export async function open(view) {
  let doc = await api.get('/admin/api/settings', null, view);
  let words = query().q ?? '';
  const list = h('div');
  const draw = () => replace(list, listOf(doc, words, reload));
  async function reload(name) {
    doc = await api.get('/admin/api/settings', null, view);
    draw();
    document.getElementById(name)?.querySelector('.act :is(button, a)')?.focus();
  }
  const search = searchField({
    label: t('settings.find'), value: words,
    oninput: (value) => { words = value; setQuery({ q: value }); draw(); },
  });
  draw();
  frame(view, 'options', { facts: doc.env_file && t('settings.file', { file: doc.env_file }), actions: [search] }, list);
}
