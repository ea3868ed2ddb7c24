import { randomBytes } from 'node:crypto';
import { serve } from '@hono/node-server';
import type { Deployment } from '../deployment/deployment.ts';
import { consoleApp } from './app.ts';

export interface ConsoleServer {
  /** The first address: it gives access to its holder. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the console on 127.0.0.1 only.
 *
 * @param port 0: any free port
 */
export async function openConsole(deployment: Deployment, port = 0): Promise<ConsoleServer> {
  const admission = { token: randomBytes(32).toString('base64url'), port };
  const app = consoleApp(deployment, admission);
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (listening) => {
      admission.port = listening.port;
      resolve(started);
    });
    started.on('error', reject);
  });
  return {
    address: `http://127.0.0.1:${admission.port}/?token=${admission.token}`,
    port: admission.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
