// SPDX-License-Identifier: MIT
/* The filters of the list of requests: in the address, for the relay, and for rows that
   arrive live. */
import { api } from '../api.js';
import { h } from '../dom.js';
import { filters } from '../filters.js';
import { clock, time } from '../format.js';
import { t } from '../i18n.js';
import { menu } from '../menu.js';
import { endWord, shortModel } from '../request-words.js';

const ENDS = ['complete', 'refused', 'cut', 'client_left', 'idle', 'error_event', 'cancelled', 'relay_stopped'];
const NAMES_SINCE = '30d';

/* What was used lately, the most first: to choose from. */
async function namesOf(by) {
  const { rows } = await api.get('/admin/api/usage', { by, since: NAMES_SINCE, limit: 200 });
  return rows.map((row) => row[by]).filter(Boolean).map((name) => [name, by === 'model' ? shortModel(name) : name]);
}

const named = (name, label) => ({ name, label: t(label), not: true, items: () => namesOf(name) });

/* A time that is not one of the choices came with the address: from a chart, say. */
const instant = (value) => (/^\d{4}-\d{2}-\d{2}$/.test(value) ? value : time(value));

function chips(query) {
  const given = (name, list) => (query[name] && !list.some(([each]) => each === query[name])
    ? [...list, [query[name], /^\d{4}/.test(query[name]) ? instant(query[name]) : query[name]]] : list);
  const since = [['1h', t('requests.range_hour')], ['24h', t('requests.range_day')], ['7d', t('requests.range_week')], ['30d', t('requests.range_month')]];
  const status = ['200', '4xx', '429', '5xx', '529'].map((each) => [each, each]);

  return [
    { name: 'end', label: t('requests.end'), not: true, items: given('end', ENDS.map((end) => [end, endWord(end)])) },
    named('key', 'requests.key'),
    named('account', 'requests.account'),
    named('model', 'requests.model'),
    { name: 'since', label: query.until ? t('requests.from') : t('requests.range'), items: given('since', since) },
    { name: 'until', label: t('requests.until'), items: given('until', []), rare: true },
    { name: 'status', label: t('requests.status'), items: given('status', status), rare: true },
    { ...named('owner', 'requests.owner'), rare: true },
    { ...named('group', 'requests.group'), rare: true },
    { name: 'session', label: t('requests.session'), items: given('session', []), rare: true, set: true },
    { name: 'endpoint', label: t('requests.endpoint'), rare: true,
      items: given('endpoint', ['/v1/messages', '/v1/messages/count_tokens', '/v1/messages/batches'].map((path) => [path, path])) },
    { name: 'min_duration_ms', label: t('requests.slow'), rare: true,
      items: given('min_duration_ms', [['10000', t('requests.slow_10s')], ['60000', t('requests.slow_1m')], ['300000', t('requests.slow_5m')]]) },
    { name: 'unpriced', label: t('requests.unpriced'), rare: true,
      items: [['true', t('requests.unpriced_true')], ['false', t('requests.unpriced_false')]] },
    { name: 'partial', label: t('requests.partial'), rare: true,
      items: [['true', t('requests.partial_true')], ['false', t('requests.partial_false')]] },
  ];
}

/* Rare ones are shown while they are set; "More" brings them out. */
function folded(bar, all) {
  const nodes = [...bar.node.querySelectorAll(':scope > .chip')];
  all.forEach((each, i) => { nodes[i].dataset.name = each.name; });
  const rare = all.map((each, i) => ({ ...each, node: nodes[i] })).filter((each) => each.rare);
  const isSet = (each) => !!(bar.values()[each.name] || bar.values()[`not_${each.name}`]);
  const hide = () => rare.forEach((each) => { each.node.hidden = !isSet(each) && each.node !== document.activeElement; });
  const more = menu(() => rare.filter((each) => each.node.hidden && each.items.length !== 0).map((each) => ({
    label: each.label,
    onclick: () => { each.node.hidden = false; each.node.focus(); each.node.click(); },
  })), { text: t('requests.more_filters'), class: 'chip' });
  nodes.at(-1).after(more);
  hide();
  return hide;
}

/** The bar of filters; onchange(values) after each change. */
export function requestFilters(query, onchange) {
  const all = chips(query);
  let hide = () => {};
  const bar = filters({ search: { name: 'q', label: t('requests.search') }, chips: all, onchange: (values) => { hide(); onchange(values); } });
  hide = folded(bar, all);
  return bar;
}

/* ---- for the relay ---------------------------------------------------------------- */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a searched text may be, the likeliest first. */
export function meaningsOf(text) {
  if (!text) return [null];
  if (/^req_relay_[0-9a-f]{22}$/i.test(text)) return ['id'];
  if (/^req_/.test(text)) return ['upstream_id', 'client_id'];
  if (UUID.test(text)) return ['session', 'client_id'];
  return ['key', 'session', 'client_id'];
}

/** The values of the address as parameters of GET /admin/api/requests. */
export function paramsOf({ q, ...values }, meaning) {
  return meaning && q ? { ...values, [meaning]: q } : values;
}

/* ---- for rows that arrive ----------------------------------------------------------- */

const isStatus = (row, wanted) => (/^\dxx$/.test(wanted)
  ? String(row.status)[0] === wanted[0] : String(row.status) === wanted || (wanted === '529' && row.end === 'error_event'));

const TESTS = {
  end: (row, value) => row.end === value,
  status: isStatus,
  key: (row, value) => row.key === value || String(row.key_id) === value,
  min_duration_ms: (row, value) => row.duration_ms >= Number(value),
  unpriced: (row, value) => (row.cost_microusd === null) === (value === 'true'),
  partial: (row, value) => row.partial === (value === 'true'),
  since: (row, value) => !(Date.parse(value) > Date.parse(row.ended_at)),
  until: () => false,
};

const fits = (row, name, value) => TESTS[name]?.(row, value) ?? row[name] === value;

/** Does a row that has just ended belong to the list?  `params` are the relay's. */
export const isWanted = (row, params) => Object.entries(params).every(([name, value]) =>
  !value || (name.startsWith('not_') ? !fits(row, name.slice(4), value) : fits(row, name, value)));

/** Does one that runs?  What is not known of it before its end is not asked. */
export const runs = (request, params) => ['key', 'account', 'model', 'endpoint', 'id'].every((name) =>
  (!params[name] || request[name] === params[name]) && (!params[`not_${name}`] || request[name] !== params[`not_${name}`]));
