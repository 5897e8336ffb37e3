// SPDX-License-Identifier: MIT
/* Ports for programs that are told theirs. */
import net from 'node:net';

/* Below those that systems give away by themselves: no connection of another test takes it
   before its program does. */
const FIRST = 10000;
const COUNT = 20000;

const listens = (port) =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });

/* Nobody listens there just now. */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await listens(port)) {
      return port;
    }
  }
}
