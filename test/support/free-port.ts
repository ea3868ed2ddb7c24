import { once } from 'node:events';
import { createServer } from 'node:net';

/** Lower than the ports that the system assigns: no other server of a test gets one of these by chance. */
const LOWEST = 10_000;
const COUNT = 20_000;

/** Each process begins elsewhere. */
let next = process.pid * 16;

/** Returns a port for a process that needs its number as an argument. It stays free until that process listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + (next++ % COUNT);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]);
  server.listen(port, '127.0.0.1');
  const free = await outcome;
  if (free) await new Promise((closed) => server.close(closed));
  return free;
}
