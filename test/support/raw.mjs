// SPDX-License-Identifier: MIT
/* HTTP by hand, over plain sockets: clients that send exactly the bytes they are
   given, upstreams that answer exactly the bytes they are given, and a reader of
   messages that shares no code with the relay. */
import net from 'node:net';

import { WAIT_MS } from './time.mjs';

/* ---- reading messages ----------------------------------------------------- */

const CRLF2 = Buffer.from('\r\n\r\n');

/* { startLine, headers: [[name, value]...], get(name), all(name), raw, length } or
   null while the head is incomplete.  Values stay latin1: one character a byte. */
export function readHead(bytes) {
  const end = bytes.indexOf(CRLF2);
  if (end < 0) {
    return null;
  }
  const [startLine, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')];
  });
  const all = (name) => headers.filter(([n]) => n.toLowerCase() === name.toLowerCase()).map(([, v]) => v);
  return { startLine, headers, all, get: (name) => all(name)[0], raw: bytes.subarray(0, end + 4), length: end + 4 };
}

/* Chunk framing undone: { body, length, complete, bad }. */
export function readChunks(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const eol = bytes.indexOf('\r\n', at);
    if (eol < 0) {
      return { body: Buffer.concat(parts), length: at, complete: false };
    }
    const line = bytes.subarray(at, eol).toString('latin1');
    if (!/^[0-9a-fA-F]+(;.*)?$/.test(line)) {
      return { body: Buffer.concat(parts), length: at, complete: false, bad: true };
    }
    const size = parseInt(line, 16);
    at = eol + 2;
    if (size === 0) {
      const end = bytes.subarray(at, at + 2).toString() === '\r\n' ? at + 2 : bytes.indexOf(CRLF2, at) + 4;
      return end > 3 && end <= bytes.length
        ? { body: Buffer.concat(parts), length: end, complete: true }
        : { body: Buffer.concat(parts), length: at, complete: false };
    }
    parts.push(bytes.subarray(at, Math.min(at + size, bytes.length)));
    if (at + size + 2 > bytes.length) {
      return { body: Buffer.concat(parts), length: at, complete: false };
    }
    at += size + 2;
  }
}

/* The response at the start of `bytes`: { status, reason, headers, body, complete,
   length }, or null while its head is incomplete.  `over`: the connection ended. */
export function readResponse(bytes, { method = 'GET', over = false } = {}) {
  const head = readHead(bytes);
  if (!head) {
    return null;
  }
  const start = /^HTTP\/1\.([01]) (\d{3})(?: (.*))?$/.exec(head.startLine);
  if (!start) {
    throw new Error(`no status line: ${JSON.stringify(head.startLine)}`);
  }
  const status = Number(start[2]);
  const response = { ...head, status, reason: start[3] ?? '', head: head.length };
  const rest = bytes.subarray(head.length);
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) {
    return { ...response, body: Buffer.alloc(0), complete: true, framing: 'none' };
  }
  if (/chunked/i.test(head.get('transfer-encoding') ?? '')) {
    const chunks = readChunks(rest);
    return { ...response, body: chunks.body, complete: chunks.complete, bad: chunks.bad, length: head.length + chunks.length, framing: 'chunked' };
  }
  if (head.get('content-length') !== undefined) {
    const length = Number(head.get('content-length'));
    const body = rest.subarray(0, length);
    return { ...response, body, complete: body.length === length, length: head.length + body.length, framing: 'length' };
  }
  return { ...response, body: rest, complete: over, length: bytes.length, framing: 'close' };
}

/* All responses in a connection's bytes, in order. */
export function readResponses(bytes, over = true) {
  const responses = [];
  let rest = bytes;
  while (rest.length > 0) {
    const response = readResponse(rest, { over });
    if (!response) {
      break;
    }
    responses.push(response);
    rest = rest.subarray(response.length);
  }
  return responses;
}

/* ---- a client ------------------------------------------------------------- */

