// SPDX-License-Identifier: MIT
/* The test of an account: the smallest message there is, the way it went, and what the
   provider answered, as it is. */
import { pathOf } from './account-actions.js';
import { cause, shapeOf, stateWords } from './account-words.js';
import { api } from './api.js';
import { h, replace, sign } from './dom.js';
import { failure } from './errors.js';
import { number } from './format.js';
import { has, t } from './i18n.js';
import { button, field, input, pairs, state } from './parts.js';
import { waySteps, wayWords } from './way-steps.js';

const known = (value) => value !== null && value !== undefined;

function answerText(answer) {
  return typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
}

function verdict(result) {
  return result.ok
    ? state('ready', t('trial.works'))
    : h('div.wrong', state('failed', t('trial.fails')), result.error && !result.failed_step && h('p.small', failure(result.error)));
}

function facts(result) {
  const tokens = known(result.input_tokens) || known(result.output_tokens);
  return pairs([
    known(result.status) && [t('trial.status'), String(result.status)],
    result.model && [t('trial.model_asked'), result.model_answered && result.model_answered !== result.model
      ? t('trial.model_as', { asked: result.model, answered: result.model_answered }) : result.model],
    tokens && [t('trial.tokens'), t('trial.tokens_in_out', { input: number(result.input_tokens), output: number(result.output_tokens) })],
    result.request_id && [t('trial.request_id'), h('code.small', result.request_id)],
    [t('trial.afterwards'), state(shapeOf(result.state), stateWords(result), { why: result.why && cause(result.why) })],
  ]);
}

/* What to do here; of a code that a newer relay may have, what it said. */
function nextOf({ next, next_code: code }) {
  return has(`trial.next.${code}`) ? t(`trial.next.${code}`) : next;
}

function shown(result) {
  return [
    verdict(result),
    h('p.small.faint', wayWords(result)),
    waySteps(result),
    facts(result),
    result.next && h('div.note.warn', sign('warn'), h('span', nextOf(result))),
    known(result.answer) && h('details', { open: !result.ok }, h('summary.small', t('trial.answer')),
      h('pre.code.wrap', { tabindex: 0, role: 'region', 'aria-label': t('trial.answer') }, answerText(result.answer))),
  ];
}

/** trial(name, after) -> {node, button, run(), stop()}: after(result) when it is over. */
export function trial(name, after) {
  const model = input({ placeholder: t('trial.model_any') }, '.mono');
  const place = h('div.report', { 'aria-live': 'polite' });
  const start = button(t('trial.action'), { primary: true, submit: true });
  const abort = new AbortController();

  async function run() {
    if (start.disabled) return;
    start.disabled = true;
    replace(place, h('p.small.faint', t('trial.running')));
    try {
      const asked = model.value.trim();
      const result = await api.post(pathOf(name, 'test'), asked ? { model: asked } : {}, { signal: abort.signal });
      replace(place, shown(result));
      after?.(result);
    } catch (error) {
      if (error.name !== 'AbortError') replace(place, h('p.err', { role: 'alert' }, sign('bad'), h('span', error.message)));
    }
    start.disabled = false;
    replace(start, t('trial.again'));
  }

  return {
    node: h('div.trial', field({ label: t('trial.model'), hint: t('trial.model_hint'), input: model }), place),
    button: start, run, stop: () => abort.abort(),
  };
}
