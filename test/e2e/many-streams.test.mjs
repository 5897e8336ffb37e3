// SPDX-License-Identifier: MIT
/* Thousands of streams at once, through TLS to the upstream: every one whole. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { describe, sanitized, stage, until } from '../support/processes.mjs';
import { HELLO } from '../support/http.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

const STREAMS = sanitized ? 200 : 2000;
const EVENTS = 20;

describe('many streams', () => {
  const s = stage({ sim: { tls: true } });

  it(`${STREAMS} at once, all intact`, { timeout: 120000 }, async () => {
    const before = s.relay.descriptors();
    const headers = [['anthropic-version', '2023-06-01'], ['x-sim-events', String(EVENTS)], ['x-sim-event-size', '100'], ['x-sim-gap-ms', '250']];
    const request = requestBytes({ headers, body: JSON.stringify({ ...HELLO, stream: true }) });
    const clients = [];
    for (let i = 0; i < STREAMS; i++) {
      clients.push(RawClient.connect(s.port));
      if (i % 100 === 99) {
        await Promise.all(clients.slice(-100));
      }
    }
    let most = 0;
    const watch = setInterval(() => s.sim.totals().then((t) => (most = Math.max(most, t.streams_open)), () => {}), 250);
    const answers = await Promise.all(
      clients.map(async (connecting) => {
        const client = await connecting;
        client.write(request);
        const answer = await client.response({ ms: 110000 });
        client.leave();
        return answer;
      }),
    );
    clearInterval(watch);
    const broken = [];
    for (const answer of answers) {
      const text = answer?.body.toString() ?? '';
      const numbers = Array.from(text.matchAll(/"text":"#(\d{7}) /g), (m) => Number(m[1]));
      const inOrder = numbers.length === EVENTS && numbers.every((n, i) => n - numbers[0] === i);
      if (answer?.status !== 200 || !answer.complete || !inOrder || !text.trimEnd().endsWith('data: {"type":"message_stop"}')) {
        broken.push(`${answer?.status} ${answer?.complete} ${numbers} ${text.slice(-200)}`);
      }
    }
    assert.deepEqual(broken.slice(0, 3), [], `${broken.length} of ${STREAMS} are broken`);
    assert.ok(most > STREAMS * 0.9, `only ${most} were open at the same time`);
    await until(async () => (await s.sim.totals()).streams_open === 0, { what: 'the end of all streams' });
    /* Pooled upstream connections may stay; nothing else does. */
    await until(async () => s.relay.descriptors() <= before + (await s.sim.totals()).connections_open, { what: 'client descriptors to be closed' });
  });
});
