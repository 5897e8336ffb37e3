// SPDX-License-Identifier: MIT
/* What is asked before something is done to an account: how long it is to rest, another
   key, its proxy, its test, its end.  Each calls after(answer) when it was done. */
import { act, change, oldPathOf, pathOf } from './account-actions.js';
import { isKey } from './account-words.js';
import { api } from './api.js';
import { dialog } from './dialog.js';
import { h } from './dom.js';
import { t } from './i18n.js';
import { button, field, input, select } from './parts.js';
import { proxyFields } from './proxy-fields.js';
import { trial } from './account-trial.js';
import { wayReport } from './way-steps.js';

/* A dialog that is a form: onsave() sends it; what fails stands above the buttons. */
function form({ title, body, action, onsave, after, extra = [], danger = false }) {
  const wrong = h('div.wrong', { 'aria-live': 'polite' });
  const save = button(action, { primary: !danger, danger, submit: true });
  const box = dialog({
    title,
    body: [body, wrong],
    actions: [extra, button(t('dialog.cancel'), { onclick: () => box.close(null) }), save],
    onsubmit: async () => {
      if (save.disabled) return;
      save.disabled = true;
      const done = await act(wrong, onsave, after);
      save.disabled = false;
      if (done) box.close(true);
    },
  });
  return { ...box, wrong, save };
}

/* ---- pause ------------------------------------------------------------------- */

const SPANS = [['30m', 'account_pause.30m'], ['1h', 'account_pause.1h'], ['5h', 'account_pause.5h'], ['24h', 'account_pause.24h'], ['168h', 'account_pause.168h'], ['', 'account_pause.until']];

/* What <input type=datetime-local> shows of a time. */
const localTime = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 16);

function pause(account, after) {
  const { account: name } = account;
  const end = input({ type: 'datetime-local', value: localTime(Date.now() + 3600e3) });
  const until = field({ label: t('account_pause.until'), input: end });
  until.hidden = true;
  const span = select(SPANS.map(([value, words]) => [value, t(words)]), '1h', (value) => { until.hidden = value !== ''; });
  const why = input({ maxlength: 120 });
  form({
    title: t('account_pause.title', { name }),
    body: [h('p.mute', t('account_pause.what')), h('div.grid2', field({ label: t('account_pause.for'), input: span }), until),
      field({ label: t('account_pause.note'), hint: t('account_pause.note_hint'), input: why })],
    action: t('account_pause.action'),
    onsave: () => api.post(pathOf(name, 'pause'), {
      ...(span.value ? { for: span.value } : { until: new Date(end.value).toISOString() }),
      ...(why.value.trim() && { note: why.value.trim() }),
    }),
    after,
  });
}

/* ---- another key --------------------------------------------------------------- */

function replaceKey(account, after) {
  const { account: name } = account;
  const key = input({ type: 'password', autocomplete: 'off', required: true }, '.mono');
  form({
    title: t('account_key.title', { name }),
    body: [h('p.mute', t('account_key.what')), field({ label: t('newaccount.key'), hint: t('account_key.hint'), input: key })],
    action: t('account_key.action'),
    onsave: () => change(name, { api_key: key.value.trim() }),
    after,
  });
}

/* ---- its proxy ------------------------------------------------------------------ */

function proxy(account, after) {
  const { account: name } = account;
  const fields = proxyFields(account.proxy_config);
  const report = h('div.report', { 'aria-live': 'polite' });
  const test = button(t('proxy.test_this'), {
    onclick: () => wayReport(report, test, () => api.post(oldPathOf(name, 'proxy-test'), fields.value() ? { proxy_config: fields.value() } : {})),
  });
  form({
    title: t('proxy.title', { name }),
    body: [h('p.mute', t('proxy.what')), fields.node,
      account.proxy_config?.username && h('p.small.faint', t('proxy.password_again')), report],
    action: t('proxy.action'),
    extra: [test],
    onsave: () => {
      fields.check();
      return change(name, { proxy_config: fields.value() });
    },
    after,
  });
}

/* ---- its test --------------------------------------------------------------------- */

function test(account, after) {
  const { account: name } = account;
  const it = trial(name, (answer) => after?.(answer));
  const box = dialog({
    title: t('trial.title', { name }),
    body: [h('p.mute', t('trial.what')), it.node],
    actions: [button(t('dialog.close'), { onclick: () => box.close(true) }), it.button],
    onsubmit: () => it.run(),
    onclose: () => it.stop(),
  });
}

/* ---- its end ----------------------------------------------------------------------- */

/* Nothing brings it back: its name is typed. */
function remove(account, after) {
  const { account: name } = account;
  const typed = input();
  const box = form({
    title: t('account_remove.title', { name }),
    body: [h('p.mute', isKey(account) ? t('account_remove.key') : t('account_remove.login')), h('p.mute', t('account_remove.rather')),
      field({ label: t('dialog.type', { name }), input: typed })],
    action: t('account_remove.action'),
    danger: true,
    onsave: () => api.delete(oldPathOf(name)),
    after: () => after?.(null),
  });
  box.save.disabled = true;
  typed.addEventListener('input', () => { box.save.disabled = typed.value !== name; });
}

export { form, pause, proxy, remove, replaceKey, test };
