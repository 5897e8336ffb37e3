// SPDX-License-Identifier: MIT
/* A new key: a form over the list of keys, then its text, shown once. */
import { api } from '../api.js';
import { commandLine } from '../command.js';
import { dialog } from '../dialog.js';
import { h } from '../dom.js';
import { giveFirstKey } from '../first-run.js';
import { t } from '../i18n.js';
import { keyForm } from '../key-form.js';
import { showKey } from '../key-shown.js';
import { busy, button } from '../parts.js';
import { back, go } from '../router.js';
import { open as openKeys } from './keys.js';

/** Open this view: the list, and over it the form. */
export async function open(view) {
  const [handle, groups, accounts] = await Promise.all([
    openKeys(view), known('/admin/api/groups', 'groups'), known('/admin/api/accounts', 'accounts'),
  ]);
  view.title(t('key.create'));
  queueMicrotask(() => ask({ groups, accounts, initial: { group: view.query.group ?? null }, first: view.query.first === '1' }, view.signal));
  return handle;
}

/* The form is of use without them. */
const known = (path, member) => api.get(path).then((answer) => answer[member], () => []);

/* To where it was opened: what had the focus there has it again. */
const leaveFor = ({ first }) => (first ? go('/admin/', { replace: true }) : back('/admin/keys'));

function ask(choices, signal) {
  if (signal.aborted) return;
  const form = keyForm(choices);
  const create = button(t('key.create'), { primary: true, submit: true });
  const box = dialog({
    title: t('key.create'), body: form.node, note: commandLine('.tiny.faint.hide-n', 'key create NAME'),
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), create],
    onsubmit: () => busy(create, send),
  });
  async function send() {
    const members = form.read();
    if (!members) return;
    try {
      box.close(await api.post('/admin/api/keys', members));
    } catch (error) {
      form.fail(error);
    }
  }
  const leave = () => box.close(null);
  signal.addEventListener('abort', leave);
  box.closed.then((key) => {
    signal.removeEventListener('abort', leave);
    if (key) shown(key, choices, signal);
    else if (!signal.aborted) leaveFor(choices);
  });
}

/* The list behind it shows the new key once the dialog is closed; on the first run the way
   goes on, and its last step has the key in its lines. */
async function shown(key, choices, signal) {
  let another = false;
  await showKey(key, { again: () => { another = true; } });
  if (signal.aborted) return;
  if (another) return void ask({ ...choices, initial: { group: key.group } }, signal);
  if (choices.first) giveFirstKey(key.key);
  leaveFor(choices);
}
