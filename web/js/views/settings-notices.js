// SPDX-License-Identifier: MIT
/* Settings, notices: where they go, whether they arrive, and what they tell now. */
import { api } from '../api.js';
import { words } from '../attention.js';
import { commandLine } from '../command.js';
import { h, replace } from '../dom.js';
import { failure } from '../errors.js';
import { exact, number, time } from '../format.js';
import { t, tx } from '../i18n.js';
import { live } from '../live.js';
import { busy, button, confirmButton, empty, field, input, pairs, section, select, state } from '../parts.js';
import { frame } from '../settings-frame.js';
import { slot } from '../slot.js';
import { table } from '../table.js';

const FORMATS = ['json', 'slack', 'feishu', 'dingtalk', 'wecom', 'telegram', 'ntfy'];
const PATH = '/admin/api/notify';
const FRESH_MS = 10000;

const formatName = (format) => t(`notices.format.${format}`);
const isFixed = (doc) => doc.set && doc.origin !== 'here';

/* ---- the test ------------------------------------------------------------------ */

function resultOf(answer) {
  if (answer.delivered) return state('ready', t('notices.delivered', { host: answer.host, status: answer.status }));
  return state('failed', t('notices.not_delivered', { host: answer.host }), { why: failure(answer.error) });
}

function testButton(place, after) {
  const node = button(t('notices.test'), {
    onclick: () => busy(node, async () => {
      replace(place, resultOf(await api.post(`${PATH}/test`, {})));
      after();
    }, place),
  });
  return node;
}

/* ---- where to ------------------------------------------------------------------ */

function form(doc, done) {
  const place = h('div');
  const url = field({
    label: t('notices.url'), hint: t('notices.url_hint'),
    input: input({ type: 'password', name: 'notify-url', autocomplete: 'off', placeholder: doc.set ? t('notices.url_again') : 'https://' }, '.mono'),
  });
  let format = doc.format;
  const kind = field({
    label: t('notices.format'), hint: t('notices.format_hint'),
    input: select(FORMATS.map((each) => [each, formatName(each)]), format, (value) => { format = value; }),
  });
  const save = button(t('notices.save'), { primary: true, submit: true });
  return h('form.panel', {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      url.fail(null);
      if (!url.input.value.trim()) { url.fail(t('notices.url_missing')); url.input.focus(); return; }
      busy(save, async () => done(await api.patch(PATH, { url: url.input.value.trim(), format })), place);
    },
  }, url, kind, place, h('div.row', save, button(t('dialog.cancel'), { quiet: true, onclick: () => done(null) })));
}

function target(doc) {
  return pairs([
    [t('notices.host'), h('span.mono', doc.host)],
    [t('notices.format'), formatName(doc.format)],
    [t('settings.origin'), doc.origin === 'here' ? t('notices.set_here', { time: time(doc.changed_at) }) : t(`notices.origin.${doc.origin}`)],
  ]);
}

function whereTo(doc, change) {
  const result = h('div.result', { 'aria-live': 'polite' });
  const off = confirmButton(t('notices.off'), t('notices.off_now'), (node) =>
    busy(node, async () => change.take(await api.patch(PATH, { url: null })), result), { quiet: true });
  if (!doc.set) {
    return empty(t('notices.nowhere'), t('notices.nowhere_why'), button(t('notices.set'), { primary: true, onclick: change.edit }));
  }
  return [
    target(doc),
    isFixed(doc) && h('p.small.mute', t(`notices.fixed.${doc.origin}`)),
    h('div.row.wrap', testButton(result, change.refresh), !isFixed(doc) && button(t('notices.change'), { onclick: change.edit }), !isFixed(doc) && off),
    result,
  ];
}

/* ---- what is told, and how sending goes ----------------------------------------- */

/* As the overview says it (attention.js): event -> what */
const WHAT = {
  account_login_required: 'sign_in_again', account_blocked: 'account_blocked', account_unusable: 'account_unusable',
  window_80: 'window_nearly', window_exhausted: 'window_used_up', accounts_paused: 'accounts_paused',
  budget_80: 'budget_nearly', budget_100: 'budget_spent', token_unsaved: 'token_unsaved', bookings_unsaved: 'store_failing',
};

function toldCell(row) {
  const [title, second] = words({ ...row, what: WHAT[row.event] ?? row.event });
  return h('div.wrapped', title, second && second !== title && h('div.small.mute', second));
}

function told(doc) {
  const list = table({
    label: t('notices.telling'), rowKey: (row) => row.id, keys: false,
    columns: [
      { key: 'since', label: t('notices.since'), width: 160, cell: (row) => h('span', { title: exact(row.since) }, time(row.since)), fold: 'second' },
      { key: 'message', label: t('notices.message'), cell: toldCell, fold: 'first' },
    ],
    rows: doc.telling,
    empty: h('p.small.mute.pad', t(doc.set ? 'notices.all_well' : 'notices.nothing_watched')),
  });
  return list.node;
}

function lastOf(last) {
  if (!last) return h('span.mute', t('notices.none_sent'));
  return state(last.delivered ? 'ready' : 'failed', t(last.delivered ? 'notices.last_taken' : 'notices.last_refused', { time: time(last.at, { seconds: true }) }),
    last.delivered ? {} : { why: failure(last.error) });
}

const counts = (doc) => pairs([
  [t('notices.last'), lastOf(doc.last)],
  [t('notices.sent'), number(doc.sent)],
  [t('notices.waiting'), number(doc.waiting)],
  doc.given_up > 0 && [t('notices.given_up'), number(doc.given_up)],
  doc.dropped > 0 && [t('notices.dropped'), number(doc.dropped)],
  doc.left_out > 0 && [t('notices.left_out'), number(doc.left_out)],
]);

/** Open this view. */
export async function open(view) {
  let doc = await api.get(PATH, null, view);
  const where = h('div.stack');
  const rest = h('div');
  const setRest = slot(rest, () => [
    section(t('notices.telling'), null, told(doc)),
    section(t('notices.sending'), null, h('div.pad', counts(doc)))]);
  function show() {
    replace(where, whereTo(doc, { edit, take, refresh }));
    setRest(doc);
  }
  /* What is told and sent changes by itself: where to does not, and may be being edited. */
  async function refresh() {
    const now = await api.get(PATH, null, view).catch(() => null);
    if (!now || now.set !== doc.set || now.changed_at !== doc.changed_at) return;
    doc = now;
    setRest(doc);
  }
  function take(answer) {
    doc = answer;
    show();
    where.querySelector('button, a')?.focus();
  }
  function edit() {
    replace(where, form(doc, (answer) => take(answer ?? doc)));
    where.querySelector('input').focus();
  }
  show();
  live.on('attention', refresh, view.signal);
  const timer = setInterval(() => document.hidden || refresh(), FRESH_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  frame(view, 'notices', {},
    section(t('notices.where'), null, h('p.small.mute', tx('notices.what', { command: commandLine('', 'notify set') })), where), rest);
}
