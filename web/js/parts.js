// SPDX-License-Identifier: MIT
/* The pieces that all views are made of.  Bars are in bars.js. */
import { freshId, h, icon, replace, set, shape, sign } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';

export { limitBar, windowBar, barLegend, shareBar } from './bars.js';
export { menu, openMenu } from './menu.js';

/** state('ready', 'Ready', {why, since}): a shape, words, and below them the reason
    and since when.  Kinds: ready paused over login blocked off revoked wait run failed. */
export function state(kind, words, { why, since } = {}) {
  const node = h(`span.st.${kind}`, shape(kind), h('span', words));
  const text = since && why ? t('state.since_why', { since: format.time(since), why })
    : since ? t('state.since', { since: format.time(since) }) : why;
  return text ? h('div.state', node, h('span.why', text)) : node;
}

const joined = (...classes) => classes.filter(Boolean).join(' ');

/** button(label, {onclick, href, primary, quiet, danger, icon, after, class, disabled, submit, label}) */
export function button(text, options = {}) {
  const { onclick, href, primary, quiet, danger, submit, disabled, after, label, attributes } = options;
  const kind = joined('btn', primary && 'main', quiet && 'quiet', danger && 'danger', options.class);
  return h(href ? 'a' : 'button', { class: kind, onclick, 'aria-label': label, ...attributes },
    href ? { href } : { type: submit ? 'submit' : 'button', disabled },
    options.icon && icon(options.icon, 14), text, after && icon(after, 14));
}

/** A button that is an icon; `label` is its name. */
export function iconButton(name, label, options = {}) {
  return button(null, {
    ...options, icon: name, label, class: joined('icon', options.class), attributes: { title: label, ...options.attributes },
  });
}

/** seg(label, [[value, text]], value, onchange): one of few, as a radio group. */
export function seg(label, items, value, onchange) {
  const group = h('div.seg', { role: 'radiogroup', 'aria-label': label });
  return radioGroup(group, items.map(([name, text]) => [name, h('button', { type: 'button' }, text)]), value, onchange);
}

/** Make a radio group of buttons [[value, button]]: arrows, one tab stop. */
export function radioGroup(group, entries, value, onchange) {
  function choose(name, tell) {
    for (const [each, node] of entries) {
      set(node, { role: 'radio', 'aria-checked': String(each === name), tabindex: each === name ? 0 : -1 });
    }
    if (tell) onchange?.(name);
  }
  function step(by, from) {
    const at = entries.findIndex(([, node]) => node === from);
    const [name, node] = entries[(at + by + entries.length) % entries.length];
    choose(name, true);
    node.focus();
  }
  for (const [name, node] of entries) {
    node.addEventListener('click', () => choose(name, true));
    group.append(node);
  }
  group.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const from = event.target.closest('[role=radio]');
    if (by && from) { event.preventDefault(); step(by, from); }
  });
  choose(value, false);
  group.choose = (name) => choose(name, false);
  return group;
}

/** Copies getText(); without a clipboard (plain HTTP) it selects `from` instead. */
export function copyButton(getText, { label = t('copy.copy'), quiet = true, iconOnly = false, from = null, onclick } = {}) {
  const words = h('span', { 'aria-live': 'polite', class: iconOnly ? 'sr' : null }, label);
  const picture = h('span.pic', icon('copy', 14));
  const node = h('button.btn', {
    type: 'button', title: iconOnly ? label : null, class: joined(quiet && 'quiet', iconOnly && 'icon'),
  }, picture, words);
  let timer;
  function become(text, name) {
    replace(words, text);
    replace(picture, icon(name, 14));
  }
  node.addEventListener('click', async () => {
    clearTimeout(timer);
    const done = await copied(getText(), from);
    become(done ? t('copy.copied') : t('copy.selected'), done ? 'check' : 'copy');
    onclick?.(done);
    timer = setTimeout(() => become(label, 'copy'), done ? 2000 : 6000);
  });
  return node;
}

async function copied(text, from) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (from) getSelection().selectAllChildren(from);
    return false;
  }
}

/** Lines to paste, with a copy button; getText if what is copied differs from what is shown. */
export function codeBox(text, label, getText = () => text) {
  const lines = h('pre.code', { tabindex: 0, role: 'region', 'aria-label': label }, text);
  return h('div.codebox', lines, copyButton(getText, { iconOnly: true, from: lines }));
}

/** "Revoked ci-old. Undo": for what succeeded out of sight and can be undone. */
export function toast(text, { undo } = {}) {
  document.querySelector('.toast')?.remove();
  const node = h('div.toast', { role: 'status' }, h('span', text),
    undo && button(t('toast.undo'), { quiet: true, onclick: () => { node.remove(); undo(); } }));
  let timer;
  const wait = () => { clearTimeout(timer); timer = setTimeout(() => node.remove(), 8000); };
  const hold = () => clearTimeout(timer);
  for (const name of ['pointerenter', 'focusin']) node.addEventListener(name, hold);
  for (const name of ['pointerleave', 'focusout']) node.addEventListener(name, wait);
  document.body.append(node);
  wait();
  return node;
}

/** The head of a page: h1, one muted sentence of facts, actions at the right. */
export function head(title, facts, ...actions) {
  return h('div.head', h('div.ti', h('h1', title), facts && h('span.sum', facts)),
    h('div.end', actions.length ? actions : null));
}

