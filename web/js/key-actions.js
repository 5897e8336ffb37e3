// SPDX-License-Identifier: MIT
/* What can be done with a key, from the list and from its own page. */
import { api } from './api.js';
import { commandLine } from './command.js';
import { confirm, dialog } from './dialog.js';
import { h, sign } from './dom.js';
import { t, tn } from './i18n.js';
import { keyForm } from './key-form.js';
import { showKey } from './key-shown.js';
import { busy, button, field, select, toast } from './parts.js';
import { go } from './router.js';
import { to } from './routes.js';

const at = (key, end = '') => `/admin/api/keys/${key.id}${end}`;

/* What failed stands in a dialog, for it has no other place to stand: in lists a row may be
   gone by then. */
function say(error) {
  const box = dialog({
    title: t('key.failed'), body: h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)),
    actions: [button(t('dialog.close'), { primary: true, onclick: () => box.close() })],
  });
}

/** Run work(); what it throws is shown. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== 'AbortError') say(error);
    return null;
  }
}

/* One after the other: whatever fails ends it, and what was done stays done. */
async function each(keys, work) {
  for (const key of keys) await work(key);
  return true;
}

const revokedWords = (keys) => (keys.length === 1 ? t('keys.revoked_now', { name: keys[0].name }) : tn('keys.revoked_many', keys.length));

/** Revoke: at once, for it can be undone. */
export async function revokeKeys(keys, { done }) {
  const alive = keys.filter((key) => key.state !== 'revoked');
  const all = await attempt(() => each(alive, (key) => api.delete(at(key))));
  await done();
  if (all) toast(revokedWords(alive), { undo: () => restoreKeys(alive, { done }) });
}

/** Take a revocation back. */
export async function restoreKeys(keys, { done }) {
  await attempt(() => each(keys, (key) => api.post(at(key, '/restore'))));
  await done();
}

/** Nothing brings it back: its name has to be typed. */
export async function purgeKey(key, { done }) {
  const yes = await confirm({
    title: t('key.purge_title', { name: key.name }), consequence: t('key.purge_consequence'), action: t('key.purge'), danger: true, type: key.name,
  });
  if (yes && await attempt(() => api.delete(at(key), { purge: true }))) await done();
}

/** Switch it off, or on. */
export async function switchKey(key, { done }) {
  await attempt(() => api.patch(at(key), { enabled: !key.enabled }));
  await done();
}

const OVERLAPS = ['0s', '1h', '24h', '168h', '720h'];

/** A new text; the former one lives on for a while. */
export function rotateKey(key, { done }) {
  const overlap = select(OVERLAPS.map((each) => [each, t(`key.overlap.${each}`)]), '24h');
  const wrong = h('p');
  const yes = button(t('key.rotate'), { primary: true, submit: true });
  const box = dialog({
    title: t('key.rotate_title', { name: key.name }),
    body: [h('p.mute', t('key.rotate_consequence')), field({ label: t('key.overlap'), input: overlap }), wrong],
    note: commandLine('.tiny.faint.hide-n', 'key rotate', key.name),
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), yes],
    onsubmit: () => busy(yes, async () => box.close(await api.post(at(key, '/rotate'), { overlap: overlap.value })), wrong),
  });
  box.closed.then(async (answer) => {
    if (!answer) return;
    await showKey(answer, { rotated: true });
    await done();
  });
}

/* The form is of use without them. */
const known = (path, member) => api.get(path).then((answer) => answer[member], () => []);

/** Change any member. */
export async function editKey(key, { done }) {
  const [now, groups, accounts] = await Promise.all([
    attempt(() => api.get(at(key))), known('/admin/api/groups', 'groups'), known('/admin/api/accounts', 'accounts'),
  ]);
  if (!now) return;
  const form = keyForm({ key: now, groups, accounts });
  const save = button(t('key.save'), { primary: true, submit: true });
  const box = dialog({
    title: t('key.edit_title', { name: key.name }), body: form.node, note: commandLine('.tiny.faint.hide-n', 'key edit', key.name),
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), save],
    onsubmit: () => busy(save, send),
  });
  async function send() {
    const members = form.read();
    if (!members) return;
    if (!Object.keys(members).length) return void box.close(now);
    try {
      box.close(await api.patch(at(key), members));
    } catch (error) {
      form.fail(error);
    }
  }
  if (await box.closed) await done();
}

/** Items of the menu that ends a row. */
export function keyActions(key, { done }) {
  const revoked = key.state === 'revoked';
  return [
    { label: t('key.open'), href: to('keys', key.id) },
    { label: t('key.edit'), onclick: () => editKey(key, { done }) },
    !revoked && { label: t('key.rotate_dots'), onclick: () => rotateKey(key, { done }) },
    { label: t('key.requests'), href: `/admin/requests?key=${encodeURIComponent(key.name)}` },
    null,
    !revoked && { label: t(key.enabled ? 'key.switch_off' : 'key.switch_on'), onclick: () => switchKey(key, { done }) },
    revoked ? { label: t('key.restore'), onclick: () => restoreKeys([key], { done }) }
      : { label: t('key.revoke'), danger: true, onclick: () => revokeKeys([key], { done }) },
    revoked && { label: t('key.purge_dots'), danger: true, onclick: () => purgeKey(key, { done }) },
  ].filter((item) => item !== false);
}

/** Where one goes when a key is gone. */
export const leaveKey = () => go('/admin/keys', { replace: true });

/** Show texts of the relay about what is hardly meant. */
export const warningsOf = (key) => (key.warnings ?? []).map((text) => h('p.note.warn', sign('warn'), h('span', text)));
