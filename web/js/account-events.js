// SPDX-License-Identifier: MIT
/* What happened to an account lately: what was done to it, what its windows went through,
   what went wrong last. */
import { cause, lengthOf, windowName, windowsOf } from './account-words.js';
import { api } from './api.js';
import { h } from './dom.js';
import { refusal } from './errors.js';
import { exact, time } from './format.js';
import { has, t } from './i18n.js';
import { empty, section, state } from './parts.js';
import { link } from './router.js';
import { slot } from './slot.js';

const SHOWN = 10;
const NEARLY = 800000;

/* Of the audit log: action -> [shape, text]. */
const ACTIONS = {
  'account.add': ['ready', 'account_event.add'], 'account.change': ['run', 'account_event.change'], 'account.refresh': ['ready', 'account_event.refresh'],
  'account.pause': ['paused', 'account_event.pause'], 'account.resume': ['ready', 'account_event.resume'], 'account.clear': ['ready', 'account_event.clear'],
  'account.message': ['run', 'account_event.message'], 'account.test': ['run', 'account_event.test'], 'account.proxy-test': ['run', 'account_event.proxy_test'],
  'account.refused': ['login', 'account_event.refused'], 'account.remove': ['off', 'account_event.remove'], 'account.removed': ['off', 'account_event.removed'],
  'login.finish': ['ready', 'account_event.login'], 'account.import': ['ready', 'account_event.add'],
};

/* 'priority, note': the members that it changed. */
const memberName = (name) => (has(`account_member.${name}`) ? t(`account_member.${name}`) : name);
const membersOf = (entry) => Object.keys(entry.after ?? {}).map(memberName).join(t('list.names'));

function ofAudit(entry) {
  const [shape, words] = ACTIONS[entry.action] ?? ['run', null];
  const at = Date.parse(entry.at);
  if (entry.done) return { at, shape, text: words ? t(words, { members: membersOf(entry) }) : entry.action };
  const name = `audit.action.${entry.action}`;
  const what = has(name) ? t(name) : entry.action;
  return { at, shape: 'failed', text: t('account_event.not_done', { what, error: refusal(entry) }) };
}

function ofWindow(w) {
  if (!w?.resets_at || !lengthOf(w.name)) return [];
  const places = { window: windowName(w.name) };
  const began = { at: Date.parse(w.resets_at) - lengthOf(w.name), shape: 'ready', text: t('account_event.began', places) };
  const nearly = w.samples?.find((sample) => sample.used_ppm >= NEARLY);
  return [began, nearly && { at: Date.parse(nearly.at), shape: 'over', text: t('account_event.nearly', places) }].filter(Boolean);
}

const ofState = (account) => (account.state === 'paused' && account.since && !account.held
  ? [{ at: Date.parse(account.since), shape: 'paused', text: t('account_event.paused', { until: time(account.until), why: cause(account.why ?? '') }) }] : []);

const ofError = (error) => (error ? [{ at: Date.parse(error.at), shape: 'failed', text: cause(error.text) }] : []);

function eventsOf(account, entries) {
  const { five, seven } = windowsOf(account);
  return [...entries.map(ofAudit), ...ofWindow(five), ...ofWindow(seven), ...ofState(account), ...ofError(account.last_error)]
    .filter((event) => event.at <= Date.now()).sort((a, b) => b.at - a.at).slice(0, SHOWN);
}

const draw = ({ events, error }) => (events.length
  ? h('ol.log', events.map((event) => h('li', h('span.faint', { title: exact(event.at) }, time(event.at)), state(event.shape, event.text))))
  : empty(error ? t('account_event.unknown') : t('account_event.none'), error));

/** accountEvents(name, signal) -> {node, set(account), load()} */
export function accountEvents(name, signal) {
  const body = h('div');
  const node = section(t('account_event.title'), link(`/admin/settings/audit?target=${encodeURIComponent(name)}`, t('account_event.all')), body);
  const set = slot(body, draw);
  let entries = [];
  let error = null;
  let account = null;
  const show = () => account && set({ events: eventsOf(account, entries), error });
  return {
    node,
    set(next) { account = next; show(); },
    async load() {
      try {
        entries = (await api.get('/admin/api/audit', { target: name, limit: SHOWN }, { signal })).entries;
        error = null;
      } catch (failure) {
        if (failure.name === 'AbortError') return;
        error = failure.message;
      }
      show();
    },
  };
}
