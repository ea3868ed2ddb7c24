import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { serve } from '@hono/node-server';
import type { Deployment } from '../deployment/deployment.ts';
import { consoleApp } from './app.ts';

export interface ConsoleServer {
  /** The first address: it lets its holder in. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the console on 127.0.0.1 alone.
 *
 * @param port 0: any that is free
 */
export async function openConsole(deployment: Deployment, port = 0): Promise<ConsoleServer> {
  const token = randomBytes(32).toString('base64url');
  const chosen = port === 0 ? await freePort() : port;
  const app = consoleApp(deployment, { token, port: chosen });
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: chosen }, () => resolve(started));
    started.on('error', reject);
  });
  return {
    address: `http://127.0.0.1:${chosen}/?token=${token}`,
    port: chosen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
