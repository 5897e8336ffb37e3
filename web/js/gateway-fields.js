// SPDX-License-Identifier: MIT
/* The fields of an account at another gateway: its address, how the key goes there, what
   models are called there, whose certificates are trusted. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { check, field, input } from './parts.js';

const mapText = (map) => Object.entries(map ?? {}).map(([ours, theirs]) => `${ours}=${theirs}`).join('\n');

/** { 'claude-sonnet-5': 'glm-5' } of lines MODEL=THEIRS; null of none; throws what is wrong. */
export function readMap(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const map = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at < 1 || at === line.length - 1) throw new Error(t('gateway.map_wrong', { line }));
    map[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return lines.length ? map : null;
}

/** gatewayFields(account or {}) -> {node, value(): members for the API; throws what is wrong} */
export function gatewayFields(account = {}) {
  const url = input({ type: 'url', value: account.base_url ?? '', placeholder: 'https://gateway.example/base' }, '.mono');
  const bearer = check(t('gateway.bearer'), account.bearer);
  const map = h('textarea.in.mono', { rows: 3, spellcheck: 'false', autocomplete: 'off', placeholder: 'claude-sonnet-5=glm-5' });
  map.value = mapText(account.model_map);
  const ca = input({ value: account.tls_ca ?? '', placeholder: '/etc/ssl/gateway.pem' }, '.mono');
  return {
    url,
    node: h('div.fields',
      field({ label: t('gateway.url'), hint: t('gateway.url_hint'), input: url }), bearer,
      field({ label: t('gateway.map'), hint: t('gateway.map_hint'), input: map }),
      field({ label: t('gateway.tls_ca'), hint: t('gateway.tls_ca_hint'), input: ca })),
    value: () => ({
      base_url: url.value.trim() || null, bearer: bearer.input.checked, model_map: readMap(map.value), tls_ca: ca.value.trim() || null,
    }),
  };
}