export class RawClient {
  static async connect(port, host = '127.0.0.1') {
    const client = new RawClient();
    client.socket = net.connect({ port, host, allowHalfOpen: true, noDelay: true });
    client.bytes = Buffer.alloc(0);
    client.listeners = new Set();
    const changed = () => client.listeners.forEach((look) => look());
    client.socket.on('data', (data) => {
      client.bytes = client.bytes.length ? Buffer.concat([client.bytes, data]) : data;
      changed();
    });
    client.socket.on('end', () => {
      client.ended = true;
      changed();
    });
    client.socket.on('error', (error) => {
      client.error = error;
      changed();
    });
    client.socket.on('close', () => {
      client.closed = true;
      changed();
    });
    await new Promise((resolve, reject) => {
      client.socket.once('connect', resolve);
      client.socket.once('error', reject);
    });
    client.socket.setNoDelay(true);
    return client;
  }

  /* No more will come from the other side. */
  get over() {
    return Boolean(this.ended || this.closed || this.error);
  }

  get wasReset() {
    return this.error?.code === 'ECONNRESET';
  }

  write(bytes) {
    if (!this.socket.destroyed && this.socket.writable) {
      this.socket.write(bytes);
    }
    return this;
  }

  /* Each byte in a segment of its own, as far as the kernel lets us. */
  async writeBytewise(bytes) {
    const all = Buffer.from(bytes);
    for (let i = 0; i < all.length && !this.over; i++) {
      await new Promise((resolve) => (this.socket.writable ? this.socket.write(all.subarray(i, i + 1), resolve) : resolve()));
      await new Promise(setImmediate);
    }
  }

  /* Wait for something true; the connection's end is looked at once more. */
  wait(look, { what = 'bytes' } = {}) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.listeners.delete(check);
        reject(new Error(`waited ${WAIT_MS} ms in vain for ${what}; got ${JSON.stringify(this.bytes.toString('latin1').slice(0, 400))}`));
      }, WAIT_MS);
      const check = () => {
        const value = look();
        if (value || this.over) {
          clearTimeout(timer);
          this.listeners.delete(check);
          resolve(value || look());
        }
      };
      this.listeners.add(check);
      check();
    });
  }

  /* The next complete response, taken out of `bytes`; an incomplete one if the
     connection ended; null if nothing came. */
  async response({ method } = {}) {
    await this.wait(() => readResponse(this.bytes, { method, over: this.over })?.complete, { what: 'a response' });
    return this.take({ method });
  }

  /* What is there of a response now. */
  take({ method } = {}) {
    const response = readResponse(this.bytes, { method, over: this.over });
    if (response) {
      this.bytes = this.bytes.subarray(response.length);
    }
    return response;
  }

  /* Until the other side ends. */
  async end() {
    await this.wait(() => this.over, { what: 'the end of the connection' });
  }

  halfClose() {
    this.socket.end();
  }

  leave() {
    this.socket.destroy();
  }

  reset() {
    this.socket.resetAndDestroy();
  }
}

/* One connection, one write: everything that came until it ended or was complete. */
export async function exchange(port, bytes, { bytewise = false, host, method } = {}) {
  const client = await RawClient.connect(port, host);
  try {
    if (bytewise) {
      await client.writeBytewise(bytes);
    } else {
      client.write(bytes);
    }
    return await client.response({ method });
  } finally {
    client.leave();
  }
}

