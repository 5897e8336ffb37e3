// SPDX-License-Identifier: MIT
/* The facts of one account, its proxy with the test of it, and what the provider says
   of who it is. */
import { act, oldPathOf, pathOf } from './account-actions.js';
import { hostOf, isKey, lastSeen, profileWords, proxyWords, renewsAt } from './account-words.js';
import { api } from './api.js';
import { costText, isUnknown } from './cost.js';
import { h, replace } from './dom.js';
import { exact, number, time } from './format.js';
import { t, tn } from './i18n.js';
import { button, pairs, section } from './parts.js';
import { slot } from './slot.js';
import { wayReport } from './way-steps.js';

const at = (moment) => h('span', { title: exact(moment) }, time(moment));

function tokenWords(account) {
  if (account.expires_at === null) return t('account.fact.never');
  if (!account.can_refresh) return t('account.token_until', { time: time(account.expires_at) });
  if (Date.parse(account.expires_at) <= Date.now()) return t('account.fact.token_over', { time: time(account.expires_at) });
  return account.need_refresh ? t('account.fact.token_due', { until: time(account.expires_at) })
    : t('account.fact.token', { until: time(account.expires_at), next: time(renewsAt(account)) });
}

function servedTo(account) {
  const tags = account.tags.join(t('list.names'));
  if (account.pool) return tags ? t('account.fact.pool_tags', { tags }) : t('account.fact.pool');
  return tags ? t('account.fact.tags', { tags }) : t('account.fact.named');
}

function todayWords(today) {
  const words = {
    requests: tn('accounts.requests', today.requests), failed: number(today.failed),
    cost: isUnknown(today) ? t('cost.unknown_sum') : costText(today),
  };
  return t(today.failed ? 'account.fact.today_failed' : 'account.fact.today', words);
}

const atOnce = (account) => (account.concurrency
  ? t('account.fact.at_once_of', { n: number(account.in_flight), of: number(account.concurrency) })
  : t('account.fact.at_once_any', { n: number(account.in_flight) }));

const mapWords = (map) => h('span.mono', Object.entries(map).map(([ours, theirs]) => h('div', `${ours} = ${theirs}`)));

function draw(account) {
  const seen = lastSeen(account);
  return pairs([
    account.base_url && [t('account.fact.place'), h('span.mono', account.base_url)],
    account.base_url && [t('account.fact.key_as'), account.bearer ? t('account.fact.bearer') : t('account.fact.header')],
    account.model_map && [t('account.fact.models'), mapWords(account.model_map)],
    account.tls_ca && [t('account.fact.tls_ca'), h('span.mono', account.tls_ca)],
    !isKey(account) && [t('account.fact.signed_in'), account.signed_in_at ? at(account.signed_in_at) : t('account.fact.not_noted')],
    [isKey(account) ? t('account.fact.key') : t('account.fact.token_name'), tokenWords(account)],
    account.scopes.length > 0 && [t('account.fact.scopes'), account.scopes.join(t('list.names'))],
    [t('account.fact.served_to'), servedTo(account)],
    [t('account.fact.rank'), t('account.fact.rank_of', { priority: number(account.priority), weight: number(account.weight) })],
    [t('account.fact.at_once'), atOnce(account)],
    [t('account.fact.today_name'), account.today ? todayWords(account.today) : t('accounts.today_unknown')],
    [t('account.fact.answered'), seen ? at(seen) : t('account.fact.not_yet')],
    account.note && [t('account.fact.note'), account.note],
  ]);
}

/* Asked only when somebody wants to know: Anthropic is. */
function profileLine(account, signal) {
  const place = h('div.small');
  const ask = button(t('account.profile.ask'), { quiet: true, class: 'pull' });
  ask.addEventListener('click', async () => {
    ask.disabled = true;
    await act(place, () => api.get(pathOf(account.account, 'profile'), {}, { signal }), (profile) => {
      replace(place, profileWords(profile));
    });
    ask.disabled = false;
  });
  return h('div.profile', ask, place);
}

/** The facts: accountFacts(account, edit, signal) -> {node, set(account)} */
export function accountFacts(account, edit, signal) {
  const body = h('div.pad');
  const set = slot(body, draw);
  const node = section(t('account.facts'), button(t('account.do.edit_short'), { quiet: true, class: 'tight', onclick: edit }), body,
    !isKey(account) && profileLine(account, signal));
  const bare = ({ windows, ...rest }) => ({ ...rest, windows: windows.map((w) => ({ seen_at: w.seen_at })) });
  return { node, set: (next) => set(bare(next)) };
}

/* ---- the proxy ------------------------------------------------------------------ */

const drawProxy = ({ proxy, base }) => h('p.small.pt', proxy
  ? [h('span.mono', proxyWords(proxy)), h('span.faint', ' ', proxy.username ? t('proxy.own_as', { user: proxy.username }) : t('proxy.own'))]
  : h('span.faint', base ? t('proxy.no_own_to', { host: hostOf(base) }) : t('proxy.no_own')));

/** Its proxy, with its test: accountProxy(name, change) -> {node, set(account)} */
export function accountProxy(name, change) {
  const body = h('div');
  const report = h('div.report', { 'aria-live': 'polite' });
  const test = button(t('proxy.test'), {
    quiet: true, class: 'tight', onclick: () => wayReport(report, test, () => api.post(oldPathOf(name, 'proxy-test'), {})),
  });
  const edit = button(t('proxy.change'), { quiet: true, class: 'tight', onclick: change });
  const set = slot(body, drawProxy);
  const node = section(t('proxy.name'), [test, edit], body, report);
  return { node, set: (account) => set({ proxy: account.proxy_config, base: account.base_url }) };
}
