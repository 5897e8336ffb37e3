// SPDX-License-Identifier: MIT
/* Where would a request go?  Asked of the relay as a request would be; nothing is sent. */
import { cause, shapeOf } from '../account-words.js';
import { api } from '../api.js';
import { freshId, h, replace, sign } from '../dom.js';
import { percent, time } from '../format.js';
import { t } from '../i18n.js';
import { button, crumbs, field, head, input, name as nameOf, section, state } from '../parts.js';
import { setQuery } from '../router.js';
import { to } from '../routes.js';

const KEYS_MAX = 200;
const ASKED = ['key', 'model', 'session', 'account', 'id'];

/* ---- the answer -------------------------------------------------------------------- */

/* In this order: who is asked, who could be, who only if no other is left, who is not. */
const RANK = ['chosen', 'other', 'not_bound', 'priority', 'later', 'full', 'paused', 'no_model', 'not_owner', 'stopped', 'not_allowed'];
const NEXT = new Set(['other', 'not_bound', 'priority', 'later']);
const rankOf = (row) => (RANK.includes(row.why) ? RANK.indexOf(row.why) : RANK.length);

/* Why it is the chosen one: told by why the others are not. */
function whyChosen(rows, asked) {
  const others = new Set(rows.map((row) => row.why));
  if (asked.account) return t('explain.chosen_named');
  if (asked.id && others.has('not_owner')) return t('explain.chosen_owner');
  if (others.has('not_bound')) return t('explain.chosen_session');
  if (others.has('other')) return t('explain.chosen_share');
  if (others.has('priority')) return t('explain.chosen_priority');
  return t('explain.chosen_only');
}

const STOPPED = {
  disabled: 'explain.not_off', login_required: 'explain.not_login', blocked: 'explain.not_blocked', unusable: 'explain.not_unusable',
};

function reason(row, rows, asked) {
  switch (row.why) {
    case 'chosen': return whyChosen(rows, asked);
    case 'other': return t('explain.next_share');
    case 'not_bound': return t('explain.next_session');
    case 'priority': return t('explain.next_priority');
    case 'later': return row.until ? t('explain.later_until', { until: time(row.until), why: cause(row.cause ?? '') }) : t('explain.later');
    case 'full': return t('explain.not_full');
    case 'paused': return row.until ? t('explain.not_paused', { until: time(row.until), why: cause(row.cause ?? '') }) : t('explain.not_paused_open');
    case 'no_model': return t('explain.not_model');
    case 'not_owner': return t('explain.not_owner');
    case 'not_allowed': return asked.key ? t('explain.not_allowed') : t('explain.not_pooled');
    case 'stopped': return STOPPED[row.state] ? t(STOPPED[row.state]) : t('explain.not_unusable');
    default: return row.why;
  }
}

/* What is left of it: of its window of 5 hours, or of its places. */
function leftOf(row, accounts) {
  const account = accounts.find((is) => is.account === row.account);
  const five = account?.windows.find((w) => w.name === '5h' && w.used_ppm !== null);
  if (!account || !(row.why === 'chosen' || NEXT.has(row.why))) return null;
  if (account.concurrency) return t('explain.places', { n: Math.max(0, account.concurrency - account.in_flight), of: account.concurrency });
  return five ? t('explain.left', { percent: percent(Math.max(0, 1e6 - five.used_ppm)) }) : null;
}

function list(answer, asked, accounts) {
  const rows = [...answer.accounts].sort((a, b) => rankOf(a) - rankOf(b));
  let place = 0;
  const number = (row) => (row.why === 'chosen' || NEXT.has(row.why) ? String(++place) : '–');
  return h('ol.why-list', { 'aria-label': t('explain.result') }, rows.map((row) => h('li',
    h('span.faint', number(row)),
    h('span.ac', state(shapeOf(row.state), nameOf(row.account, to('accounts', row.account)))),
    h('span.rs', reason(row, rows, asked)),
    h('span.faint.ev', leftOf(row, accounts)))));
}

function result(answer, asked, accounts) {
  return [
    answer.refused && h('div.refused', sign('bad'), h('div', h('b', t('explain.refused')), h('p.small', { lang: 'en' }, answer.refused))),
    answer.accounts.length ? list(answer, asked, accounts) : h('p.faint.small', t('explain.nobody')),
  ];
}

/* ---- the form ------------------------------------------------------------------------ */

function suggestions(node, words) {
  const id = freshId('words');
  node.setAttribute('list', id);
  return h('datalist', { id }, words.map((word) => h('option', { value: word })));
}

const MODELS = ['claude-opus-5', 'claude-sonnet-5', 'claude-haiku-4-5'];

async function keysOf(signal) {
  try {
    return (await api.get('/admin/api/keys', { limit: KEYS_MAX }, { signal })).keys.map((key) => key.name);
  } catch {
    return []; // it can be typed all the same
  }
}

async function form(view, signal) {
  const fields = Object.fromEntries(ASKED.map((word) => [word, input({ value: view.query[word] ?? '' }, ['session', 'id'].includes(word) ? '.mono' : '')]));
  fields.key.placeholder = t('explain.no_key');
  const place = h('div.answer', { 'aria-live': 'polite' });
  const ask = button(t('explain.ask'), { submit: true });
  const asked = () => Object.fromEntries(ASKED.map((word) => [word, fields[word].value.trim()]).filter(([, value]) => value));

  async function explain() {
    const what = asked();
    setQuery(Object.fromEntries(ASKED.map((word) => [word, what[word] ?? null])));
    ask.disabled = true;
    try {
      const [answer, { accounts }] = await Promise.all([
        api.post('/admin/api/explain', what, { signal }), api.get('/admin/api/accounts', {}, { signal })]);
      replace(place, result(answer, what, accounts));
    } catch (error) {
      if (error.name !== 'AbortError') replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
    }
    ask.disabled = false;
  }

  const labelled = (word) => field({ label: t(`explain.${word}`), input: fields[word] });
  const more = h('details', { open: !!(view.query.account || view.query.id) }, h('summary.small', t('explain.more')),
    h('div.why-more', labelled('account'), labelled('id')));
  const node = h('form.why', { novalidate: true, onsubmit: (event) => { event.preventDefault(); explain(); } },
    h('div.why-form', labelled('key'), labelled('model'), labelled('session'), h('div.field', h('span.lab.hide-n', { 'aria-hidden': 'true' }, '\u00a0'), ask)),
    more, suggestions(fields.key, await keysOf(signal)), suggestions(fields.model, MODELS), place);
  if (ASKED.some((word) => view.query[word])) explain();
  return node;
}

/** The section below the list of accounts. */
export const explainSection = async (view, { signal }) => section(t('explain.title'), t('explain.nothing_sent'), await form(view, signal));

/** The same on a page of its own. */
export async function open(view) {
  view.title(t('explain.title'));
  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [t('explain.crumb')]), head(t('explain.title'), t('explain.nothing_sent')),
    await form(view, view.signal));
}
