// SPDX-License-Identifier: MIT
/* Requests that are running, oldest first.  Ages tick here; the rest changes in place, so
   that no row moves and a button that asks "Cancel now" stays as it is.  One that ended
   says so for 2 s before it goes. */
import { h, replace, say } from '../dom.js';
import { t, tn } from '../i18n.js';
import { live } from '../live.js';
import { section, state } from '../parts.js';
import { go } from '../router.js';
import { to } from '../routes.js';
import { table } from '../table.js';
import { runs } from './request-filters.js';
import { age, cancelButton, forgetBut } from './request-running.js';
import { clientOf, endOf, shapeOf, shortModel, soFar } from '../request-words.js';

const FEW = 5;
const LINGER_MS = 2000;
const SHRINK_MS = 10000;

/* The cells of a row, kept to change them in place. */
function rowOf(request, problem) {
  const text = (kind) => h(`span${kind}`);
  const cells = { key: text('.cut'), model: text('.cut'), account: text('.cut'), client: text('.cut'), out: text('.tokens'), size: text('.size'), act: h('span') };
  replace(cells.act, cancelButton(request, problem));
  return { id: request.id, request, cells, gone: 0 };
}

function cut(node, value, none) {
  say(node, value || none);
  node.title = value ?? '';
  node.classList.toggle('faint', !value);
}

function fillRow(row, request) {
  const { cells } = row;
  row.request = request;
  cut(cells.key, request.key, t('requests.no_key'));
  cut(cells.model, shortModel(request.model), request.endpoint);
  cells.model.title = request.model ?? request.endpoint;
  cut(cells.account, request.account, '–');
  cut(cells.client, clientOf(request), '–');
  const { text, size, title } = soFar(request);
  say(cells.out, text);
  cells.out.title = title;
  say(cells.size, size);
  cells.out.classList.toggle('faint', request.bytes_out === 0);
}

const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
const openRunning = (request) => go(to('requests', request.id) + location.search);

function ageCell({ request }) {
  return h('a', {
    href: to('requests', request.id),
    onclick: (event) => { if (isPlain(event)) { event.preventDefault(); openRunning(request); } },
  }, age(request));
}

const columns = () => [
  { key: 'age', label: t('requests.age'), class: 'c-age', fold: 'first2', cell: ageCell },
  { key: 'key', label: t('requests.key'), class: 'c-key', fold: 'first', cell: (row) => row.cells.key },
  { key: 'model', label: t('requests.model'), class: 'mute c-model', cell: (row) => row.cells.model },
  { key: 'account', label: t('requests.account'), class: 'c-account', priority: 'hide', cell: (row) => row.cells.account },
  { key: 'client', label: t('requests.client'), class: 'mute c-client shut', priority: 2, cell: (row) => row.cells.client },
  { key: 'out', label: t('requests.so_far'), align: 'num', class: 'c-out', cell: (row) => [row.cells.out, row.cells.size] },
  { key: 'act', label: t('requests.cancel'), hideLabel: true, align: 'num', class: 'c-act', cell: (row) => row.cells.act },
];

/** runningList(view) -> {node, filter(params)} */
export function runningList(view) {
  const rows = new Map(); // id -> row
  const ends = new Map(); // id -> how it ended, of the last ones
  const quiet = h('p.nothing');
  const problem = h('p.err', { role: 'alert' });
  const all = h('button.link', { type: 'button', hidden: true, onclick: () => { expanded = !expanded; draw(); } });
  let told = { requests: [], more: 0 };
  let params = {};
  let expanded = false;
  let tall = { rows: 0, at: 0 }; // what is below does not jump with every row
  const list = table({
    label: t('requests.running_label'), columns: columns(), dense: true, keys: false, class: 'running', rowKey: (row) => row.id,
    onopen: (row) => openRunning(row.request),
  });
  const body = h('div.body', quiet, list.node);
  const node = section(t('requests.running'), all, problem, body);
  node.classList.add('first');
  live.on('ended', ({ requests }) => requests.forEach(remember), view.signal);
  live.on('running', (now) => { told = now; take(now.requests); }, view.signal);

  function remember(row) {
    ends.set(row.id, row);
    if (ends.size > 500) ends.delete(ends.keys().next().value);
    const running = rows.get(row.id);
    if (running?.gone) showEnd(running);
  }

  function take(requests) {
    forgetBut(requests);
    const ids = new Set(requests.map((request) => request.id));
    for (const request of requests) {
      if (!rows.has(request.id)) rows.set(request.id, rowOf(request, problem));
      fillRow(rows.get(request.id), request);
    }
    for (const row of rows.values()) {
      if (!ids.has(row.id) && !row.gone) leave(row);
    }
    draw();
  }

  function leave(row) {
    row.gone = Date.now();
    showEnd(row);
    setTimeout(() => { rows.delete(row.id); draw(); }, LINGER_MS);
  }

  function showEnd(row) {
    const end = ends.get(row.id);
    if (end) replace(row.cells.act, state(shapeOf(end), endOf(end)));
    else replace(row.cells.act);
  }

  function keepHeight(count) {
    const now = Date.now();
    if (count >= tall.rows || now - tall.at > SHRINK_MS) tall = { rows: count, at: now };
    body.style.setProperty('--rows', tall.rows);
  }

  function draw() {
    const wanted = [...rows.values()].filter((row) => runs(row.request, params));
    const shown = expanded ? wanted : wanted.slice(0, FEW);
    // A row is its id to the table: what changes in it changes in place.
    list.set(shown.map((row) => Object.defineProperties({ id: row.id }, {
      cells: { value: row.cells }, request: { value: row.request },
    })));
    keepHeight(shown.length);
    list.node.hidden = shown.length === 0;
    quiet.hidden = shown.length > 0;
    say(quiet, rows.size > 0 ? t('requests.none_running_match') : t('requests.none_running'));
    all.hidden = wanted.length + told.more <= FEW;
    say(all, expanded ? t('requests.fewer_running', { n: FEW }) : tn('requests.all_running', wanted.length + told.more));
  }

  draw();
  return { node, filter(next) { params = next; draw(); } };
}