/** An h2 over a hairline; `end` is its one link or fact. */
export function section(title, end, ...children) {
  const id = freshId('section');
  return h('section.sect', { 'aria-labelledby': id }, h('div.bar-head', h('h2', { id }, title), end && h('span.end', end)), children);
}

/** Where one is: crumbs(['Accounts', '/admin/accounts'], ['lin']) */
export function crumbs(...steps) {
  return h('nav.crumb', { 'aria-label': t('nav.path') }, steps.map(([text, href], i) => [
    i > 0 && icon('right', 12),
    href ? h('a', { href }, text) : h('span', { 'aria-current': 'page' }, text),
  ]));
}

/** The view of an item that is not there (any more): `trail` as for crumbs, `way` a button. */
export const notThere = (trail, name, { title, why, way }) => [
  crumbs(...trail, [name]), h('div.head', h('div.ti', h('h1', name))), empty(title, why, way),
];

/** Nothing here: what would be, why it is not, the one next step. */
export const empty = (title, why, ...actions) =>
  h('div.empty', h('b', title), why && h('p', why), actions.length > 0 && h('div.row.wrap', actions));

/** A part that failed: what the relay said, and again(). */
export function failed(error, again) {
  return h('div.failed', { role: 'alert' }, sign('bad'), h('div', h('b', t('failed.title')), h('p', error.message)),
    again && button(t('failed.again'), { onclick: again }));
}

/** A note with a sign: note('warn', 'Copy it now.') */
export const note = (severity, ...words) => h(`div.note.${severity}`, sign(severity), h('span', words));

/** A name that is cut where it is long, and a link if there is an address. */
export const name = (text, href) =>
  h(href ? 'a.name' : 'span.name', { href, title: text }, text);

/** dl of facts: pairs([['Signed in', '4 Oct'], null]) */
export const pairs = (facts) =>
  h('dl.kv', facts.filter(Boolean).map(([what, value]) => [h('dt', what), h('dd', value)]));

/** field({label, hint, input, error}) -> node; node.fail(text) shows an error in its place, null takes it away. */
export function field({ label, hint, input, error, hidden = false }) {
  input.id ||= freshId('field');
  const words = h('span.hint', { id: `${input.id}-hint` }, hint);
  const wrong = h('span.err', { id: `${input.id}-error`, role: 'alert' });
  const node = h('div.field', h('label', { for: input.id, class: hidden ? 'sr' : null }, label), input, wrong, hint && words);
  node.input = input;
  node.fail = (text) => {
    replace(wrong, text && [sign('bad'), h('span', text)]);
    input.classList.toggle('invalid', !!text);
    set(input, {
      'aria-invalid': text ? 'true' : null,
      'aria-describedby': [text && wrong.id, hint && words.id].filter(Boolean).join(' ') || null,
    });
  };
  node.fail(error);
  return node;
}

/** input({type, value, ...attributes}) with the page's looks. */
export const input = (attributes = {}, kind = '') =>
  h(`input.in${kind}`, { autocomplete: 'off', spellcheck: 'false', type: 'text', ...attributes });

/** select([[value, text]], value, onchange) */
export function select(items, value, onchange, attributes = {}) {
  const node = h('select.in', attributes, items.map(([each, text]) => h('option', { value: each, selected: each === value }, text)));
  node.addEventListener('change', () => onchange?.(node.value));
  return node;
}

/** check('Only these', checked, onchange): a check box with its label. */
export function check(text, checked, onchange, attributes = {}) {
  const box = h('input.check', { type: 'checkbox', checked: !!checked, ...attributes });
  box.addEventListener('change', () => onchange?.(box.checked));
  return Object.assign(h('label.row.small', box, h('span', text)), { input: box });
}

/** A small act that cannot be undone: the button asks in place, for 4 s. */
export function confirmButton(text, sure, act, options = {}) {
  const words = h('span', text);
  let armed = null;
  const rest = () => {
    clearTimeout(armed);
    armed = null;
    node.classList.remove('danger');
    replace(words, text);
  };
  const node = button(words, {
    ...options,
    onclick: () => {
      if (armed) { rest(); act(node); return; }
      node.classList.add('danger');
      replace(words, sure);
      node.removeAttribute('aria-label');
      armed = setTimeout(rest, 4000);
    },
  });
  words.setAttribute('aria-live', 'polite');
  return node;
}

/** Run work() while a button is disabled; an error stands below it, in `place`. */
export async function busy(node, work, place) {
  node.disabled = true;
  if (place) replace(place);
  try {
    return await work();
  } catch (error) {
    if (!place) throw error;
    replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
    return undefined;
  } finally {
    node.disabled = false;
  }
}

const tickers = new Map();
let ticking = null;

/** A text that is made anew each second while it stands on the page: ticker(() => running(now - since)) */
export function ticker(make, kind = '') {
  const node = h(`span${kind}`, make());
  tickers.set(node, make);
  ticking ??= setInterval(tick, 1000);
  return node;
}

function tick() {
  for (const [node, make] of tickers) {
    if (!node.isConnected) tickers.delete(node);
    else if (!document.hidden) {
      const text = make();
      if (node.textContent !== text) node.textContent = text;
    }
  }
  if (!tickers.size) { clearInterval(ticking); ticking = null; }
}

/** How long something has run, ticking: 22 s, 3:14 */
export const elapsed = (since) => ticker(() => format.running(Date.now() - new Date(since).getTime()));
