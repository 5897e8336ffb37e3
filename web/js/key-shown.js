// SPDX-License-Identifier: MIT
/* A key's text, shown this once: it is in this dialog's memory only, and gone with it. */
import { api } from './api.js';
import { dialog } from './dialog.js';
import { h, replace, sign } from './dom.js';
import { time } from './format.js';
import { t } from './i18n.js';
import { limitsInWords } from './limits.js';
import { live } from './live.js';
import { button, copyButton, note, pairs, state } from './parts.js';
import { snippets } from './snippets.js';

const LOOK_MS = 5000;

/* "The pool", or the accounts that it names. */
export const accountsInWords = (accounts) =>
  (Array.isArray(accounts) ? accounts.join(t('list.names')) : t('key.accounts.pool'));

/* Turns from "not yet" into "ready": by what the relay tells, and, where it tells nothing,
   by looking now and then. */
function firstRequest(key, signal) {
  const node = h('span', { role: 'status' }, state('wait', t('shown.not_yet')));
  let timer = null;
  function come(words, kind = 'ready') {
    clearInterval(timer);
    replace(node, state(kind, words));
  }
  const mine = (requests) => requests.find((request) => request.key === key.name);
  live.on('running', ({ requests }) => { if (mine(requests)) come(t('shown.running', { model: mine(requests).model ?? '–' }), 'run'); }, signal);
  live.on('ended', ({ requests }) => {
    const found = mine(requests);
    if (found) come(t('shown.came', { time: time(found.ended_at, { seconds: true }), model: found.model ?? '–', status: found.status }), found.status === 200 ? 'ready' : 'failed');
  }, signal);
  const look = async () => {
    const now = await api.get(`/admin/api/keys/${key.id}`, null, { signal, signIn: false }).catch(() => null);
    if (now?.first_used_at && now.first_used_at !== key.first_used_at) come(t('shown.used', { time: time(now.first_used_at) }));
  };
  if (!key.first_used_at) timer = setInterval(look, LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return node;
}

function facts(key, signal) {
  return pairs([
    key.owner && [t('key.owner'), key.owner],
    [t('limit.title'), limitsInWords(key.limits) ?? t('limit.none')],
    [t('key.accounts'), accountsInWords(key.accounts)],
    key.rotated.length > 0 && [t('shown.former'), t('shown.former_until', { key: `${key.rotated[0].prefix}…${key.rotated[0].last4}`, time: time(key.rotated[0].expires_at) })],
    [t('shown.first'), firstRequest(key, signal)],
  ]);
}

/* Leaving the page would lose it as well. */
const stay = (event) => event.preventDefault();

/** Show the text of `key` (as it was answered when it was made); again() offers to create
    another one.  Resolves when the dialog is closed. */
export async function showKey(key, { again = null, rotated = false } = {}) {
  const abort = new AbortController();
  const text = key.key;
  let copied = false;
  let asked = false;
  const warning = h('p.err', { role: 'alert' });
  const code = h('code', { tabindex: 0, role: 'textbox', 'aria-readonly': 'true', 'aria-label': t('shown.key') }, text);
  const took = () => { copied = true; replace(warning); removeEventListener('beforeunload', stay); };
  const copy = copyButton(() => text, { label: t('shown.copy'), quiet: false, from: code, onclick: took });
  copy.setAttribute('autofocus', '');
  const box = dialog({
    title: t(rotated ? 'shown.title_rotated' : 'shown.title', { name: key.name }),
    body: [
      note('warn', t('shown.warning')), h('div.once', code, copy), snippets({ key: text, models: key.models, oncopied: took }),
      facts(key, abort.signal), (key.warnings ?? []).map((words) => note('warn', words)), warning,
    ],
    actions: [
      again && button(t('shown.another'), { onclick: () => box.close() && again() }),
      button(t('shown.done'), { primary: true, onclick: () => box.close() }),
    ],
    mayClose: () => {
      if (copied || asked) return true;
      asked = true;
      replace(warning, sign('warn'), h('span', t('shown.not_copied')));
      copy.focus();
      return false;
    },
  });
  addEventListener('beforeunload', stay);
  await box.closed;
  removeEventListener('beforeunload', stay);
  abort.abort();
}