/* The bytes of a request.  `headers`: [[name, value]...] in order. */
export function requestBytes({ method = 'POST', target = '/v1/messages', headers = [], body, host = '127.0.0.1', version = '1.1' } = {}) {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const lines = [`${method} ${target} HTTP/${version}`, ...(host === null ? [] : [`Host: ${host}`]), ...headers.map(([n, v]) => `${n}: ${v}`)];
  if (body !== undefined && !headers.some(([n]) => /^(content-length|transfer-encoding)$/i.test(n))) {
    lines.push(`Content-Length: ${bytes.length}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/* ---- an upstream ---------------------------------------------------------- */

/* A server of which each test writes the answers.  `handle(connection, request)` is
   called with every complete request; what it throws ends up in `failures`.
   request: { method, target, headers, get, all, body, number (on this connection),
   raw }.  connection: { number, write, end, reset, destroy, socket, closed }. */
export async function rawUpstream(handle) {
  const upstream = { requests: [], connections: [], failures: [], handle };
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accept(upstream, socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.port = server.address().port;
  upstream.url = `http://127.0.0.1:${upstream.port}`;
  upstream.forget = () => {
    upstream.requests.length = 0;
    upstream.connections.forEach((c) => c.socket.destroy());
    upstream.connections.length = 0;
  };
  upstream.stop = async () => {
    upstream.connections.forEach((c) => c.socket.destroy());
    await new Promise((resolve) => server.close(resolve));
    if (upstream.failures.length) {
      throw upstream.failures[0];
    }
  };
  return upstream;
}

function accept(upstream, socket) {
  socket.setNoDelay(true);
  const connection = {
    socket,
    number: upstream.connections.length,
    requests: 0,
    parts: [],
    total: 0,
    need: 0, /* no request can be complete with fewer bytes */
    /* What has arrived and was not taken; joined when somebody looks. */
    get bytes() {
      if (this.parts.length !== 1) {
        this.parts = [Buffer.concat(this.parts)];
      }
      return this.parts[0];
    },
    set bytes(rest) {
      this.parts = [rest];
      this.total = rest.length;
      this.need = 0;
    },
    write: (bytes) => new Promise((resolve) => (socket.writable ? socket.write(bytes, () => resolve()) : resolve())),
    end: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
    destroy: () => socket.destroy(),
  };
  connection.gone = new Promise((resolve) => {
    const gone = () => {
      connection.closed = true;
      resolve();
    };
    socket.on('end', gone);
    socket.on('close', gone);
    socket.on('error', gone);
  });
  upstream.connections.push(connection);
  socket.on('end', () => socket.end());
  socket.on('data', (data) => {
    connection.parts.push(data);
    connection.total += data.length;
    upstream.onBytes?.(connection);
    for (let request = take(connection); request; request = take(connection)) {
      request.number = connection.requests++;
      upstream.requests.push(request);
      Promise.resolve(upstream.handle?.(connection, request)).catch((error) => upstream.failures.push(error));
    }
  });
}

/* The next complete request, taken out of the connection's bytes. */
function take(connection) {
  if (connection.total < connection.need) {
    return null;
  }
  const head = readHead(connection.bytes);
  if (!head) {
    return null;
  }
  const [method, target] = head.startLine.split(' ');
  const rest = connection.bytes.subarray(head.length);
  let body;
  let used;
  if (/chunked/i.test(head.get('transfer-encoding') ?? '')) {
    const chunks = readChunks(rest);
    if (!chunks.complete) {
      return null;
    }
    body = chunks.body;
    used = chunks.length;
  } else {
    used = Number(head.get('content-length') ?? 0);
    if (rest.length < used) {
      connection.need = head.length + used;
      return null;
    }
    body = rest.subarray(0, used);
  }
  connection.bytes = rest.subarray(used);
  return { ...head, method, target, body, raw: head.raw };
}

/* The bytes of a response. */
export function responseBytes({ status = 200, reason = 'OK', headers = [], body = '', framing = 'length' } = {}) {
  const bytes = Buffer.from(body);
  const lines = [`HTTP/1.1 ${status} ${reason}`, ...headers.map(([n, v]) => `${n}: ${v}`)];
  if (framing === 'length') {
    lines.push(`Content-Length: ${bytes.length}`);
  }
  if (framing === 'chunked') {
    lines.push('Transfer-Encoding: chunked');
  }
  if (framing === 'close') {
    lines.push('Connection: close');
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([head, framing === 'chunked' ? chunked(bytes) : bytes]);
}

export function chunk(bytes) {
  const all = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${all.length.toString(16)}\r\n`), all, Buffer.from('\r\n')]);
}

export function chunked(bytes) {
  return Buffer.concat([...(bytes.length ? [chunk(bytes)] : []), Buffer.from('0\r\n\r\n')]);
}
