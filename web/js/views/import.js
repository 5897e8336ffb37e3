// SPDX-License-Identifier: MIT
/* Accounts of another relay: read, shown what would become of each, and then taken over. */
import { api } from '../api.js';
import { command, commandLine } from '../command.js';
import { h, replace, sign } from '../dom.js';
import { words } from '../errors.js';
import { bytes, number, time } from '../format.js';
import { t, tn, tx } from '../i18n.js';
import { button, crumbs, field, head, input, name as nameOf, select, state } from '../parts.js';
import { to } from '../routes.js';
import { table } from '../table.js';

const FORMATS = ['crs', 'sub2api', 'cliproxyapi', 'claude-code', 'seed'];
const SIZE_MAX = 8 * 2 ** 20;

/* ---- what became of each ------------------------------------------------------------ */

const SHAPES = { take: 'ready', imported: 'ready', exists: 'off', foreign: 'off', refused: 'failed' };

function outcomeOf(row, dry) {
  switch (row.outcome) {
    case 'take': case 'imported': return dry ? t('import.would') : t('import.done_one');
    case 'exists': return t('import.exists');
    case 'foreign': return t('import.foreign');
    default: return t('import.refused');
  }
}

/* Why it is not taken over, or what of it is not. */
const why = (row) => [row.text && words({ ...row, message: row.text }), ...row.hint_codes.map((hint) => words(hint))].filter(Boolean).join(' ') || null;

const columns = (dry) => [
  { key: 'name', label: t('import.head.name'), fold: 'first', cell: (row) => (!dry && row.outcome === 'imported'
    ? nameOf(row.name, to('accounts', row.name)) : h('span.name', { title: row.name || row.there }, row.name || row.there || t('import.no_name'))) },
  { key: 'there', label: t('import.head.there'), priority: 3, fold: 'hide', cell: (row) => h('span.mute', row.there) },
  { key: 'kind', label: t('import.head.kind'), priority: 3, fold: 'hide', cell: (row) => h('span.mute', row.kind) },
  { key: 'outcome', label: t('import.head.outcome'), fold: 'wide', cell: (row) => state(SHAPES[row.outcome] ?? 'failed', outcomeOf(row, dry), { why: why(row) }) },
];

/* Whose tokens two relays would renew; by its code, else in the relay's own words. */
function warningOf({ warning, warning_code: code, warning_params: params, format }, dry) {
  if (code === 'import_claude_code') return [t('import.warn.claude_code')];
  if (code !== 'import_shared') return [warning];
  const from = format === 'seed' ? t('import.warn.files') : params.from;
  return [
    tn('import.warn.shared', params.accounts, { from }), t(dry ? 'import.warn.stop_before' : 'import.warn.stop_now'),
    params.renews_at ? t('import.warn.renews', { time: time(params.renews_at) }) : t('import.warn.off'),
    tx('import.warn.again', { command: commandLine('', 'login', params.first) }),
  ];
}

function resultOf(answer, dry) {
  const rows = answer.accounts.map((row, i) => ({ ...row, i }));
  const list = table({ label: t('import.result'), columns: columns(dry), rows, rowKey: (row) => row.i, keys: false });
  return [
    h('p.small', t(dry ? 'import.sum_dry' : 'import.sum', {
      taken: tn('import.accounts', answer.taken), there: number(answer.there), left: number(answer.left_out),
    }), ' ', h('span.faint', t('import.read_as', { format: t(`import.format.${answer.format.replace('-', '_')}`) }))),
    list.node, answer.warning && h('div.note.warn', sign('warn'), h('div', warningOf(answer, dry).map((line) => h('p', line)))),
  ];
}

/* ---- what is brought ------------------------------------------------------------------ */

