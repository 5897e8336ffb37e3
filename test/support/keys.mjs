// SPDX-License-Identifier: MIT
/* Relay keys: made through the API and by command, and what they are told of their
   limits.  And an upstream that keeps its requests until the test lets them go, so
   that "at once" is no matter of time. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { call, message } from './http.mjs';
import { cleanEnv, relayBinary, tempFolder, until } from './processes.mjs';
import { rawUpstream, responseBytes } from './raw.mjs';
import { WAIT_MS } from './time.mjs';

/* The whole text of a key. */
export const KEY_TEXT = /cr_[A-Za-z0-9_-]{43}/;

/* ---- the management API ---------------------------------------------------- */

/* From this machine.  { status, doc, headers } */
export async function admin(relay, method, target, body) {
  const answer = await call(relay.url + target, { method, body });
  const text = answer.body.toString();
  return { status: answer.status, headers: answer.headers, doc: text ? JSON.parse(text) : undefined };
}

async function asked(relay, method, target, body, status = 200) {
  const answer = await admin(relay, method, target, body);
  assert.equal(answer.status, status, `${method} ${target}: ${answer.status} ${JSON.stringify(answer.doc)}`);
  return answer.doc;
}

/* ---- a key ------------------------------------------------------------------ */

class Key {
  constructor(relay, doc) {
    this.relay = relay;
    this.id = doc.id;
    this.name = doc.name;
    this.text = doc.key;
    this.headers = { 'x-api-key': doc.key };
  }

  /* A request to create a message; `headers` beside the key. */
  message({ headers = {}, ...options } = {}) {
    return message(this.relay.url, { headers: { ...this.headers, ...headers }, ...options });
  }

  /* What its holder is told. */
  async me() {
    const answer = await call(`${this.relay.url}/v1/me`, { headers: this.headers });
    assert.equal(answer.status, 200, answer.body.toString());
    return JSON.parse(answer.body);
  }

  async limit(name) {
    return (await this.me()).limits[name];
  }

  show = () => asked(this.relay, 'GET', `/admin/api/keys/${this.id}`);
  change = (members) => asked(this.relay, 'PATCH', `/admin/api/keys/${this.id}`, members);
  revoke = () => asked(this.relay, 'DELETE', `/admin/api/keys/${this.id}`);
  restore = () => asked(this.relay, 'POST', `/admin/api/keys/${this.id}/restore`);
  purge = () => asked(this.relay, 'DELETE', `/admin/api/keys/${this.id}?purge=true`);
  rotate = (overlap) => asked(this.relay, 'POST', `/admin/api/keys/${this.id}/rotate`, { overlap });
}

/* A further text of the same key, or the same key of a relay that was started anew. */
export const keyOf = (relay, doc) => new Key(relay, doc);

export async function createKey(relay, name, members = {}) {
  const doc = await asked(relay, 'POST', '/admin/api/keys', { name, ...members }, 201);
  assert.match(doc.key, new RegExp(`^${KEY_TEXT.source}$`));
  return keyOf(relay, doc);
}

export const createGroup = (relay, name, members = {}) => asked(relay, 'POST', '/admin/api/groups', { name, ...members }, 201);

/* ---- by command --------------------------------------------------------------- */

/* `claude-relay key ...` on a folder, beside the relay that runs there or alone. */
export function keyCommand(dataDir, ...args) {
  return spawnSync(relayBinary, ['key', ...args, '--data-dir', dataDir], {
    env: cleanEnv(),
    cwd: tempFolder(),
    encoding: 'utf8',
    timeout: WAIT_MS,
  });
}

export function createKeyByCommand(relay, name, ...args) {
  const done = keyCommand(relay.dataDir, 'create', name, '--json', ...args);
  assert.equal(done.status, 0, done.stderr);
  assert.doesNotMatch(done.stderr, KEY_TEXT);
  return keyOf(relay, JSON.parse(done.stdout));
}

/* ---- what is held -------------------------------------------------------------- */

/* Everything that requests under way hold of a key's limits, and of its group's, as
   [name, amount]: empty if it is nothing. */
export async function held(key) {
  const me = await key.me();
  const all = [me.limits, me.group?.limits ?? {}];
  return all.flatMap((limits) =>
    Object.entries(limits).flatMap(([name, view]) => {
      const amount = name === 'concurrency' ? view.used + view.reserved : view.reserved;
      return amount ? [[name, amount]] : [];
    }),
  );
}

/* A request gives its things back when its answer has ended, which its client may
   hear first. */
export async function nothingHeld(key) {
  let last;
  await until(async () => (last = await held(key)).length === 0, { what: 'nothing is held' }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

/* ---- bodies and answers -------------------------------------------------------- */

/* Micro-dollars a token. */
export const PRICES = { 'claude-sonnet-5': { in: 2, out: 10 }, 'claude-haiku-4-5': { in: 1, out: 5 } };
/* What Anthropic may add to a body. */
const HIDDEN = 2000;

/* The most that a request may use, as docs/limits.md says. */
export function worst(body) {
  const price = PRICES[body.model];
  const tokensIn = Buffer.byteLength(JSON.stringify(body)) + HIDDEN;
  return { tokensIn, tokensOut: body.max_tokens, microusd: tokensIn * price.in + body.max_tokens * price.out };
}

export const usd = (microusd) => Number((microusd / 1e6).toFixed(6));

export const answerBody = (body, { tokensIn, tokensOut }) =>
  JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body.model,
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: tokensIn, output_tokens: tokensOut },
  });

/* ---- an upstream that keeps ------------------------------------------------------ */

/* Requests wait in `kept` until release(): `answer(body)` makes the bytes, or
   says what was used ({ tokensIn, tokensOut }). */
export async function keepingUpstream() {
  const upstream = await rawUpstream((connection, request) => {
    const body = request.body.length ? JSON.parse(request.body) : null;
    upstream.kept.push({ connection, request, body });
    if (upstream.passes) {
      upstream.release(upstream.passes);
    }
  });
  upstream.kept = [];
  upstream.passes = null; /* answer at once, so */
  upstream.release = (used, count = Infinity) => {
    for (const { connection, body } of upstream.kept.splice(0, count)) {
      connection.write(responseBytes({ headers: [['Content-Type', 'application/json']], body: answerBody(body, used) }));
    }
  };
  return upstream;
}

/* `count` requests of these keys at once, each on a connection of its own.  When all
   but those that the upstream keeps have their answer:
   { kept: how many, refused: the answers, release(used): answers of the others }. */
export async function burst(upstream, keys, count, { body }) {
  const refused = [];
  const passed = [];
  const before = upstream.kept.length;
  const all = Array.from({ length: count }, async (_, i) => {
    const answer = await keys[i % keys.length].message({ body });
    (answer.status === 200 ? passed : refused).push(answer);
  });
  const over = Promise.all(all);
  const kept = () => upstream.kept.length - before;
  await until(() => refused.length + passed.length + kept() >= count, { what: `an end of ${count} requests` });
  return {
    kept: kept(),
    refused,
    release: async (used) => {
      upstream.release(used);
      await over;
      return passed;
    },
  };
}
