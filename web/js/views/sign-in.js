// SPDX-License-Identifier: MIT
/* Signing in an account that there is, or one of that name that there is not yet. */
import { isKey, proxyWords } from '../account-words.js';
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { t, tx } from '../i18n.js';
import { button, crumbs, empty, head } from '../parts.js';
import { back, go } from '../router.js';
import { to } from '../routes.js';
import { signInHelp, signInSteps } from '../sign-in-steps.js';

async function find(name, signal) {
  try {
    return await api.get(`/oauth/accounts/${encodeURIComponent(name)}/status`, {}, { signal });
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

const throughWords = (account) => (account?.proxy_config
  ? tx('login.help.proxy', { proxy: h('span.mono', proxyWords(account.proxy_config)) }) : t('login.help.no_proxy'));

function refuseKey(view, name) {
  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [name, to('accounts', name)], [t('login.crumb')]),
    head(t('login.title', { name })), empty(t('login.is_key'), t('login.is_key_why'), button(t('account.do.open'), { href: to('accounts', name) })));
}

export async function open(view) {
  const { name } = view.params;
  const account = await find(name, view.signal);
  const again = account !== null;
  view.title(again ? t('login.title_again', { name }) : t('login.title', { name }));
  if (account && isKey(account)) return refuseKey(view, name);
  const setup = view.query.kind === 'setup-token';
  const steps = signInSteps({
    name: () => name, setup, signal: view.signal,
    keeps: again ? t('login.keeps', { name }) : t('login.then'),
    oncancel: () => back(again ? to('accounts', name) : '/admin/accounts'),
    after: () => h('div.row', button(t('login.to_account'), { primary: true, onclick: () => go(to('accounts', name)) })),
  });
  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [name, again ? to('accounts', name) : null], [t('login.crumb')]),
    head(view.titled, setup ? t('login.setup_facts') : t('login.facts')),
    h('div.duo', steps.node, signInHelp({ name, through: throughWords(account), setup })));
  steps.offer();
  return undefined;
}
