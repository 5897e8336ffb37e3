// SPDX-License-Identifier: MIT
/* A new account: by signing in, with a setup token, an API key, or another gateway's key. */
import { act } from '../account-actions.js';
import { readTags } from '../account-edit.js';
import { api } from '../api.js';
import { h, replace, set } from '../dom.js';
import { gatewayFields } from '../gateway-fields.js';
import { t } from '../i18n.js';
import { button, crumbs, field, head, input, seg } from '../parts.js';
import { proxyFields } from '../proxy-fields.js';
import { go, setQuery } from '../router.js';
import { to } from '../routes.js';
import { signInHelp, signInSteps } from '../sign-in-steps.js';

const WAYS = ['login', 'setup', 'key', 'gateway'];
const WORDS = new Set(['pool', 'all', 'any', 'none']);

/* As the relay has it (ACCOUNT_NAME_NEW); null: it will do. */
export function nameProblem(name) {
  if (!name) return t('newaccount.name_missing');
  if (!/^[A-Za-z0-9_@][A-Za-z0-9._@-]{0,63}$/.test(name) || name.includes('sk-ant-')) return t('newaccount.name_wrong');
  if (WORDS.has(name)) return t('newaccount.name_word', { name });
  return null;
}

function nameField(taken) {
  const node = field({ label: t('newaccount.name'), hint: t('newaccount.name_hint'), input: input({ maxlength: 64, autofocus: true }) });
  node.problem = () => {
    const name = node.input.value.trim();
    return nameProblem(name) ?? (taken.has(name) ? t('newaccount.name_taken', { name }) : null);
  };
  node.input.addEventListener('input', () => node.fail(node.input.value.trim() ? node.problem() : null));
  node.good = () => {
    const problem = node.problem();
    node.fail(problem);
    if (problem) node.input.focus();
    return !problem;
  };
  return node;
}

/* On the way to the first message its next step comes after this one. */
const isFirst = (view) => view.query.first === '1';
const listOf = (view) => (isFirst(view) ? '/admin/' : '/admin/accounts');
const afterwards = (view, name) => (isFirst(view) ? '/admin/' : to('accounts', name));

const proxyPart = (proxy) => h('details', h('summary.small', t('newaccount.proxy')), proxy.node);

/* ---- by signing in --------------------------------------------------------------- */

function signingIn(view, taken, setup) {
  const name = nameField(taken);
  const proxy = proxyFields(null);
  const wrong = h('div.wrong', { 'aria-live': 'polite' });
  const start = button(t('newaccount.go_on'), { primary: true, submit: true });
  const node = h('div.fields');
  function begin() {
    if (!name.good()) return;
    act(wrong, async () => proxy.check(), () => {
      const called = name.input.value.trim();
      const steps = signInSteps({
        name: () => called, setup, signal: view.signal, proxy: () => proxy.value(),
        oncancel: () => go(listOf(view)),
        after: () => h('div.row', button(t(isFirst(view) ? 'first.go_on' : 'login.to_account'), { primary: true, onclick: () => go(afterwards(view, called)) })),
      });
      replace(node, h('h2.sr', t('login.title', { name: called })), h('div.duo', steps.node, signInHelp({
        name: called, setup, through: proxy.value() ? t('login.help.this_proxy') : t('login.help.no_proxy'),
      })));
      steps.start();
    });
  }
  replace(node, h('form.form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); begin(); } },
    h('p.mute.small', setup ? t('newaccount.setup_what') : t('newaccount.login_what')), name, proxyPart(proxy), wrong, h('div.row', start)));
  return node;
}

/* ---- with a key -------------------------------------------------------------------- */

function withKey(view, taken, elsewhere) {
  const name = nameField(taken);
  const key = field({
    label: t('newaccount.key'), hint: elsewhere ? t('newaccount.key_elsewhere') : t('newaccount.key_hint'),
    input: input({ type: 'password', autocomplete: 'off', placeholder: elsewhere ? null : 'sk-ant-api03-…' }, '.mono'),
  });
  const gateway = elsewhere ? gatewayFields({ bearer: true }) : null;
  const tags = input({ placeholder: 'fast, team-a' });
  const proxy = proxyFields(null);
  const wrong = h('div.wrong', { 'aria-live': 'polite' });
  const add = button(t('newaccount.add'), { primary: true, submit: true });
  const given = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
  async function make() {
    const secret = key.input.value.trim();
    const good = name.good();
    key.fail(secret ? null : t('newaccount.key_missing'));
    if (!good || !secret) return;
    add.disabled = true;
    await act(wrong, async () => {
      proxy.check();
      return api.post('/admin/api/accounts', given({
        name: name.input.value.trim(), api_key: secret, ...gateway?.value(), tags: readTags(tags.value), proxy_config: proxy.value(),
      }));
    }, (account) => go(afterwards(view, account.account), { replace: true }));
    add.disabled = false;
  }
  return h('form.form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); make(); } },
    h('p.mute.small', elsewhere ? t('newaccount.gateway_what') : t('newaccount.key_what')), name, key, gateway?.node,
    h('details', h('summary.small', t('newaccount.more')), h('div.fields',
      field({ label: t('account_edit.tags'), hint: t('account_edit.tags_hint'), input: tags }), proxy.node)),
    wrong, h('div.row', add, button(t('dialog.cancel'), { quiet: true, href: listOf(view) })));
}

/* ---- the page ---------------------------------------------------------------------- */

const makers = {
  login: (view, taken) => signingIn(view, taken, false),
  setup: (view, taken) => signingIn(view, taken, true),
  key: (view, taken) => withKey(view, taken, false),
  gateway: (view, taken) => withKey(view, taken, true),
};

export async function open(view) {
  view.title(t('newaccount.title'));
  const { accounts } = await api.get('/oauth/accounts', {}, { signal: view.signal });
  const taken = new Set(accounts);
  const place = h('div.way');
  const first = WAYS.includes(view.query.by) ? view.query.by : 'login';
  const show = (way) => {
    setQuery({ by: way === 'login' ? null : way });
    replace(place, makers[way](view, taken));
  };
  const ways = seg(t('newaccount.by'), WAYS.map((way) => [way, t(`newaccount.by.${way}`)]), first, show);
  set(ways, { class: 'ways' });
  replace(view.node, crumbs([t('accounts.title'), '/admin/accounts'], [t('newaccount.crumb')]),
    head(t('newaccount.title'), null, button(t('newaccount.import'), { href: isFirst(view) ? '/admin/import?first=1' : '/admin/import' })), ways, place);
  replace(place, makers[first](view, taken));
}
