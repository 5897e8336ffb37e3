// SPDX-License-Identifier: MIT
/* The page of a key's holder: the key is pasted and kept in a variable of this module, nowhere
   else; reloading or leaving the page forgets it. */
import { ApiError, address, failure } from './api.js';
import { h, mark, replace } from './dom.js';
import { durationWords, exact, money, time } from './format.js';
import { onLanguage, startLanguage, t, tn } from './i18n.js';
import { masked, stateNote, stateOf } from './key-state.js';
import { DAYS, daysSection, limitsSection, modelsSection, requestsSection } from './key-use.js';
import { durationOf } from './limits.js';
import { busy, button, failed, field, input, pairs, section, state } from './parts.js';
import { snippets } from './snippets.js';
import { startTheme } from './theme.js';
import { languageButton, themeButton } from './tools.js';

const FRESH_MS = 10000;
const LAST = 10;
const app = document.getElementById('app');

let text = null; // the key
let me = null; // what GET /v1/me says of it
let timer = null;

/* ---- asking --------------------------------------------------------------------------- */

async function ask(path, query, key = text) {
  const headers = { accept: 'application/json', 'x-api-key': key };
  const response = await fetch(address(path, query), { headers, cache: 'no-store', credentials: 'omit' })
    .catch(() => { throw new ApiError(0, t('failed.no_answer')); });
  if (!response.ok) throw await failure(response);
  return response.json();
}

function forget(error = null) {
  text = null;
  me = null;
  clearInterval(timer);
  draw(error);
}

/* ---- the key is asked for ----------------------------------------------------------------- */

function words(error) {
  return error.retryAfter ? t('me.wait', { message: error.message, wait: durationWords(error.retryAfter * 1000) }) : error.message;
}

function form(error) {
  const key = input({ required: true, 'data-secret': '', placeholder: 'cr_…' }, '.mono.unread');
  const row = field({ label: t('me.key'), hint: t('me.key_hint'), input: key, error: error && words(error) });
  const submit = button(t('me.show'), { primary: true, submit: true });
  async function send(event) {
    event.preventDefault();
    const typed = key.value.trim();
    if (!typed) return key.focus();
    row.fail(null);
    /* What no field of a header can hold is no key, and would be no request either. */
    if (!/^[\x21-\x7e]+$/.test(typed)) return row.fail(t('me.no_key'));
    return busy(submit, () => ask('/v1/me', null, typed).then((answer) => { open(typed, answer); }, (wrong) => {
      row.fail(words(wrong));
      key.select();
    }));
  }
  const node = h('form.me-form.stack', { novalidate: true, onsubmit: send }, h('div', h('h1', t('me.title')), h('p.mute', t('me.about'))), row, h('div', submit));
  queueMicrotask(() => key.focus());
  return node;
}

/* ---- what is shown of it ------------------------------------------------------------------- */

function open(key, answer) {
  text = key;
  me = answer;
  draw();
  clearInterval(timer);
  timer = setInterval(refresh, FRESH_MS);
}

const listed = (all, none) => (all?.length ? all.join(t('list.names')) : none);

const facts = () => pairs([
  [t('key.models'), listed(me.models, t('key.all'))],
  me.deny_models ? [t('key.deny_models'), listed(me.deny_models)] : null,
  [t('key.allow'), me.allow.map((each) => t(`key.allow.${each}`)).join(t('list.names'))],
  [t('key.expires'), me.expires_at ? h('span', { title: exact(me.expires_at) }, time(me.expires_at)) : t('key.expires.never')],
  [t('key.total'), tn('key.total_says', me.total.requests, { cost: money(me.total.cost * 1e6) })],
]);

const limitParts = () => [
  limitsSection(t('limit.title'), me.limits, { zone: me.time_zone, wait: durationOf(me.queue_wait) }),
  me.group && limitsSection(t('key.group_limits', { name: me.group.name }), me.group.limits, { zone: me.group.time_zone }),
];

/* Each part for itself: what fails says so in its place. */
async function part(node, work) {
  const asked = text;
  try {
    const made = await work();
    if (asked === text) replace(node, made);
  } catch (error) {
    if (error.status === 401 && asked === text) forget(error);
    else if (asked === text) replace(node, failed(error, () => part(node, work)));
  }
}

/* One question of a key is answered at a time: the next waits for the one before. */
let turn = Promise.resolve();
function inTurn(path, query) {
  const next = turn.then(() => ask(path, query));
  turn = next.catch(() => {});
  return next;
}

const usage = (by) => inTurn('/v1/me/usage', { by, since: `${DAYS}d` });

function page() {
  const [limits, days, models, requests] = Array.from({ length: 4 }, () => h('div.part'));
  const of = me.group?.limits;
  replace(limits, limitParts());
  part(days, async () => daysSection((await usage('day')).rows));
  part(models, async () => modelsSection((await usage('model')).rows));
  part(requests, async () => requestsSection((await inTurn('/v1/me/requests', { limit: LAST })).requests));
  const head = h('div.head', h('div.ti', h('h1', { tabindex: -1 }, me.name), state(...stateOf({ ...me, used: me.limits }, of)),
    h('span.sum.mono', masked(me)), stateNote(me) && h('span.sum', stateNote(me))),
  h('div.end', button(t('me.forget'), { onclick: () => forget() })));
  const lines = section(t('me.set_up'), t('me.in_memory'), h('div.pad', snippets({ key: text, shown: masked(me), models: me.models })));
  queueMicrotask(() => head.querySelector('h1').focus({ preventScroll: true }));
  return [head, limits, days, h('div.grid2.gap40', models, requests), section(t('key.may'), null, h('div.pad', facts())), lines];
}

/* Only the limits: what stands below them does not move under the reader. */
async function refresh() {
  if (document.hidden || !text) return;
  const asked = text;
  try {
    const answer = await ask('/v1/me');
    if (asked !== text) return;
    me = answer;
    replace(app.querySelector('.part'), limitParts());
  } catch (error) {
    if (error.status === 401 && asked === text) forget(error);
  }
}

function draw(error = null) {
  document.title = `${t('me.title')} · claude-relay`;
  replace(app, h('main.solo#main', h('div.sh', mark(), h('b', 'claude-relay'), h('span.tiny.faint', location.host),
    h('div.end', languageButton(), themeButton())), text ? page() : form(error)));
}

startTheme();
await startLanguage();
document.body.classList.add('plain');
onLanguage(() => draw());
draw();
