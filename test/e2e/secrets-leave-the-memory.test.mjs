// SPDX-License-Identifier: MIT
/* What a request held of secrets (relay keys, the admin's token, an account's key)
   leaves the relay's memory with it: while its connection waits for another, and
   after that was closed, whatever way. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';

import { HELLO } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { inMemory, leaveMemory } from '../support/memory.mjs';
import { describe, readAccount, sanitized, stage, until, writeOauth } from '../support/processes.mjs';
import { isRoot } from '../support/users.mjs';

const BODY = JSON.stringify(HELLO);
const STREAMED = JSON.stringify({ ...HELLO, stream: true });
const ADMIN_TOKEN = 'CANARY-admin-token-of-this-test-only';
/* What cannot be in memory for another reason: the beginning is shown. */
const bare = (texts) => texts.map((text) => text.slice(12));

const head = (key, { target = '/v1/messages', field = `x-api-key: ${key}`, framing = `content-length: ${BODY.length}`, more = '' } = {}) =>
  `POST ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n${field}\r\nanthropic-version: 2023-06-01\r\n${framing}\r\n${more}\r\n`;
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

/* A client that writes these pieces, one after the other. */
class Client {
  constructor(port) {
    this.text = '';
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('data', (data) => (this.text += data.toString('latin1')));
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
  }

  async write(...pieces) {
    for (const piece of pieces) {
      await new Promise((resolve) => this.socket.write(piece, resolve));
    }
  }

  answers = (count = 1) => until(() => this.text.split('HTTP/1.1 ').length > count && this.text.trimEnd().endsWith('}'), { what: `${count} answers, not ${this.text}` });
  said = (pattern) => until(() => pattern.test(this.text), { what: `${pattern}, not ${this.text}` });

  async leave() {
    this.socket.destroy();
    await this.closed;
  }
}

/* What a client does with its keys; true if its connection is of use afterwards. */
const whole = (key) => head(key) + BODY;
const courses = {
  'one request': async (client, [key]) => {
    await client.write(whole(key));
    await client.answers();
    return true;
  },
  'in Authorization': async (client, [key]) => {
    await client.write(head(key, { field: `Authorization: Bearer ${key}` }) + BODY);
    await client.answers();
    return true;
  },
  'cut in the middle of the key': async (client, [key]) => {
    const at = head(key).indexOf(key) + 20;
    await client.write(whole(key).slice(0, at), whole(key).slice(at));
    await client.answers();
    return true;
  },
  'many small pieces': async (client, [key]) => {
    await client.write(...whole(key).match(/[^]{1,7}/g));
    await client.answers();
    return true;
  },
  'pipelined': async (client, keys) => {
    await client.write(keys.map(whole).join(''));
    await client.answers(keys.length);
    return true;
  },
  'pipelined behind a body': async (client, [first, second]) => {
    await client.write(head(first) + BODY.slice(0, 5));
    await client.write(BODY.slice(5) + whole(second));
    await client.answers(2);
    return true;
  },
  'pipelined behind a chunked body': async (client, [first, second, third]) => {
    await client.write(head(first, { framing: 'transfer-encoding: chunked' }) + chunk(BODY.slice(0, 9)));
    await client.write(chunk(BODY.slice(9)));
    await client.write(`0\r\n\r\n${whole(second)}`);
    await client.write(whole(third));
    await client.answers(3);
    return true;
  },
  'a large head and body': async (client, [key]) => {
    const body = JSON.stringify({ ...HELLO, messages: [{ role: 'user', content: 'x'.repeat(300000) }] });
    await client.write(head(key, { framing: `content-length: ${body.length}`, more: `x-much: ${'y'.repeat(20000)}\r\n` }) + body);
    await client.answers();
    return true;
  },
  'streamed to its end': async (client, [key]) => {
    await client.write(head(key, { framing: `content-length: ${STREAMED.length}` }) + STREAMED);
    await client.said(/message_stop[^]*\r\n0\r\n\r\n$/);
    return true;
  },
  'streamed, and left': async (client, [key, behind]) => {
    await client.write(head(key, { framing: `content-length: ${STREAMED.length}`, more: 'x-sim: events=1000 interval=50ms\r\n' }) + STREAMED + whole(behind));
    await client.said(/message_start/);
  },
  'left within the head': async (client, [key]) => {
    await client.write(head(key).slice(0, -20));
  },
  'left within the body': async (client, [key]) => {
    await client.write(whole(key).slice(0, -5));
  },
  'malformed behind the key': async (client, [key]) => {
    await client.write(head(key, { more: 'a line without a colon\r\n' }) + BODY);
    await client.said(/^HTTP\/1\.1 400/);
  },
  'refused, and more comes': async (client, [key, more]) => {
    await client.write(`${head(key, { more: 'host: two\r\n' })}${BODY}${whole(more)}`);
    await client.said(/^HTTP\/1\.1 400/);
    await client.write(whole(more));
  },
  'too much behind the key': async (client, [key]) => {
    await client.write(head(key, { more: `x-much: ${'y'.repeat(70000)}\r\n` }));
    await client.said(/^HTTP\/1\.1 431/);
  },
  'nothing of that kind is there': async (client, [key]) => {
    await client.write(head(key, { target: '/v2/none' }) + BODY);
    await client.answers();
  },
  'in the path, by mistake': async (client, [key]) => {
    await client.write(head(key, { target: `/v1/messages/%63${key.slice(1)}?key=${key}&k=%63${key.slice(1)}` }) + BODY);
    await client.answers();
  },
};

