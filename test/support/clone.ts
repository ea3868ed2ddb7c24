import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that a checkout does not have. */
const NOT_CLONED = new Set(['.git', 'node_modules', 'cdk.out', 'dist']);

/** A fresh checkout next to this one, which shares the packages that `npm ci` has installed. */
export interface Clone {
  readonly folder: string;
  /** Starts commands in bash, which stop at the first failure. */
  start(script: string, environment?: Readonly<Record<string, string>>): Started;
  /** Runs commands to their end. */
  bash(script: string, environment?: Readonly<Record<string, string>>): Promise<Ended>;
  remove(): void;
}

export interface Started {
  /** The output so far. */
  said(): string;
  readonly ended: Promise<Ended>;
  /** Interrupts as Ctrl-C does: every process gets the signal. */
  interrupt(): void;
}

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

export function clone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'clone-'));
  cpSync(PROJECT, folder, { recursive: true, filter: (path) => !NOT_CLONED.has(basename(path)) });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  const start: Clone['start'] = (script, environment = {}) => {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      // the CLI would open a pager, and look for credentials in the network
      env: { ...process.env, AWS_PAGER: '', AWS_EC2_METADATA_DISABLED: 'true', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    const hear = (text: Buffer) => {
      said += text;
    };
    shell.stdout.on('data', hear);
    shell.stderr.on('data', hear);
    return {
      said: () => said,
      ended: once(shell, 'close').then(([code]) => ({ code, said })),
      interrupt: () => void process.kill(-(shell.pid as number), 'SIGINT'),
    };
  };
  return {
    folder,
    start,
    bash: (script, environment) => start(script, environment).ended,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
