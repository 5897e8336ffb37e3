// SPDX-License-Identifier: MIT
/* A relay as it is in the middle of a day: accounts in every state, keys with limits,
   requests that ended well and badly, some that run; and names that would be markup. */
import { MARKUP } from './browser.mjs';
import { call, endless } from './http.mjs';
import { admin, createGroup, createKey } from './keys.mjs';
import { addApiKey, API_KEY, inMinutes, until, writeOauth } from './processes.mjs';

const REFRESH = 'sk-ant-ort01-CANARY-refresh-of-lin';

/* For stage({ relay: { accounts: sceneAccounts } }). */
export function sceneAccounts(dataDir) {
  addApiKey(dataDir, 'team');
  writeOauth(dataDir, 'main');
}

async function must(answer, what) {
  const { status, doc } = await answer;
  if (status >= 300) {
    throw new Error(`${what}: ${status} ${JSON.stringify(doc)}`);
  }
  return doc;
}

/* What Anthropic's answers say of the windows of `main`. */
function windows(sim) {
  const seconds = (minutes) => Math.floor(Date.now() / 1000 + minutes * 60);
  const field = (name, value) => `anthropic-ratelimit-unified-${name}: ${value}`;
  return sim.fault({
    account: 'main', times: 0,
    directives: {
      'reply-header': [
        field('status', 'allowed'), field('5h-status', 'allowed_warning'), field('5h-utilization', '0.84'), field('5h-reset', seconds(57)),
        field('7d-status', 'allowed'), field('7d-utilization', '0.41'), field('7d-reset', seconds(3 * 1440)),
      ],
    },
  });
}

async function accounts({ sim, relay }) {
  await windows(sim);
  await must(admin(relay, 'PATCH', '/oauth/accounts/main', { pool: true, priority: 10, note: `Wei's plan ${MARKUP}`, concurrency: 12 }), 'main');
  await must(admin(relay, 'POST', '/admin/api/accounts', { name: 'glm', api_key: API_KEY, base_url: `${sim.url}` }), 'glm');
  await must(admin(relay, 'POST', '/admin/api/accounts/glm/pause', { for: '90m', note: MARKUP }), 'a pause');
  await must(admin(relay, 'POST', '/admin/api/accounts', { name: 'archive', api_key: `${API_KEY}-2` }), 'archive');
  await must(admin(relay, 'PATCH', '/oauth/accounts/archive', { enabled: false }), 'archive off');
  await sim.oauth({ tokens: [{ token: REFRESH, state: 'spent' }] });
  writeOauth(relay.dataDir, 'lin', { expires_at: inMinutes(-5) });
  const state = async () => (await admin(relay, 'GET', '/admin/api/accounts')).doc.accounts.find((each) => each.account === 'lin');
  await until(state, { what: 'the account lin' });
  await admin(relay, 'POST', '/oauth/accounts/lin/refresh');
  await until(async () => (await state()).state === 'login_required', { what: 'lin has to sign in again' });
}

async function keys(relay) {
  await createGroup(relay, 'bots', { note: MARKUP, limits: { cost_month: 150 } });
  await createGroup(relay, MARKUP, {});
  const pool = { accounts: 'pool' };
  return {
    wei: await createKey(relay, 'wei-desk', { ...pool, owner: 'Wei Chen', tags: ['core'], limits: { cost_day: 40, concurrency: 8 } }),
    evals: await createKey(relay, 'eval-nightly', { ...pool, owner: 'Ana Souza', tags: ['ci', 'evals'], limits: { rpd: 6 } }),
    odd: await createKey(relay, MARKUP, { ...pool, owner: MARKUP, note: MARKUP, tags: ['bots'], group: 'bots', limits: { cost_total: 5 } }),
    long: await createKey(relay, 'w'.repeat(64), { ...pool, owner: 'x'.repeat(64) }),
    gone: await createKey(relay, 'intern-2025', pool),
  };
}

const HELLO = [{ role: 'user', content: 'hello' }];
const body = (model, more = {}) => ({ model, max_tokens: 200, messages: HELLO, ...more });
const used = (input, output, read, written) => ({
  'x-sim-input-tokens': input, 'x-sim-output-tokens': output, 'x-sim-cache-read-tokens': read, 'x-sim-cache-write-tokens': written,
});

async function requests(k) {
  const agent = { 'user-agent': 'claude-cli/2.1.330 (external, cli)' };
  for (let i = 0; i < 12; i++) {
    await k.wei.message({ headers: { ...agent, ...used(400 + i, 1800, 61000, 3400) }, body: body('claude-opus-5', { stream: i % 2 === 0 }) });
  }
  for (let i = 0; i < 5; i++) {
    await k.evals.message({ headers: used(90, 40, 0, 0), body: body('claude-haiku-4-5') });
  }
  await k.odd.message({ headers: { 'user-agent': MARKUP }, body: body('claude-sonnet-5') });
  await k.odd.message({ headers: { 'user-agent': MARKUP, 'x-claude-code-session-id': MARKUP }, body: body(MARKUP) });
  await k.long.message({ body: body('claude-sonnet-5') });
  await k.wei.message({ headers: { 'x-sim-status': '400' }, body: body('claude-opus-5') });
  await k.wei.message({ headers: { 'x-sim-error-at': '2' }, body: body('claude-opus-5', { stream: true }) });
  await k.gone.revoke();
  await k.gone.message({ body: body('claude-sonnet-5') });
}

/* Streams that go on until stop(): what runs. */
function running(relay, key) {
  const all = ['claude-opus-5', 'claude-sonnet-5', 'claude-haiku-4-5'].map((model) => endless(relay.url, key, { model, gapMs: 200 }));
  return async () => {
    all.forEach((each) => each.leave());
    await Promise.all(all.map((each) => each.over));
  };
}

/* Fill it: { keys, stop() }; stop() ends what runs. */
export async function scene(stage) {
  await accounts(stage);
  const made = await keys(stage.relay);
  await requests(made);
  const stop = running(stage.relay, made.wei);
  const booked = async () => JSON.parse((await call(`${stage.relay.url}/admin/api/requests?limit=100`, { method: 'GET' })).body).requests.length;
  await until(async () => (await booked()) >= 20, { what: 'bookings' });
  return { keys: made, stop };
}

