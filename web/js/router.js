// SPDX-License-Identifier: MIT
/* Addresses and views.  A view is a module with
     export async function open(view)
   view: { params, query, node, signal, title(text), actions(...), keys(map) }.
   It fills view.node; when its promise settles, that takes the place of what was
   there.  It may return { change(view), leave() }: `change` is asked, with the new
   params and query, when the next address belongs to the same view, and returns
   true if it saw to it. */
import { ApiError } from './api.js';
import { h, replace, style } from './dom.js';
import { t } from './i18n.js';
import { viewKeys } from './keys.js';
import { failed } from './parts.js';
import { decoded, match } from './routes.js';

const places = new Map(); // of entries of the history: where they were scrolled, what had the focus
const listeners = new Set();
let main = null;
let current = null; // { route, view, handle, abort, entry: of the history }
let turn = 0;
let notices = 0;
let titled = '';

const entry = () => history.state?.entry ?? 'first';

/** The query of the address as an object. */
export const query = () => Object.fromEntries(new URLSearchParams(location.search));

/** Open a path of this page; `replace` leaves no way back to this one. */
export function go(path, { replace: instead = false } = {}) {
  remember();
  const state = { entry: `e${Date.now()}-${++turn}` };
  if (instead) history.replaceState(state, '', path);
  else history.pushState(state, '', path);
  return show({ fresh: true });
}

/** Back to what was there before, or, on a page opened by its address, to `path`. */
export function back(path = '/admin/') {
  if (history.state?.entry) history.back();
  else go(path, { replace: true });
}

/** A link within the page. */
export const link = (path, ...children) => h('a.link', { href: path }, ...children);

/** Change members of the query in the address, null takes one away; draws nothing. */
export function setQuery(changes, { push = false } = {}) {
  const now = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') now.delete(name);
    else now.set(name, value);
  }
  const text = now.toString();
  const path = location.pathname + (text ? `?${text}` : '') + location.hash;
  if (push) {
    remember();
    history.pushState({ entry: `e${Date.now()}-${++turn}` }, '', path);
  } else {
    history.replaceState(history.state, '', path);
  }
  if (current) {
    current.entry = entry();
    current.view.query = query();
  }
}

/** fn({ route, params, title }) after each view was opened. */
export const onView = (fn) => listeners.add(fn);

/** Open the present view anew: after a change of the language, or of what it shows. */
export const reopen = () => show({ fresh: false, anew: true });

/** How many things need attention: stands before the title. */
export function setNotices(count) {
  notices = count;
  entitle(titled);
}

function entitle(text) {
  titled = text;
  document.title = `${notices ? `(${notices}) ` : ''}${text ? `${text} · ` : ''}claude-relay`;
}

function remember() {
  const focus = document.activeElement;
  const name = focus?.id ? `#${CSS.escape(focus.id)}`
    : focus?.getAttribute?.('href') ? `${focus.tagName}[href="${CSS.escape(focus.getAttribute('href'))}"]` : null;
  places.set(current?.entry ?? entry(), { y: scrollY, focus: name });
}

function makeView(route, params, abort) {
  const view = {
    route, params, query: query(), node: h('div.page'), signal: abort.signal,
    title(text) {
      view.titled = text;
      if (current?.view === view) entitle(text);
    },
    actions(...nodes) {
      const end = view.node.querySelector('.head > .end');
      if (end) replace(end, ...nodes);
    },
    keys: (map) => { view.shortcuts = map; },
    failed: (error) => fail(view, error),
  };
  return view;
}

function fail(view, error) {
  if (error.name === 'AbortError') return;
  replace(view.node, h('h1.sr', view.titled || t(`nav.${view.route.section || 'overview'}`)), failed(error, reopen));
}

async function show({ fresh, anew = false }) {
  const mine = ++turn;
  const { route, params } = match(location.pathname);
  if (!anew && await changed(route, params)) return mine === turn && main.classList.remove('loading');
  const abort = new AbortController();
  const view = makeView(route, params, abort);
  const slow = setTimeout(() => mine === turn && main.classList.add('loading'), 300);
  let handle = null;
  try {
    const [module] = await Promise.all([route.load(), route.css && style(route.css)]);
    handle = await module.open(view);
  } catch (error) {
    if (error.name !== 'AbortError' && !(error instanceof ApiError)) console.error(error);
    fail(view, error);
  }
  clearTimeout(slow);
  if (mine !== turn) return void abort.abort();
  swap({ route, view, handle, abort, entry: entry() }, fresh);
}

async function changed(route, params) {
  if (current?.route.load.toString() !== route.load.toString() || !current.handle?.change) return false;
  Object.assign(current.view, { params, query: query(), route });
  if (!await current.handle.change(current.view)) return false;
  Object.assign(current, { route, entry: entry() });
  tell(current);
  return true;
}

function swap(next, fresh) {
  current?.handle?.leave?.();
  current?.abort.abort();
  current = next;
  main.classList.remove('loading');
  const strip = main.querySelector(':scope > .strip');
  main.replaceChildren(...[strip, next.view.node].filter(Boolean));
  viewKeys(next.view.shortcuts ?? {});
  tell(next);
  settle(fresh);
}

function tell({ view, route }) {
  entitle(view.titled ?? '');
  for (const fn of listeners) fn({ route, params: view.params, title: titled });
}

/* A fresh view begins at its top, with its title; back, as it was left. */
function settle(fresh) {
  const place = fresh ? null : places.get(entry());
  const y = place?.y ?? 0;
  scrollTo(0, y);
  if (y) requestAnimationFrame(() => scrollTo(0, y)); // what is drawn by its size stands by then
  const old = place?.focus && document.querySelector(place.focus);
  if (old) return old.focus({ preventScroll: true });
  if (fresh && !main.contains(document.activeElement)) {
    const title = main.querySelector('h1');
    title?.setAttribute('tabindex', '-1');
    title?.focus({ preventScroll: true });
  }
  if (location.hash) document.getElementById(decoded(location.hash.slice(1)) ?? '')?.scrollIntoView();
}

const plain = (event) => event.button === 0 && !event.defaultPrevented
  && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

function followed(event) {
  const a = event.target.closest?.('a[href]');
  if (!a || !plain(event) || a.target || a.hasAttribute('download')) return;
  const url = new URL(a.href);
  const ours = url.origin === location.origin && /^\/admin(\/|$)/.test(url.pathname)
    && !/^\/admin\/(api|assets)\//.test(url.pathname);
  if (!ours || (url.pathname === location.pathname && url.hash)) return;
  event.preventDefault();
  if (url.href !== location.href) go(url.pathname + url.search + url.hash);
}

/** Begin: views are put into `node`. */
export function startRouter(node) {
  main = node;
  history.scrollRestoration = 'manual';
  addEventListener('click', followed);
  addEventListener('popstate', () => { remember(); show({ fresh: false }); });
  return show({ fresh: false });
}
