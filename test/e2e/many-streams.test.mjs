// SPDX-License-Identifier: MIT
/* Thousands of streams at once, through TLS to the upstream: every one whole.  The
   upstream begins when all requests are there, so that however long that takes they
   are open at the same time. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import { it } from 'node:test';

import { describe, sanitized, startRelay, until } from '../support/processes.mjs';
import { HELLO } from '../support/http.mjs';
import { listen, makeCertificate } from '../support/proxies.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

/* Sanitizers need ten times the memory and the time for each. */
const STREAMS = sanitized ? 200 : 2000;
const EVENTS = 20;

const eventText = (stream, n) => `event: content_block_delta\ndata: {"stream":${stream},"n":${n},"text":"${'x'.repeat(100)}"}\n\n`;
const wholeText = (stream) => Array.from({ length: EVENTS }, (_, n) => eventText(stream, n)).join('');

/* Answers nobody before everybody has asked; then an event for each in turn. */
function gather({ cert, key }) {
  const waiting = [];
  const server = https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }, (req, res) => {
    req.resume();
    waiting.push({ res, stream: Number(req.headers['x-stream']) });
    if (waiting.length === STREAMS) {
      serve(waiting).catch(() => {});
    }
  });
  return { server, waiting };
}

async function serve(waiting) {
  for (const { res } of waiting) {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
  }
  for (let n = 0; n < EVENTS; n++) {
    for (const { res, stream } of waiting) {
      res.write(eventText(stream, n));
    }
    await new Promise(setImmediate);
  }
  waiting.forEach(({ res }) => res.end());
}

describe('many streams', () => {
  it(`${STREAMS} at once, all intact`, async () => {
    const certificate = makeCertificate();
    const { server, waiting } = gather(certificate);
    const upstream = await listen(server);
    const relay = await startRelay({ upstream: `https://127.0.0.1:${upstream.port}`, ca: certificate.cert });
    const before = relay.sockets();
    const ask = async (stream) => {
      const client = await RawClient.connect(relay.port);
      client.write(requestBytes({ headers: [['anthropic-version', '2023-06-01'], ['x-stream', String(stream)]], body: JSON.stringify({ ...HELLO, stream: true }) }));
      const answer = await client.response();
      client.leave();
      return answer?.status === 200 && answer.complete && answer.body.toString() === wholeText(stream) ? null : `${stream}: ${answer?.status} ${answer?.complete} ${answer?.body.toString().slice(-300)}`;
    };
    const asking = [];
    for (let i = 0; i < STREAMS; i++) {
      asking.push(ask(i));
      if (i % 100 === 99) {
        await until(() => waiting.length > i - 100, { what: 'the requests at the upstream' });
      }
    }
    const broken = (await Promise.all(asking)).filter(Boolean);
    assert.deepEqual(broken.slice(0, 3), [], `${broken.length} of ${STREAMS} are broken`);
    /* Pooled upstream connections may stay; nothing else does. */
    const open = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    await until(async () => relay.sockets() <= before + (await open()), { what: 'client descriptors to be closed' });
    await relay.stop();
    await upstream.stop();
  });
});
