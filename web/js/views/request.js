// SPDX-License-Identifier: MIT
/* One request: what it was, its times, its attempts, what it used and cost. */
import { api, ApiError } from '../api.js';
import { h, replace } from '../dom.js';
import { bytes, clockSeconds, duration, exact, money4, number, time } from '../format.js';
import { t } from '../i18n.js';
import { live } from '../live.js';
import { copyButton, iconButton, pairs, state } from '../parts.js';
import { to } from '../routes.js';
import { costTable } from './request-cost.js';
import { stepsOf } from './request-steps.js';
import { times } from './request-times.js';
import { attemptWords, endOf, shapeOf, shortModel } from '../request-words.js';
import { runningPanel } from './request-running.js';

const RUNNING = '/admin/api/requests/running';
const LOOK_AGAIN_MS = 500;

/** What is known of a request: {running} or {row, detail}; null if there is none. */
export async function find(id, signal) {
  const runs = (live.last('running')?.requests ?? []).find((request) => request.id === id);
  if (runs) return { running: runs };
  try {
    const { request, detail } = await api.get(`/admin/api/requests/${encodeURIComponent(id)}`, {}, { signal });
    return { row: request, detail };
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error;
  }
  const { requests } = await api.get(RUNNING, {}, { signal });
  const found = requests.find((request) => request.id === id);
  return found ? { running: found } : null;
}

/* ---- the head ---------------------------------------------------------------- */

/** "opus-5 for lin-laptop" */
export function titleOf(row) {
  const [model, key] = [shortModel(row.model), row.key];
  if (!model) return t('request.title_no_model', { endpoint: row.endpoint, key: key ?? t('requests.no_key') });
  return key ? t('request.title', { model, key }) : t('request.title_no_key', { model });
}

const accountName = (name) => name ?? t('request.own_login');

function summary(row) {
  const words = row.end === 'complete' && row.status < 400
    ? t('request.result_with_status', { status: row.status, result: endOf(row) }) : endOf(row);
  return h('div.sub', state(shapeOf(row), words), h('span.faint', { title: exact(row.ended_at) }, time(row.ended_at, { seconds: true })));
}

/** The title's line: where it is among its neighbours, and out. */
export function headOf(title, under, { newer, older, close }) {
  const step = (name, label, fn) => iconButton(name, label, { class: 'quiet', onclick: fn, disabled: !fn });
  return h('div.oh', h('div', h('h1', { tabindex: -1 }, title), under),
    h('div.end', step('up', t('request.newer'), newer), step('down', t('request.older'), older), step('x', t('request.close'), close)));
}

/* ---- figures ------------------------------------------------------------------ */

const figure = (label, value, hint) =>
  h('div', { title: hint ?? null }, h('dt', label), h('dd', value));

function figures(row, steps) {
  const cost = row.cost_microusd === null ? '–' : money4(row.cost_microusd);
  return h('dl.quad',
    figure(t('request.first_byte'), row.first_byte_ms === null ? '–' : duration(row.first_byte_ms)),
    figure(t('request.took'), duration(row.duration_ms)),
    figure(t('request.own_share'), steps ? duration(steps.own / 1000) : '–', steps ? t('request.own_share_hint') : t('request.no_steps')),
    figure(t('request.cost'), cost, row.cost_microusd === null ? t('request.no_cost') : null));
}

/* ---- attempts ------------------------------------------------------------------ */

/* Of older ones the failures are booked, with their times; of the last one its account. */
function attemptsOf(row, detail) {
  if (detail?.attempts?.length) return detail.attempts;
  const last = { account: row.account, result: 'delivered', status: row.end === 'refused' ? 0 : row.status, proxy: null };
  const failed = row.failures ?? [];
  return row.attempts > failed.length ? [...failed, last] : failed;
}

function attemptItem(attempt, i, all, row) {
  const { shape, line, means } = attemptWords(attempt, row, i === all.length - 1);
  const more = [means, attempt.why, attempt.proxy && t('request.via_proxy', { proxy: attempt.proxy })].filter(Boolean);
  const name = attempt.account
    ? h('a', { href: to('accounts', attempt.account), title: attempt.account }, attempt.account) : accountName(null);
  return h('li', h('span.faint', String(i + 1)), h('div', h('div.who', h('b.cut', name), state(shape, line)),
    more.map((text) => h('p', text))));
}

function attempts(row, detail) {
  const all = attemptsOf(row, detail);
  return [section(t('request.attempts')), h('ol.atts', all.map((attempt, i) => attemptItem(attempt, i, all, row))),
    row.batch && h('p.foot-note', t('request.batch'))];
}

