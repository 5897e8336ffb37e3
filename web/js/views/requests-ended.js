// SPDX-License-Identifier: MIT
/* Requests that ended, the newest first: pages by cursor, at most 300 rows in the document.
   New ones come live; while the reader is in the list they wait behind "4 new". */
import { api } from '../api.js';
import { requestCost } from '../cost.js';
import { h, icon, replace, say } from '../dom.js';
import { clockSeconds, duration, exact, time } from '../format.js';
import { t, tn } from '../i18n.js';
import { live } from '../live.js';
import { empty, failed, section, state } from '../parts.js';
import { to } from '../routes.js';
import { table } from '../table.js';
import { isWanted, meaningsOf, paramsOf } from './request-filters.js';
import { countOr, endOf, shapeOf, shortModel, tokensIn } from '../request-words.js';

const PAGE = 100;
const KEPT = 300;
const WAITING = 300;
const FEW = 30;
const LOOKS = 10;
const NEAR_TOP = 8;

const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
const isToday = (at) => new Date(at).toDateString() === new Date().toDateString();

function timeCell(row, onopen) {
  const today = isToday(row.ended_at);
  return h('a', {
    href: to('requests', row.id), title: exact(row.ended_at), class: today ? null : 'far',
    onclick: (event) => { if (isPlain(event)) { event.preventDefault(); onopen(row); } },
  }, today ? clockSeconds(row.ended_at) : time(row.ended_at));
}

const cut = (text, none) => (text ? h('span.cut', { title: text }, text) : h('span.faint', none ?? '–'));
const dash = () => h('span.faint', '–');

function columns(onopen) {
  return [
    { key: 'time', label: t('requests.time'), class: 'c-time', fold: 'second', cell: (row) => timeCell(row, onopen) },
    { key: 'key', label: t('requests.key'), class: 'c-key', fold: 'first', cell: (row) => cut(row.key, t('requests.no_key')) },
    { key: 'model', label: t('requests.model'), class: 'mute c-model',
      cell: (row) => h('span.cut', { title: row.model }, shortModel(row.model) || row.endpoint) },
    { key: 'account', label: t('requests.account'), class: 'c-account shut', priority: 'hide', cell: (row) => cut(row.account) },
    { key: 'end', label: t('requests.end'), class: 'c-end', fold: 'endc', cell: (row) => state(shapeOf(row), endOf(row)) },
    { key: 'first', label: t('requests.first_byte'), align: 'num', priority: 2, class: 'c-ms shut',
      cell: (row) => (row.first_byte_ms === null ? dash() : duration(row.first_byte_ms)) },
    { key: 'took', label: t('requests.took'), align: 'num', priority: 'hide', class: 'c-ms', cell: (row) => duration(row.duration_ms) },
    { key: 'in', label: t('requests.tokens_in'), align: 'num', priority: 2, class: 'c-count shut', cell: (row) => countOr(tokensIn(row), row) },
    { key: 'out', label: t('requests.out'), align: 'num', priority: 2, class: 'c-count shut', cell: (row) => countOr(row.output_tokens, row) },
    { key: 'cost', label: t('requests.cost'), align: 'num', class: 'c-cost', fold: 'first2', cell: requestCost },
  ];
}

/* Results of a batch have the id of whoever fetched them, so ids alone are no keys. */
let batches = 0;
const placed = (row) => (row.batch ? { ...row, place: `${row.id} ${++batches}` } : row);
const placeOf = (row) => row.place ?? row.id;

/** endedList(view, {onopen(row), onparams(params), refused(error, again)}): onparams tells what is
    asked for now; refused is that of the filters. */
