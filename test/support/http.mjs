// SPDX-License-Identifier: MIT
/* Small HTTP calls with Node's own client: what a well-behaved program sends. */
import http from 'node:http';
import https from 'node:https';

import { WAIT_MS } from './time.mjs';

/* Resolves with { status, reason, headers, rawHeaders, body, complete } when the
   answer has ended; `complete` is false for one that was cut. */
export function call(url, options = {}) {
  return new Promise((resolve, reject) => {
    const req = open(url, options, (res) => {
      const parts = [];
      const finish = () =>
        resolve({
          status: res.statusCode,
          reason: res.statusMessage,
          headers: res.headers,
          rawHeaders: res.rawHeaders,
          body: Buffer.concat(parts),
          complete: res.complete,
        });
      res.on('data', (data) => parts.push(data));
      res.on('end', finish);
      res.on('error', finish);
    });
    req.on('error', reject);
  });
}

/* The request object; `answered` gets the response when its head is there. */
export function open(url, { method = 'GET', headers = {}, body, ca, agent = false, timeout = WAIT_MS } = {}, answered) {
  const client = url.startsWith('https:') ? https : http;
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const all = Array.isArray(headers) ? headers : { ...headers };
  if (bytes && !Array.isArray(all)) {
    all['content-length'] ??= bytes.length;
    all['content-type'] ??= 'application/json';
  }
  const req = client.request(url, { method, headers: all, ca, agent, timeout }, answered);
  req.on('timeout', () => req.destroy(new Error(`no answer from ${url} in ${timeout} ms`)));
  req.end(bytes);
  return req;
}

export async function fetchJson(url, options) {
  const res = await call(url, options);
  const text = res.body.toString();
  if (res.status !== 200) {
    throw new Error(`${url}: ${res.status} ${text}`);
  }
  return text ? JSON.parse(text) : undefined;
}

/* A plain request to create a message. */
export const HELLO = { model: 'claude-sonnet-5', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };

export function message(url, { body = HELLO, headers = {}, target = '/v1/messages' } = {}) {
  return call(url + target, { method: 'POST', headers: { 'anthropic-version': '2023-06-01', ...headers }, body });
}

/* A stream: its events as they come.  { status, headers, events, next(), leave(), ended } */
export function stream(url, { body = { ...HELLO, stream: true }, headers = {}, target = '/v1/messages', ca } = {}) {
  return new Promise((resolve, reject) => {
    const req = open(url + target, { method: 'POST', headers: { 'anthropic-version': '2023-06-01', ...headers }, body, ca }, (res) => {
      let text = '';
      const waiting = [];
      const ready = [];
      let over = false;
      const push = (item) => (waiting.length ? waiting.shift()(item) : ready.push(item));
      const ended = new Promise((done) => {
        const finish = () => {
          if (over) {
            return;
          }
          over = true;
          waiting.splice(0).forEach((give) => give(null));
          done(res.complete);
        };
        res.on('end', finish);
        res.on('error', finish);
        res.on('close', finish);
      });
      res.on('data', (data) => {
        const at = process.hrtime.bigint();
        text += data.toString('latin1');
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          push({ at, text: text.slice(0, end + 2) });
          text = text.slice(end + 2);
        }
      });
      resolve({
        status: res.statusCode,
        headers: res.headers,
        ended,
        req,
        res,
        next: () => (ready.length ? Promise.resolve(ready.shift()) : over ? Promise.resolve(null) : new Promise((give) => waiting.push(give))),
        leave: () => req.destroy(),
      });
    });
    req.on('error', reject);
  });
}

/* A streamed request that goes on until it is cancelled, or leave() is called: `over` is
   when it has ended. */
export function endless(url, key, { agent = 'claude-cli/2.1', model = HELLO.model, gapMs = 40 } = {}) {
  const self = { bytes: 0, over: null };
  self.over = new Promise((resolve) => {
    const request = open(`${url}/v1/messages`, {
      method: 'POST', body: { ...HELLO, model, stream: true },
      headers: { ...key.headers, 'anthropic-version': '2023-06-01', 'user-agent': agent, 'x-sim-endless': '1', 'x-sim-gap-ms': String(gapMs) },
    }, (answer) => {
      answer.on('data', (data) => { self.bytes += data.length; });
      answer.on('close', resolve);
    });
    request.on('error', resolve);
    request.on('close', resolve);
    self.leave = () => request.destroy();
  });
  return self;
}
