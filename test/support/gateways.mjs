// SPDX-License-Identifier: MIT
/* Another provider's gateway: HTTPS under a path prefix, in front of a claude-sim of its
   own.  It writes down what arrives, byte for byte. */
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import { listen } from './proxies.mjs';
import { startSim } from './processes.mjs';

/* What it has for claude-sim, which knows no keys but Anthropic's. */
const SIM_KEY = 'sk-ant-api03-CANARY-of-the-sim';

/* { url, port, requests: [{ method, target, head, headers, body }], last(), stop }.
   `reply` (settable, { status, body, headers }): answer with that instead. */
export async function startGateway({ certificate, prefix = '/base' }) {
  const sim = await startSim();
  const gateway = { requests: [], reply: null };
  const options = { cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) };

  function pass(req, body, res) {
    const { authorization, ...headers } = req.headers;
    const onward = http.request(sim.url + req.url.slice(prefix.length), { method: req.method, headers: { ...headers, host: `127.0.0.1:${sim.port}`, 'x-api-key': SIM_KEY } }, (answer) => {
      res.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    onward.end(body);
  }

  const server = https.createServer(options, (req, res) => {
    const parts = [];
    req.on('data', (data) => parts.push(data));
    req.on('end', () => {
      const body = Buffer.concat(parts);
      gateway.requests.push({ method: req.method, target: req.url, headers: req.headers, head: req.rawHeaders.join('\n'), body });
      if (gateway.reply) {
        res.writeHead(gateway.reply.status, { 'content-type': 'application/json', ...gateway.reply.headers });
        res.end(gateway.reply.body);
      } else if (req.url.startsWith(`${prefix}/`)) {
        pass(req, body, res);
      } else {
        res.writeHead(404).end();
      }
    });
  });
  const { port, stop } = await listen(server);
  return Object.assign(gateway, {
    port,
    url: `https://127.0.0.1:${port}${prefix}`,
    last: () => gateway.requests.at(-1),
    stop: async () => {
      await stop();
      await sim.stop();
    },
  });
}
