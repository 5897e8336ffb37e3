// SPDX-License-Identifier: MIT
/* The way to the first message: account, key, message.  It stands in the place of the
   overview until a request was answered. */
import { api } from '../api.js';
import { commandLine } from '../command.js';
import { h, icon, replace } from '../dom.js';
import { money4, number } from '../format.js';
import { t, tx } from '../i18n.js';
import { live } from '../live.js';
import { button, codeBox, state } from '../parts.js';
import { passFirstRun, takeFirstKey } from '../first-run.js';
import { reopen } from '../router.js';
import { to } from '../routes.js';

const MODEL = 'claude-sonnet-5';
/* Which leads back here. */
const NEW_KEY = '/admin/new/key?first=1';
const NEW_ACCOUNT = '/admin/new/account?first=1';

/** Open this view. */
export async function open(view) {
  view.title(t('first.start'));
  const known = { ...await ask(view), text: takeFirstKey() };
  const steps = h('ol.steps');
  replace(view.node, h('div.hello', h('h1', t('first.title')),
    h('p.mute.sub-h', t('first.where', { version: known.version, host: location.host })), steps,
    h('p.small.mute.term', h('span.row.wrap.rather'), h('span.end', button(t('first.pass'), { quiet: true, class: 'tight', onclick: () => { passFirstRun(); reopen(); } })))));
  draw(steps, known);
  watch(view, steps, known);
  return null;
}

async function ask(view) {
  const [status, keys] = await Promise.all([api.get('/admin/api/status', null, view), api.get('/admin/api/keys', { limit: 1 }, view)]);
  return { version: status.version, accounts: status.accounts.length, keys: keys.total, key: keys.keys[0] ?? null, running: null, ended: null };
}

function draw(steps, known) {
  const at = known.accounts === 0 ? 1 : known.keys === 0 ? 2 : 3;
  drawTerminal(steps.parentNode.querySelector('.rather'), known.ended ? 4 : at);
  replace(steps, step(1, at, t('first.account'), accountStep(known)), step(2, at, t('first.key'), keyStep(known)),
    step(3, known.ended ? 4 : at, t('first.message'), messageStep(known)));
}

/* The same step in a terminal; the last one is lines for it already. */
const COMMANDS = { 1: 'login main', 2: 'key create NAME' };

function drawTerminal(place, at) {
  replace(place, COMMANDS[at] && [h('span', t('first.terminal')), commandLine('', COMMANDS[at])]);
}

function step(number_, at, title, { now, later, done }) {
  const kind = number_ < at ? 'done' : number_ === at ? 'now' : 'later';
  return h(`li.${kind}`, { 'aria-current': kind === 'now' ? 'step' : null },
    h('span.no', kind === 'done' ? icon('check', 14) : number_),
    h('div.body', h('h2', title), kind === 'now' ? now : h('p.small.faint', kind === 'done' ? done : later)));
}

const choice = (href, picture, title, words) => h('a', { href }, h('b', icon(picture), title), h('span', words));

const accountStep = (known) => ({
  now: [
    h('div.choice', choice(NEW_ACCOUNT, 'accounts', t('first.by_login'), t('first.by_login_why')),
      choice(`${NEW_ACCOUNT}&by=key`, 'keys', t('first.by_key'), t('first.by_key_why')),
      choice('/admin/import?first=1', 'file', t('first.by_import'), t('first.by_import_why'))),
    h('p.small.mute', t('first.plan')),
  ],
  done: t('first.account_done', { n: number(known.accounts) }),
});

const keyStep = (known) => ({
  now: [
    h('p.small.mute', t('first.key_why')),
    h('div.row.wrap', button(t('first.key_create'), { href: NEW_KEY, primary: true, icon: 'plus' })),
    h('p.small.faint', t('first.key_without')),
  ],
  later: t('first.key_why'),
  done: t('first.key_done', { n: number(known.keys) }),
});

const lines = (text) => `export ANTHROPIC_BASE_URL=${location.origin}
export ANTHROPIC_AUTH_TOKEN=${text}
claude -p hello --model ${MODEL}`;

/* Of a key that was created on the way here; of others nobody but the holder has the text,
   and lines without it are none to copy. */
const how = ({ key, text }) => (text
  ? [h('p.small.mute', tx('first.message_how', { command: h('code', 'claude') })), codeBox(lines(text), t('first.lines'))]
  : [h('p.small.mute', t('first.key_gone')), h('div.row.wrap',
    key && button(t('first.key_open'), { href: to('keys', key.id) }), button(t('first.key_another'), { href: NEW_KEY }))]);

function messageStep(known) {
  return {
    now: [...how(known), arrived(known)],
    later: t('first.message_later'),
    done: known.ended ? t('first.message_done', {
      account: known.ended.account, tokens: number(known.ended.input_tokens + known.ended.output_tokens), cost: money4(known.ended.cost_microusd),
    }) : '',
  };
}

function arrived({ running, ended }) {
  if (running) return state('run', t('first.running', { model: running.model ?? '' }));
  return ended ? null : state('wait', t('first.not_yet'));
}

/* Accounts, keys and requests come from elsewhere: the steps follow. */
function watch(view, steps, known) {
  const change = (members) => {
    Object.assign(known, members);
    draw(steps, known);
    if (known.ended) finish(steps);
  };
  live.on('figures', async (figures) => {
    if (known.ended || (figures.keys === known.keys && known.accounts > 0)) return;
    const now = await ask(view).catch(() => null);
    if (now && (now.accounts !== known.accounts || now.keys !== known.keys)) change({ accounts: now.accounts, keys: now.keys, key: now.key });
  }, view.signal);
  live.on('running', ({ requests }) => {
    const first = requests.find((row) => row.endpoint === '/v1/messages') ?? null;
    if (!known.ended && first?.id !== known.running?.id) change({ running: first });
  }, view.signal);
  live.on('ended', ({ requests }) => {
    const done = requests.find((row) => row.endpoint === '/v1/messages' && row.end === 'complete');
    if (done && !known.ended) change({ ended: done, running: null });
  }, view.signal);
}

function finish(steps) {
  if (steps.nextElementSibling?.classList.contains('finish')) return;
  steps.after(h('div.row.wrap.finish', button(t('first.overview'), { primary: true, onclick: reopen })));
}
