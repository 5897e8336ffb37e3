// SPDX-License-Identifier: MIT
/* One account: how it is and why, its windows, what happened, its facts, its proxy. */
import { act, clear, menuOf, refresh, resume, turn } from '../account-actions.js';
import * as dialogs from '../account-dialogs.js';
import { editDialog } from '../account-edit.js';
import { accountEvents } from '../account-events.js';
import { accountFacts, accountProxy } from '../account-facts.js';
import { accountWindows } from '../account-windows.js';
import { isKey, kindWords, shapeOf, stateWords, whyLines } from '../account-words.js';
import { api } from '../api.js';
import { h, replace, sign } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { live } from '../live.js';
import { button, crumbs, menu, notThere, state } from '../parts.js';
import { go } from '../router.js';
import { to } from '../routes.js';
import { slot } from '../slot.js';

const AGAIN_MS = 15000;
const all = { ...dialogs, edit: editDialog };

/* ---- what is wrong with it, and the one thing to do ------------------------------ */

const SEVERE = new Set(['login_required', 'blocked', 'unusable']);

function remedy(account, page) {
  const { account: name } = account;
  const run = (work) => () => act(page.wrong, work, page.update);
  switch (account.state) {
    case 'login_required':
      return isKey(account) ? button(t('account.do.replace_key'), { primary: true, onclick: () => dialogs.replaceKey(account, page.update) })
        : button(t('accounts.sign_in'), { primary: true, href: to('accounts', name, 'sign-in') });
    case 'blocked': return button(t('account.do.clear'), { onclick: run(() => clear(name)) });
    case 'paused': return account.held ? button(t('account.do.resume'), { onclick: run(() => resume(name)) })
      : button(t('account.do.clear'), { onclick: run(() => clear(name)) });
    case 'disabled': return button(t('account.do.turn_on'), { onclick: run(() => turn(account, true, page.update)) });
    default: return null;
  }
}

const consequence = (account) => ({
  login_required: isKey(account) ? t('account.then.key_refused') : t('account.then.login'),
  blocked: t('account.then.blocked'),
  paused: account.held ? t('account.then.held') : account.until ? t('account.then.paused', { until: time(account.until) }) : null,
  disabled: t('account.then.off'),
  unusable: t('account.then.unusable'),
})[account.state];

function drawTrouble(account, page) {
  if (account.state === 'ready' && whyLines(account).length === 1) return null;
  const severe = SEVERE.has(account.state);
  const lines = account.state === 'ready' ? whyLines(account).slice(1) : whyLines(account);
  return h('div.trouble', sign(severe ? 'bad' : 'warn'),
    h('div', lines.map((line) => h('p.tt', line)), account.state !== 'ready' && h('p.dd', consequence(account))), remedy(account, page));
}

/* ---- the head ---------------------------------------------------------------------- */

const drawHead = (account) => [state(shapeOf(account.state), stateWords(account)), h('span.sum', kindWords(account))];

function headOf(page) {
  const { name } = page;
  const words = h('div.ti-state');
  const run = (work) => () => act(page.wrong, work, page.update);
  const actions = h('div.end');
  const setActions = slot(actions, ({ signsIn, paused }) => [
    button(t('account.do.test_short'), { onclick: () => dialogs.test(page.account, page.update) }),
    signsIn && button(t('account.do.refresh'), { onclick: run(() => refresh(name)) }),
    paused ? button(t('account.do.resume'), { onclick: run(() => resume(name)) })
      : button(t('account.do.pause_short'), { onclick: () => dialogs.pause(page.account, page.update) }),
    menu(() => menuOf(page.account, all, page.wrong, page.update), { label: t('accounts.actions', { name }), class: 'icon' }),
  ]);
  const set = slot(words, drawHead);
  return {
    node: h('div.head', h('div.ti', h('h1', { title: name }, name), words), actions),
    set(account) {
      set(account);
      setActions({ signsIn: account.kind === 'oauth' && account.can_refresh, paused: account.held });
    },
  };
}

/* ---- the page ------------------------------------------------------------------------ */

function gone(view, name) {
  replace(view.node, notThere([[t('accounts.title'), '/admin/accounts']], name, {
    title: t('account.gone'), why: t('account.gone_why'), way: button(t('accounts.sign_in'), { href: to('accounts', name, 'sign-in') }),
  }));
}

const merged = (account, told) => ({
  ...account, ...told,
  windows: told.windows.map((w) => ({ samples: [], at_reset_ppm: null, ...account.windows.find((is) => is.name === w.name), ...w })),
});

function makePage(view, account) {
  const { name } = view.params;
  const page = { name, account, wrong: h('div.wrong', { 'aria-live': 'polite' }) };
  const trouble = h('div');
  const head = headOf(page);
  const windows = accountWindows();
  const events = accountEvents(name, view.signal);
  const facts = accountFacts(account, () => editDialog(page.account, page.update), view.signal);
  const proxy = accountProxy(name, () => dialogs.proxy(page.account, page.update));
  const setTrouble = slot(trouble, ({ account: is }) => drawTrouble(is, page));
  page.show = (next) => {
    page.account = next;
    head.set(next);
    setTrouble({ account: { ...next, windows: [], in_flight: 0, today: null, last_error: null, need_refresh: false } });
    for (const part of [windows, events, facts, proxy]) part.set(next);
  };
  /* Something was done: what the relay says now, and what its audit log has of it. */
  page.update = async (answer) => {
    if (answer === null) return go('/admin/accounts');
    await Promise.all([load(view).then(page.show, () => null), events.load()]);
    return undefined;
  };
  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [name]), head.node, page.wrong, trouble,
    h('div.split.first', h('div', windows.node, events.node), h('div', facts.node, proxy.node)));
  page.show(account);
  events.load();
  return page;
}

const load = (view) => api.get(`/oauth/accounts/${encodeURIComponent(view.params.name)}/status`, {}, { signal: view.signal });

export async function open(view) {
  const { name } = view.params;
  view.title(name);
  let account;
  try {
    account = await load(view);
  } catch (error) {
    if (error.status !== 404) throw error;
    return gone(view, name);
  }
  const page = makePage(view, account);
  view.keys({ e: () => editDialog(page.account, page.update) });
  live.on('accounts', ({ accounts }) => {
    const told = accounts.find((each) => each.account === name);
    if (!told || told.state !== page.account.state) page.update();
    else page.show(merged(page.account, told));
  }, view.signal);
  const timer = setInterval(() => { if (!document.hidden) load(view).then(page.show, () => null); }, AGAIN_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  return undefined;
}
