// SPDX-License-Identifier: MIT
/* What stands around every view: side bar or rail, top bar and tab bar on narrow
   screens, the strip that says that the relay does not answer. */
import { api, session } from './api.js';
import { h, icon, mark, replace, say, set, shape, sign } from './dom.js';
import { clockSeconds } from './format.js';
import { t, tn } from './i18n.js';
import { live } from './live.js';
import { openMenu } from './menu.js';
import { button } from './parts.js';
import { onView, setNotices } from './router.js';
import { languageButton, themeButton } from './tools.js';

const SECTIONS = [
  ['overview', '/admin/'], ['accounts', '/admin/accounts'], ['keys', '/admin/keys'], ['usage', '/admin/usage'],
  ['requests', '/admin/requests'], ['settings', '/admin/settings/options'],
];

/* Which section's link carries the count of an item that needs attention. */
const SECTION_OF = {
  sign_in_again: 'accounts', token_unsaved: 'accounts', account_blocked: 'accounts', account_unusable: 'accounts', accounts_paused: 'accounts',
  window_used_up: 'accounts', window_runs_out: 'accounts', budget_spent: 'keys', budget_nearly: 'keys',
  prices_unusable: 'settings', notices_failing: 'settings', store_failing: 'settings', bookings_lost: 'settings', data_folder: 'settings',
};

let section = 'overview';
let drawn = null;
let shortcuts = null;

function counts() {
  const found = {};
  for (const item of live.last('attention')?.items ?? []) {
    const of = SECTION_OF[item.what] ?? 'overview';
    const is = (found[of] ??= { n: 0, bad: 0 });
    is.n++;
    if (item.severity === 'bad') is.bad++;
  }
  return found;
}

function navLink([name, href], count, kind) {
  const current = name === section ? 'page' : null;
  const words = t(`nav.${name}`);
  return h('a', { href, title: kind === 'side' ? words : null, 'aria-current': current },
    icon(name, kind === 'tabs' ? 20 : 16), h('span.lb', words), count && [
      h(`span.count${count.bad ? '.bad' : ''}`, { 'aria-hidden': 'true' }, count.n), h('span.sr', tn('nav.needs', count.n)),
    ]);
}

const LIVE = { live: 'ready', connecting: 'wait', hidden: 'wait', lost: 'failed' };

function liveState() {
  const { name } = live.state;
  return h(`span.st.${LIVE[name]}`, shape(LIVE[name]), h('span', t(`live.${name}`)));
}

function tool(name, label, onclick) {
  return h('button.tool', { type: 'button', 'aria-label': label, title: label, onclick }, icon(name));
}

async function signOut(everywhere) {
  await api.delete('/admin/api/session', { everywhere: everywhere || null }).catch(() => null);
  location.reload();
}

function signOutButton() {
  const ways = [['tools.sign_out', false], ['tools.sign_out_everywhere', true]];
  const node = tool('out', t('tools.sign_out'), () =>
    openMenu(node, ways.map(([name, everywhere]) => ({ label: t(name), onclick: () => signOut(everywhere) })), t('tools.sign_out')));
  set(node, { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  return node;
}

function tools() {
  return h('div.tools', languageButton(), themeButton(), tool('help', t('tools.shortcuts'), () => shortcuts()),
    session.who === 'session' && signOutButton());
}

function side() {
  return h('header.side', { 'aria-label': t('nav.banner') },
    h('a.brand', { href: '/admin/' }, mark(), h('span', h('b', 'claude-relay'), ' ', h('span.tiny.faint', location.host))),
    h('nav.nav', { 'aria-label': t('nav.sections') }),
    h('div.foot', h('div.live', { role: 'status' }, h('span.is'), h('span.faint.end.version')), tools()));
}

function topbar() {
  return h('header.topbar', mark(), h('b.here'), h('div.end', h('span.live', h('span.is')),
    h('a.tool', { href: '/admin/settings/options', 'aria-label': t('nav.settings') }, icon('settings'))));
}

/** Draw the frame into `app`; returns the node for views. */
export function drawShell(app) {
  const main = drawn?.main ?? h('main#main', { tabindex: -1 });
  document.body.classList.remove('plain');
  drawn = { app, main };
  replace(app, h('a.skip', { href: '#main', onclick: skip }, t('nav.skip')), side(), topbar(), main,
    h('footer.narrow', h('span.faint.tiny.version'), tools()), h('nav.tabs', { 'aria-label': t('nav.tabs') }));
  redraw();
  return main;
}

function skip(event) {
  event.preventDefault();
  drawn.main.focus();
}

/* Links in the place of links: the one that has the focus keeps it. */
function links(nav, sections, found, kind) {
  const focused = [...nav.children].indexOf(document.activeElement);
  replace(nav, sections.map((each) => navLink(each, found[each[0]], kind)));
  if (focused >= 0) nav.children[focused]?.focus({ preventScroll: true });
}

function redraw() {
  if (!drawn) return;
  const { app } = drawn;
  const found = counts();
  links(app.querySelector('.nav'), SECTIONS, found, 'side');
  links(app.querySelector('.tabs'), SECTIONS.slice(0, 5), found, 'tabs');
  for (const is of app.querySelectorAll('.live .is')) replace(is, liveState());
  drawVersion();
  say(app.querySelector('.here'), t(`nav.${section || 'overview'}`));
  strip();
}

function drawVersion() {
  const text = live.last('figures')?.version ?? session.version;
  for (const node of drawn?.app.querySelectorAll('.version') ?? []) say(node, text ? `v${text}` : '');
}

/* The strip stands in `main`, above the view; its seconds tick. */
let ticking = null;
function strip() {
  const lost = live.state.name === 'lost';
  const { main } = drawn;
  main.classList.toggle('stale', lost);
  const old = main.querySelector(':scope > .strip');
  clearInterval(ticking);
  if (!lost) return void old?.remove();
  const words = h('span.grow');
  const node = h('div.strip', sign('warn'), h('span.sr', { role: 'status' }, t('live.strip_short', { since: clockSeconds(live.state.since) })),
    words, button(t('live.try_now'), { onclick: () => live.retry() }));
  const count = () => say(words, t('live.strip', {
    since: clockSeconds(live.state.since), seconds: Math.max(0, Math.ceil((live.state.retryAt - Date.now()) / 1000)),
  }));
  count();
  ticking = setInterval(count, 1000);
  if (old) old.replaceWith(node);
  else main.prepend(node);
}

/** Keep the frame true to what the relay tells; showShortcuts() is what its button does. */
export function startShell({ showShortcuts }) {
  shortcuts = showShortcuts;
  live.on('attention', ({ items }) => { setNotices(items.length); redraw(); });
  live.on('state', redraw);
  live.on('figures', drawVersion);
  onView(({ route }) => { section = route.section; redraw(); });
}
