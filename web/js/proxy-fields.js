// SPDX-License-Identifier: MIT
/* The fields of a proxy: none, or its type, host, port and credentials. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { field, input, select } from './parts.js';

const TYPES = ['socks5', 'http', 'https'];

/** proxyFields(proxy or null) -> {node, value(): an object for proxy_config or null, check(): throws what is missing} */
export function proxyFields(proxy) {
  const host = input({ value: proxy?.host ?? '', placeholder: 'proxy.example' }, '.mono');
  const port = input({ value: proxy?.port ?? '', inputmode: 'numeric' }, '.mono');
  const username = input({ value: proxy?.username ?? '' }, '.mono');
  const password = input({ type: 'password', autocomplete: 'new-password' }, '.mono');
  const rest = h('div.proxy-rest',
    h('div.grid-host', field({ label: t('proxy.host'), input: host }), field({ label: t('proxy.port'), input: port })),
    h('div.grid2', field({ label: t('proxy.username'), input: username }), field({ label: t('proxy.password'), input: password })));
  const items = [['', t('proxy.none')], ...TYPES.map((type) => [type, type])];
  const type = select(items, proxy?.type ?? '', () => { rest.hidden = !type.value; });
  rest.hidden = !type.value;

  const value = () => (type.value ? {
    type: type.value, host: host.value.trim(), port: Number(port.value),
    ...(username.value && { username: username.value }), ...(password.value && { password: password.value }),
  } : null);

  function check() {
    const is = value();
    if (is && (!is.host || !Number.isInteger(is.port) || is.port < 1 || is.port > 65535)) throw new Error(t('proxy.incomplete'));
  }

  return { node: h('div.proxy-fields', field({ label: t('proxy.type'), hint: t('proxy.type_hint'), input: type }), rest), value, check };
}