function source(onchange) {
  const text = h('textarea.in.mono', { rows: 8, spellcheck: 'false', autocomplete: 'off', placeholder: '{ … }' });
  const file = h('input.sr', { type: 'file', accept: '.json,application/json', tabindex: -1, 'aria-label': t('import.choose') });
  const said = h('span.small.faint', { 'aria-live': 'polite' }, t('import.drop'));
  let chosen = null; // { name, text }: it holds tokens, and is not shown
  async function take(blob) {
    if (!blob) return;
    if (blob.size > SIZE_MAX) { replace(said, h('span.bad', t('import.too_large'))); return; }
    chosen = { name: blob.name, text: await blob.text() };
    text.value = '';
    replace(said, t('import.chosen', { name: blob.name, size: bytes(blob.size) }));
    onchange();
  }
  function forget() {
    chosen = null;
    text.value = '';
    replace(said, t('import.drop'));
  }
  file.addEventListener('change', () => take(file.files[0]));
  text.addEventListener('input', () => {
    if (chosen) { chosen = null; replace(said, t('import.drop')); }
    onchange();
  });
  const area = h('div.drop', field({ label: t('import.content'), hint: t('import.content_hint'), input: text }),
    h('div.row.wrap', button(t('import.choose'), { icon: 'file', onclick: () => file.click() }), file, said));
  area.addEventListener('dragover', (event) => { event.preventDefault(); area.classList.add('over'); });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => { event.preventDefault(); area.classList.remove('over'); take(event.dataTransfer.files[0]); });
  return { node: area, value: () => chosen?.text ?? text.value, file: () => chosen?.name ?? '', input: text, forget };
}

/* ---- the page --------------------------------------------------------------------------- */

export async function open(view) {
  view.title(t('import.title'));
  const place = h('div.result', { 'aria-live': 'polite' });
  const dry = button(t('import.look'), { primary: true, submit: true });
  const take = button(t('import.take'), { primary: true, onclick: () => run(false) });
  take.hidden = true;
  const fresh = () => { take.hidden = true; dry.classList.add('main'); replace(place); };
  const from = source(fresh);
  const format = select([['', t('import.recognised')], ...FORMATS.map((word) => [word, t(`import.format.${word.replace('-', '_')}`)])], '', fresh);
  const prefix = input({ placeholder: 'crs-', maxlength: 32, oninput: fresh });

  async function run(dryRun) {
    if (!from.value().trim()) { replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', t('import.empty')))); from.input.focus(); return; }
    dry.disabled = take.disabled = true;
    replace(place, h('p.small.faint', t('import.reading')));
    try {
      const answer = await api.post('/admin/api/accounts/import', {
        content: from.value(), dry_run: dryRun, ...(from.file() && { file: from.file() }), ...(format.value && { format: format.value }), ...(prefix.value.trim() && { prefix: prefix.value.trim() }),
      });
      replace(place, resultOf(answer, dryRun));
      take.hidden = !dryRun || !answer.taken;
      dry.classList.toggle('main', take.hidden);
      if (!dryRun) from.forget();
      if (!dryRun && answer.taken) place.append(h('div.row', view.query.first === '1'
        ? button(t('first.go_on'), { href: '/admin/', primary: true }) : button(t('import.to_list'), { href: '/admin/accounts', primary: true })));
    } catch (error) {
      replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
    }
    dry.disabled = take.disabled = false;
  }

  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [t('import.crumb')]), head(t('import.title'), t('import.facts')),
    h('div.duo', h('div',
      h('form.fields', { novalidate: true, onsubmit: (event) => { event.preventDefault(); run(true); } }, from.node,
        h('div.grid2', field({ label: t('import.format'), input: format }), field({ label: t('import.prefix'), hint: t('import.prefix_hint'), input: prefix })),
        h('div.row.wrap', dry, take)), place),
    h('aside.help', { 'aria-label': t('login.help') }, h('h2', t('login.help')), h('ul',
      h('li', t('import.help.nothing')), h('li', t('import.help.once')), h('li', t('import.help.personal')), h('li', t('import.help.large'))),
    h('h2', t('login.terminal')), h('code.code', command('account import --from crs accounts.json --dry-run')))));
}