export function endedList(view, { onopen, onparams, refused }) {
  let rows = [];
  let waiting = []; // newer than what is shown
  let unknown = false; // there are more new ones than were told
  let cursor = null;
  let searchedTo = null;
  let trimmed = false; // the newest are not in the document any more
  let values = {};
  let params = {};
  let inside = false;
  let turn = 0;
  let marked = null;
  const fresh = h('button.chip.new', { type: 'button', hidden: true, onclick: () => takeNew() }, icon('up', 12), h('span'));
  const problem = h('div');
  const list = table({
    label: t('requests.label'), columns: columns(onopen), rowKey: placeOf, onopen, dense: true, class: 'ended', empty: nothing,
  });
  const node = section(t('requests.ended'), fresh, problem, list.node);
  list.node.addEventListener('pointerenter', () => { inside = true; });
  list.node.addEventListener('pointerleave', () => { inside = false; takeQuietly(); });
  live.on('ended', take, view.signal);
  live.on('state', again, view.signal);

  function nothing() {
    const filtered = Object.values(values).some(Boolean);
    if (!filtered) return empty(t('requests.none'), t('requests.none_hint'));
    return empty(t('requests.none_match'), searchedTo ? t('requests.loosen_searched', { time: time(searchedTo) }) : t('requests.loosen'));
  }

  /* ---- what the relay has --------------------------------------------------- */

  const get = (more) => api.get('/admin/api/requests', { ...params, limit: PAGE, ...more }, { signal: view.signal });

  /* A text may be an id, a key, a session: what nobody knows is not an error here. */
  async function first() {
    for (const meaning of meaningsOf(values.q)) {
      params = paramsOf(values, meaning);
      try {
        const page = await get({});
        if (page.requests.length > 0 || page.next_cursor) return page;
      } catch (error) {
        if (error.status !== 404 && !(values.q && error.status === 400)) throw error;
      }
    }
    return { requests: [], next_cursor: null, searched_back_to: null };
  }

  /* What is rare is looked for from the newest back, a third of a second at a time. */
  async function enough(page, is) {
    const found = [...page.requests];
    let now = page;
    for (let i = 0; i < LOOKS && now.next_cursor && found.length < FEW && is(); i++) {
      now = await get({ cursor: now.next_cursor });
      found.push(...now.requests);
    }
    return { ...now, requests: found };
  }

  async function load() {
    const mine = ++turn;
    const is = () => mine === turn;
    replace(problem);
    try {
      const page = await enough(await first(), is);
      if (!is()) return;
      [rows, waiting, unknown, trimmed] = [page.requests.map(placed), [], false, false];
      [cursor, searchedTo] = [page.next_cursor, page.searched_back_to];
    } catch (error) {
      if (!is() || error.name === 'AbortError') return;
      replace(problem, refused(error, load));
    }
    onparams(params);
    draw();
  }

  async function older() {
    const mine = turn;
    replace(problem);
    try {
      const page = await enough(await get({ cursor }), () => mine === turn);
      if (mine === turn) append(page);
    } catch (error) {
      if (error.name !== 'AbortError') replace(problem, failed(error, older));
    }
  }

  /* What was read stays where it was, though rows above it go; the first new one has the focus. */
  function append(page) {
    const last = rows.at(-1);
    const fresh = page.requests.map(placed);
    rows = [...rows, ...fresh];
    [cursor, searchedTo] = [page.next_cursor, page.searched_back_to];
    if (rows.length > KEPT) { rows = rows.slice(-KEPT); trimmed = true; }
    const topOf = () => (last ? list.rowNode(placeOf(last)).getBoundingClientRect().top : 0);
    const top = topOf();
    draw();
    scrollBy(0, topOf() - top);
    if (fresh.length > 0) list.rowNode(placeOf(fresh[0])).querySelector('a').focus({ preventScroll: true });
  }

  /* ---- what comes live ------------------------------------------------------- */

  /* The reader is in the list: it must not move. */
  function isHeld() {
    return inside || trimmed || list.node.contains(document.activeElement) || scrollY > NEAR_TOP;
  }

  function take({ requests, missed }) {
    const known = new Set([...rows, ...waiting].map(placeOf));
    const wanted = requests.filter((row) => isWanted(row, params) && (row.batch || !known.has(row.id))).map(placed)
      .sort((a, b) => Date.parse(b.ended_at) - Date.parse(a.ended_at));
    if (wanted.length === 0 && !missed) return;
    waiting = [...wanted, ...waiting];
    if (missed > 0 || waiting.length > WAITING) unknown = true;
    if (waiting.length > WAITING) waiting.length = WAITING;
    if (isHeld()) drawNew();
    else takeNew();
  }

  /* After a while without the relay: what ended meanwhile was not told. */
  let lost = false;
  function again(now) {
    if (now.name === 'live' && lost) { unknown = true; takeQuietly(); drawNew(); }
    lost = now.name === 'lost' || now.name === 'hidden' || (lost && now.name !== 'live');
  }

  function takeQuietly() {
    if ((waiting.length > 0 || unknown) && !isHeld()) takeNew();
  }

  function takeNew() {
    if (unknown || trimmed) return load();
    rows = [...waiting, ...rows];
    waiting = [];
    if (rows.length > KEPT) { rows.length = KEPT; cursor = null; }
    return draw();
  }

  function drawNew() {
    const count = waiting.length;
    fresh.hidden = count === 0 && !unknown;
    say(fresh.lastChild, unknown ? t('requests.new_many') : tn('requests.new', count));
  }

  /* ---- the list ------------------------------------------------------------- */

  function more() {
    if (rows.length === 0) return cursor ? { label: t('requests.look_back'), onclick: older } : null;
    const text = trimmed ? t('requests.shown_of_newer', { n: rows.length }) : tn('requests.shown', rows.length);
    const beyond = rows.length === KEPT && !trimmed ? olderThanKept : null;
    return { text, label: t('requests.older'), onclick: cursor ? older : beyond };
  }

  /* Live rows pushed the last ones out of the document: their page is asked for anew. */
  async function olderThanKept() {
    await load();
    if (cursor) await older();
  }

  function draw() {
    list.set(rows);
    list.setMore(more());
    if (trimmed) {
      list.node.querySelector('.more').append(h('button.btn.quiet', { type: 'button', onclick: () => { load(); scrollTo(0, 0); } }, t('requests.to_newest')));
    }
    mark(marked);
    drawNew();
  }

  const indexOf = (id) => rows.findIndex((row) => row.id === id);

  function mark(id) {
    marked = id;
    list.grid.querySelectorAll('tr.opened').forEach((each) => {
      each.classList.remove('opened');
      each.querySelector('a')?.removeAttribute('aria-current');
    });
    const at = id ? list.rowNode(placeOf(rows[indexOf(id)] ?? {})) : null;
    at?.classList.add('opened');
    at?.querySelector('a')?.setAttribute('aria-current', 'true');
  }

  return {
    node, load, mark,
    filter(next, { load: now = true } = {}) {
      values = next;
      params = paramsOf(values, meaningsOf(values.q)[0]);
      onparams(params);
      if (now) load();
    },
    find: (id) => rows[indexOf(id)] ?? null,
    around(id) {
      const at = indexOf(id);
      return { newer: at > 0 ? rows[at - 1] : null, older: at >= 0 ? rows[at + 1] ?? null : null };
    },
    linkOf: (id) => list.rowNode(placeOf(rows[indexOf(id)] ?? {}))?.querySelector('a') ?? null,
  };
}