describe('secrets leave the memory', { skip: !isRoot || sanitized }, () => {
  for (const [what, options] of Object.entries({ 'plain upstream': {}, 'upstream with TLS': { sim: { tls: true } } })) {
    describe(what, () => {
      const here = stage({ relay: { env: { WORKERS: '1', ADMIN_TOKEN } }, ...options });

      for (const [course, act] of Object.entries(courses)) {
        it(`the key of a request: ${course}`, async () => {
          const keys = [];
          for (let i = 0; i < 3; i++) {
            keys.push((await createKey(here.relay, `${course} ${i}`)).text);
          }
          const client = new Client(here.port);
          if (await act(client, keys)) {
            await leaveMemory(here.relay.pid, bare(keys));
            assert.equal(client.socket.closed, false, 'its connection waits');
          }
          await client.leave();
          await leaveMemory(here.relay.pid, bare(keys));
        });
      }

      it('a wrong token of the admin', async () => {
        const wrong = `${ADMIN_TOKEN.slice(0, -1)}-but-wrong`;
        const client = new Client(here.port);
        await client.write(`GET /admin/api/keys HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${wrong}\r\n\r\n`);
        await client.said(/^HTTP\/1\.1 401/);
        await leaveMemory(here.relay.pid, [wrong]);
        await client.leave();
      });

      it('the key of an account that served, and was removed', async () => {
        const apiKey = 'sk-ant-api03-CANARY-of-an-account-that-goes';
        const made = await admin(here.relay, 'POST', '/admin/api/accounts', { name: 'goes', api_key: apiKey });
        assert.equal(made.status, 201, JSON.stringify(made.doc));
        const key = await createKey(here.relay, 'of the account', { accounts: ['goes'] });
        for (let i = 0; i < 3; i++) {
          assert.equal((await key.message()).status, 200);
        }
        assert.deepEqual(inMemory(here.relay.pid, [apiKey]), [apiKey], 'the test looks where it is');
        assert.equal((await admin(here.relay, 'DELETE', '/oauth/accounts/goes')).status, 200);
        await leaveMemory(here.relay.pid, [apiKey]);
      });

      it('tokens that others have replaced', async () => {
        writeOauth(here.relay.dataDir, 'signed');
        await until(async () => (await admin(here.relay, 'GET', '/oauth/accounts/signed/status')).status === 200);
        const key = await createKey(here.relay, 'of the signed-in account', { accounts: ['signed'] });
        const tokens = [];
        for (let i = 0; i < 3; i++) {
          const { access_token, refresh_token } = readAccount(here.relay.dataDir, 'signed');
          tokens.push(access_token, refresh_token);
          assert.equal((await key.message()).status, 200);
          assert.equal((await admin(here.relay, 'POST', '/oauth/accounts/signed/refresh')).status, 200);
        }
        assert.equal(new Set(tokens).size, 6, 'each refresh brings new ones');
        await leaveMemory(here.relay.pid, tokens);
        const { access_token, refresh_token } = readAccount(here.relay.dataDir, 'signed');
        assert.equal((await admin(here.relay, 'DELETE', '/oauth/accounts/signed')).status, 200);
        await leaveMemory(here.relay.pid, [access_token, refresh_token]);
      });
    });
  }
});