/* ---- details -------------------------------------------------------------------- */

export const section = (title, end) => h('h2.sec', title, end && h('span.end', end));

const link = (path, text) => h('a.link', { href: path }, text);
const listed = (name, value) => link(`/admin/requests?${new URLSearchParams({ [name]: value })}`, value);
const id = (text) => h('span.idline', h('code', text), copyButton(() => text, { iconOnly: true }));

function speed(row) {
  const ms = row.first_byte_ms === null ? 0 : row.duration_ms - row.first_byte_ms;
  return ms > 200 && row.output_tokens > 1 ? t('request.speed', { n: number(Math.round(row.output_tokens / (ms / 1000))) }) : null;
}

function facts(row) {
  return [
    [t('request.slow'), speed(row)],
    [t('request.key'), row.key && (row.key_id ? link(to('keys', row.key_id), row.key) : row.key)],
    [t('request.owner'), row.owner && listed('owner', row.owner)],
    [t('request.group'), row.group && listed('group', row.group)],
    [t('request.model'), row.model],
    [t('request.model_asked'), row.model_asked !== row.model && row.model_asked],
    [t('request.account'), row.account ? link(to('accounts', row.account), row.account) : t('request.own_login')],
    [t('request.endpoint'), h('code', row.endpoint)],
    [t('request.client'), row.client],
    [t('request.size'), t('request.bytes', { in: bytes(row.bytes_in), out: bytes(row.bytes_out) })],
    [t('request.service_tier'), row.service_tier],
    [t('request.session'), row.session && listed('session', row.session)],
    [t('request.id'), id(row.id)],
    [t('request.upstream_id'), row.upstream_id && id(row.upstream_id)],
    [t('request.client_id'), row.client_id && id(row.client_id)],
  ].filter(([, value]) => value);
}

/* ---- all of it -------------------------------------------------------------------- */

function ended(row, detail, prices, ways) {
  const steps = detail ? stepsOf(detail, row) : null;
  const chart = steps && times(steps, row);
  return [
    headOf(titleOf(row), summary(row), ways),
    figures(row, steps),
    section(t('request.times'), chart?.broken ? t('request.scale') : null),
    chart ?? h('p.unknown', t('request.no_steps')),
    attempts(row, detail),
    section(t('request.tokens_cost')),
    costTable(row, prices),
    section(t('request.details')),
    pairs(facts(row)),
  ];
}

/* One that reached no account is no booking: only where its time went is kept, for a while. */
function unbooked(id, detail, ways) {
  const nothing = { duration_ms: 0, first_byte_ms: null, bytes_in: 0 };
  return [headOf(t('request.unbooked_title'), h('div.sub', h('code', id)), ways), h('p.unknown', t('request.unbooked')),
    section(t('request.times')), times(stepsOf(detail, nothing), nothing)];
}

/* An account had it, so that it is booked, but not yet. */
const isBeingBooked = (what, row) => !row && !what?.running && (what?.detail?.attempts ?? []).some((attempt) => attempt.account);

function beingBooked(id, ways) {
  return [headOf(t('request.label', { id }), null, ways), h('p.unknown', t('request.being_booked'))];
}

function gone(id, ways) {
  return [headOf(t('request.gone_title'), h('div.sub', h('code', id)), ways), h('p.unknown', t('request.gone'))];
}

/** The opened request as an element that fills itself; `ways` are {newer, older, close}. */
export async function openRequest(id, { known, signal, ways }) {
  const node = h('section.one', { 'aria-label': t('request.label', { id }) });
  const [found, prices] = await Promise.all([
    find(id, signal),
    api.get('/admin/api/prices', {}, { signal }).catch(() => null),
  ]);
  async function again() {
    try {
      fill(await find(id, signal));
    } catch (error) {
      if (error.name !== 'AbortError') later();
    }
  }
  const later = () => setTimeout(() => signal.aborted || again(), LOOK_AGAIN_MS);
  function fill(what) {
    const row = what?.row ?? known;
    if (isBeingBooked(what, row)) {
      later();
      replace(node, beingBooked(id, ways));
      return;
    }
    replace(node, what?.running ? runningPanel(what.running, { head: (title, under) => headOf(title, under, ways), signal, again })
      : row ? ended(row, what?.detail, prices, ways)
        : what?.detail ? unbooked(id, what.detail, ways) : gone(id, ways));
  }
  fill(found);
  return node;
}
