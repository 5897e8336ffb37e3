// SPDX-License-Identifier: MIT
/* What can be done to an account, from its page and from the list.  What fails is said
   where the action was. */
import { api } from './api.js';
import { h, replace, sign } from './dom.js';
import { t } from './i18n.js';
import { toast } from './parts.js';
import { to } from './routes.js';

/** Its paths of the API: there are two for what the first relay had and for what came later. */
export const pathOf = (name, word) => `/admin/api/accounts/${encodeURIComponent(name)}/${word}`;
export const oldPathOf = (name, word = '') => `/oauth/accounts/${encodeURIComponent(name)}${word && `/${word}`}`;

/** Do work(); after(answer) shows what came of it, an error stands in `place`. */
export async function act(place, work, after) {
  replace(place);
  try {
    const answer = await work();
    await after?.(answer);
    return true;
  } catch (error) {
    if (error.name !== 'AbortError') replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
    return false;
  }
}

/** Change members of it. */
export const change = (name, members) => api.patch(oldPathOf(name), members);

export const refresh = (name) => api.post(oldPathOf(name, 'refresh'));
export const resume = (name) => api.post(pathOf(name, 'resume'));
export const clear = (name) => api.post(pathOf(name, 'clear'));

/** Switch it off, or on again: both can be undone. */
export async function turn(account, on, after) {
  const { account: name } = account;
  after?.(await change(name, { enabled: on }));
  toast(on ? t('account.turned_on', { name }) : t('account.turned_off', { name }), {
    undo: () => turn(account, !on, after),
  });
}

const signsIn = (account) => account.kind === 'oauth';

/* What answers taught: a pause that is not the operator's, a block, a refused key. */
const hasLessons = (account) => ['blocked', 'login_required'].includes(account.state)
  || account.families.length > 0 || (account.state === 'paused' && !account.held);

/** The items of its menu.  `dialogs` are those of account-dialogs.js; place, after: see act(). */
export function menuOf(account, dialogs, place, after) {
  const { account: name } = account;
  const run = (work) => () => act(place, work, after);
  const open = (dialog) => () => dialog(account, after);
  return [
    { label: t('account.do.test'), onclick: open(dialogs.test) },
    signsIn(account) && account.can_refresh && { label: t('account.do.refresh'), onclick: run(() => refresh(name)) },
    signsIn(account) && { label: t('account.do.sign_in'), href: to('accounts', name, 'sign-in') },
    !signsIn(account) && { label: t('account.do.replace_key'), onclick: open(dialogs.replaceKey) },
    null,
    { label: t('account.do.pause'), onclick: open(dialogs.pause) },
    account.held && { label: t('account.do.resume'), onclick: run(() => resume(name)) },
    hasLessons(account) && { label: t('account.do.clear'), onclick: run(() => clear(name)) },
    account.enabled
      ? { label: t('account.do.turn_off'), onclick: () => act(place, () => turn(account, false, after)) }
      : { label: t('account.do.turn_on'), onclick: () => act(place, () => turn(account, true, after)) },
    null,
    { label: t('account.do.edit'), onclick: open(dialogs.edit) },
    { label: t('account.do.proxy'), onclick: open(dialogs.proxy) },
    { label: t('account.do.remove'), danger: true, onclick: open(dialogs.remove) },
  ].filter((entry) => entry !== false);
}
