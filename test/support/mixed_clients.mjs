// SPDX-License-Identifier: MIT
/* A program that sends requests of test/support/mix.mjs over keep-alive connections and
   says what became of each: [{ name, status (0: no head), complete, at }...], in JSON.  On
   standard input, in JSON: what sendMixed() writes. */
import net from 'node:net';

import { planned } from './mix.mjs';
import { readHead } from './raw.mjs';

/* ---- one answer ------------------------------------------------------------------ */

/* Takes the bytes of one answer; `head` when it is there, `over` when it is complete. */
class Answer {
  constructor() {
    this.rest = Buffer.alloc(0);
    this.left = 0; /* of the body or the chunk */
    this.begun = false; /* some of the body is there */
    this.over = false;
  }

  take(data) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    if (!this.head) {
      this.head = readHead(this.rest);
      if (!this.head) {
        return;
      }
      this.rest = this.rest.subarray(this.head.length);
      this.status = Number(this.head.startLine.split(' ')[1]);
      this.chunked = /chunked/i.test(this.head.get('transfer-encoding') ?? '');
      this.left = Number(this.head.get('content-length') ?? 0);
      this.closes = /close/i.test(this.head.get('connection') ?? '');
    }
    this.begun ||= this.rest.length > 0;
    if (this.chunked) {
      this.takeChunks();
    } else {
      this.over = this.rest.length >= this.left;
    }
  }

  takeChunks() {
    while (!this.over) {
      const eol = this.rest.indexOf('\r\n');
      if (eol < 0) {
        return;
      }
      const size = parseInt(this.rest.subarray(0, eol).toString('latin1'), 16);
      if (this.rest.length < eol + 4 + size) {
        return;
      }
      this.rest = this.rest.subarray(eol + 4 + size);
      this.over = size === 0;
    }
  }
}

/* ---- a client -------------------------------------------------------------------- */

const bytesOf = (plan, target) => {
  const body = JSON.stringify(plan.body);
  const headers = { host: `127.0.0.1:${target.port}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'anthropic-version': '2023-06-01', ...(target.key ? { 'x-api-key': target.key } : {}), ...plan.headers };
  return `POST /v1/messages HTTP/1.1\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

function connect(client, port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  client.set(port, socket);
  return socket;
}

/* Sends it and waits for its end, or leaves when the plan says so. */
function ask(client, plan, target) {
  return new Promise((resolve) => {
    const used = client.get(target.port);
    const socket = used && !used.destroyed && used.readable ? used : connect(client, target.port);
    const answer = new Answer();
    const finish = (complete) => {
      socket.removeAllListeners('data').removeAllListeners('close');
      clearTimeout(leaving);
      if (!complete || answer.closes) {
        socket.destroy();
        client.delete(target.port);
      }
      resolve({ name: plan.name, status: answer.status ?? 0, complete, at: Date.now() });
    };
    const leave = () => finish(false);
    /* It has been sent for sure, or never will be: both are fine. */
    const leaving = plan.leave === 'asked' ? setTimeout(leave, 50) : undefined;
    socket.on('data', (data) => {
      answer.take(data);
      if (answer.over) {
        finish(true);
      } else if (plan.leave === 'begun' && answer.begun) {
        leave();
      }
    });
    socket.on('close', () => finish(false));
    socket.write(bytesOf(plan, target));
  });
}

async function run({ seed, first, step, end, targets, atOnce }) {
  const results = [];
  let next = first;
  process.on('message', () => (next = end)); /* stop */
  process.send('begun');
  const loop = async () => {
    const client = new Map();
    while (next < end) {
      const i = next;
      next += step;
      const result = await ask(client, planned(seed, i), targets[i % targets.length]);
      results.push(result);
      /* Nobody may be listening any more. */
      if (!result.complete && result.status === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    client.forEach((socket) => socket.destroy());
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  process.disconnect();
  return results;
}

let input = '';
for await (const part of process.stdin) {
  input += part;
}
process.stdout.write(JSON.stringify(await run(JSON.parse(input))));
