// SPDX-License-Identifier: MIT
/* What the tests of a way and of an account found, step by step: the one that failed is
   open, with the reason. */
import { h, icon, replace, sign } from './dom.js';
import { failure } from './errors.js';
import { duration } from './format.js';
import { t } from './i18n.js';
import { proxyWords } from './account-words.js';

const WORDS = {
  token: 'step.token', resolve: 'step.resolve', connect: 'step.connect', 'proxy TLS': 'step.proxy_tls',
  authenticate: 'step.authenticate', TLS: 'step.tls', request: 'step.request', models: 'step.models', message: 'step.message',
};

const hostOf = (target) => target.replace(/:\d+$/, '');

/* What was reached in it, as far as the answer tells. */
function found(step, result) {
  const first = result.proxy ? `${result.proxy.host}:${result.proxy.port}` : result.target;
  switch (step.step) {
    case 'resolve': return step.found && step.found !== hostOf(first) ? t('step.found_at', { host: hostOf(first), address: step.found }) : hostOf(first);
    case 'connect': return first;
    case 'proxy TLS': return first;
    case 'authenticate': return step.ok ? t('step.leads_to', { target: result.target }) : null;
    case 'TLS': return step.found ? t('step.found_tls', { host: hostOf(result.target), version: step.found }) : result.target;
    case 'request': return step.ok && result.status && !result.model ? t('step.answered', { status: result.status }) : null;
    case 'message': return step.ok ? result.model_answered ?? result.model : null;
    default: return null;
  }
}

const line = (step, result) => h('li', { class: step.ok ? null : 'failed' },
  h('span', { class: step.ok ? 'ok' : 'bad' }, icon(step.ok ? 'check' : 'x')),
  h('span.what', h('span', WORDS[step.step] ? t(WORDS[step.step]) : step.step), ' ',
    h('span.sr', step.ok ? t('step.ok') : t('step.failed')), h('span.faint', found(step, result))),
  h('span.r', duration(step.us / 1000)),
  !step.ok && result.error && h('p.why', failure(result.error)));

/** The steps of {steps, error, proxy, target, status, ...}. */
export const waySteps = (result) =>
  h('ol.hops', { 'aria-label': t('step.list') }, result.steps.map((step) => line(step, result)));

/** 'Through socks5://hk-1.lan:1080, of this account: works, 192 ms' in one line. */
export function wayWords(result) {
  const places = { proxy: result.proxy && proxyWords(result.proxy), target: result.target };
  if (!result.proxy) return t('way.direct', places);
  return { global: t('way.global', places), request: t('way.request', places) }[result.route] ?? t('way.account', places);
}

/** ask() for a test of a way while `button` is off, and show it in `place`. */
export async function wayReport(place, button, ask) {
  button.disabled = true;
  replace(place, h('p.small.faint', t('way.testing')));
  try {
    const result = await ask();
    replace(place, h('p.small', wayWords(result), h('span.faint', ' ', result.ok
      ? t('way.works', { time: duration(result.total_ms) }) : t('way.fails'))), waySteps(result));
  } catch (error) {
    replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
  }
  button.disabled = false;
}
