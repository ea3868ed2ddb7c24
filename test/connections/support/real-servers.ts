import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import type { CaldavServer } from './caldav-harness.ts';

interface Kind {
  readonly command: (folder: string, port: number) => readonly [string, ...string[]];
  readonly home: string;
}

/** CalDAV servers that are Debian packages, and how each is started. */
export const REAL_SERVERS: Readonly<Record<string, Kind>> = {
  radicale: {
    command: (folder, port) => [
      'radicale',
      `--storage-filesystem-folder=${folder}`,
      '--auth-type=none',
      `--server-hosts=127.0.0.1:${port}`,
    ],
    home: 'ann',
  },
  xandikos: {
    command: (folder, port) => ['xandikos', '--defaults', '-d', folder, '-l', '127.0.0.1', '-p', `${port}`],
    home: 'user/calendars',
  },
};

/** Starts a server on a free port, with calendars in a folder of its own. */
export async function startRealServer(name: string): Promise<CaldavServer & { stop(): Promise<void> }> {
  const kind = REAL_SERVERS[name];
  if (!kind) throw new Error(`there is no server "${name}": use ${Object.keys(REAL_SERVERS).join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const [program, ...args] = kind.command(folder, port);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((resolve) => {
    child.once('error', resolve as () => void);
    child.once('close', () => resolve());
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answering(url, child);
  } catch (cause) {
    await stop();
    throw new Error(`${name} did not start: ${said || String(cause)}`, { cause });
  }
  return { url, login: 'ann:any', home: kind.home, stop };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('it ended');
    const reply = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
    if (reply) return;
    await wait(100);
  }
}
