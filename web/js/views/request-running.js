// SPDX-License-Identifier: MIT
/* A request that is still running: what is known of it so far, and its end.  Its age ticks
   here; the rest is told by the relay. */
import { api } from '../api.js';
import { h, say } from '../dom.js';
import { bytes, duration, exact, number, running, time } from '../format.js';
import { has, t } from '../i18n.js';
import { live } from '../live.js';
import { confirmButton, copyButton, pairs, state, ticker } from '../parts.js';
import { to } from '../routes.js';
import { clientOf, shortModel } from '../request-words.js';

const PATH = '/admin/api/requests/running';
const begun = new Map(); // id -> when it came, by this machine's clock

/** When it came, by the clock of this machine: the relay's may differ. */
export function beganAt(request) {
  if (!begun.has(request.id)) begun.set(request.id, Date.now() - request.age_ms);
  return begun.get(request.id);
}

/** Forget those that are not running any more. */
export function forgetBut(requests) {
  const ids = new Set(requests.map((request) => request.id));
  for (const id of begun.keys()) {
    if (!ids.has(id)) begun.delete(id);
  }
}

/** Its age, ticking. */
export const age = (request) => ticker(() => running(Date.now() - beganAt(request)));

/** What it is doing; what the relay may add stays as it is. */
export const stepWord = (step) => (has(`request.step_${step}`) ? t(`request.step_${step}`) : step);

/** The button that cancels it, confirmed in place; what goes wrong stands in `place`. */
export function cancelButton(request, place, options = {}) {
  const key = request.key ?? t('requests.no_key');
  return confirmButton(t('requests.cancel'), t('requests.cancel_now'), async (node) => {
    node.disabled = true;
    try {
      await api.delete(`${PATH}/${encodeURIComponent(request.id)}`);
    } catch (error) {
      node.disabled = false;
      // One that ended meanwhile needs no cancelling.
      if (error.status !== 404) say(place, t('requests.cancel_failed', { error: error.message }));
    }
  }, { class: 'quiet tight', label: t('requests.cancel_label', { key }), ...options });
}

function facts(request, size) {
  const link = (path, text) => h('a.link', { href: path }, text);
  return [
    [t('request.key'), request.key ?? t('requests.no_key')],
    [t('request.model'), request.model],
    request.account && [t('request.account'), link(to('accounts', request.account), request.account)],
    [t('request.endpoint'), h('code', request.endpoint)],
    request.client && [t('request.client'), clientOf(request)],
    [t('request.sent_so_far'), size],
    [t('request.id'), h('span.idline', h('code', request.id), copyButton(() => request.id, { iconOnly: true }))],
  ].filter(Boolean);
}

/** The opened panel of one that runs; again() draws what has become of it. */
export function runningPanel(request, { head, signal, again }) {
  const problem = h('p.err', { role: 'alert' });
  const word = h('span', t('request.running', { step: stepWord(request.step) }));
  const first = h('dd', '–');
  const tokens = h('dd', { title: t('request.tokens_at_end') }, '–');
  const size = h('span');
  const later = h('span.faint.small');
  const figure = (label, value) => h('div', h('dt', label), value);
  function show(now) {
    say(word, t('request.running', { step: stepWord(now.step) }));
    say(first, now.first_byte_ms === null ? '–' : duration(now.first_byte_ms));
    say(tokens, now.output_tokens ? number(now.output_tokens) : '–');
    say(size, bytes(now.bytes_out));
    say(later, now.output_tokens || !now.stream ? '' : t('request.tokens_at_end'));
  }
  show(request);
  live.on('running', ({ requests, more }) => {
    const now = requests.find((each) => each.id === request.id);
    if (now) show(now);
    else if (!more && word.isConnected) again();
  }, signal);
  const title = request.model
    ? t('request.title', { model: shortModel(request.model), key: request.key ?? t('requests.no_key') }) : request.endpoint;
  return [
    head(title, h('div.sub', state('run', word), h('span.faint', { title: exact(request.started_at) }, time(request.started_at, { seconds: true })))),
    h('dl.quad', figure(t('requests.age'), h('dd', age(request))), figure(t('request.first_byte'), first),
      figure(t('requests.tokens_out'), tokens), h('div.act', h('dt.sr', t('requests.cancel')), h('dd', cancelButton(request, problem, { class: '' })))),
    problem,
    h('h2.sec', t('request.details')), pairs(facts(request, h('span.idline', size, later))),
  ];
}
