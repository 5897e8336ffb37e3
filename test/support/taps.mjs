// SPDX-License-Identifier: MIT
/* A tap: passes the bytes of every connection on to a port of this machine, and keeps
   them.  With a certificate it takes TLS, and passes on over TLS. */
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

import { listen } from './proxies.mjs';
import { readHead, readResponse } from './raw.mjs';

/* The requests in the bytes of a client that tells lengths. */
function readRequests(bytes) {
  const requests = [];
  for (let head = readHead(bytes); head; head = readHead(bytes)) {
    const end = head.length + Number(head.get('content-length') ?? 0);
    const [method, target] = head.startLine.split(' ');
    requests.push({ ...head, method, target, body: bytes.subarray(head.length, end) });
    bytes = bytes.subarray(end);
  }
  return requests;
}

/* Each request with the status of its answer, if one came. */
function readPairs({ up, down }) {
  let rest = Buffer.concat(down);
  return readRequests(Buffer.concat(up)).map((request) => {
    const response = readResponse(rest, { method: request.method });
    rest = rest.subarray(response?.length ?? rest.length);
    return { ...request, status: response?.status };
  });
}

/* { port, stop, bytes(): what was sent upwards, exchanges(): the requests in it } */
export async function startTap(port, certificate) {
  const connections = [];
  const pass = (client) => {
    const kept = { up: [], down: [] };
    connections.push(kept);
    const to = { host: '127.0.0.1', port };
    const onward = certificate ? tls.connect({ ...to, ca: fs.readFileSync(certificate.cert) }) : net.connect(to);
    client.on('data', (data) => kept.up.push(data));
    onward.on('data', (data) => kept.down.push(data));
    for (const [from, into] of [[client, onward], [onward, client]]) {
      from.on('error', () => into.destroy());
      from.on('close', () => into.destroy());
      from.pipe(into);
    }
  };
  const server = certificate
    ? tls.createServer({ cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) }, pass)
    : net.createServer(pass);
  return {
    ...(await listen(server)),
    bytes: () => Buffer.concat(connections.flatMap(({ up }) => up)),
    exchanges: () => connections.flatMap(readPairs),
  };
}
