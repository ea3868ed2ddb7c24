import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { STACK } from './service.ts';

export interface Run {
  readonly exitCode: number | null;
  /** Milliseconds until the first byte on stdout, and until the end. */
  readonly first: number;
  readonly total: number;
  readonly lines: number;
  /** The most memory that the process ever had, in MB. */
  readonly peak: number;
  readonly err: string;
}

/** How often the memory is looked at, in milliseconds. The kernel keeps the peak. */
const GLANCE = 50;

export interface Place {
  /** The command as the package has it: a bundle. */
  readonly program: string;
  readonly endpoint: string;
}

/**
 * Runs a command in a process of its own, as a person does, with its output into a pipe.
 *
 * @param onlyFirst its reader goes away after the first part, as `head` does
 */
export async function run(argv: readonly string[], place: Place, onlyFirst = false): Promise<Run> {
  const began = performance.now();
  const child = spawn(process.execPath, [place.program, ...argv, '--stack', STACK], {
    env: environmentOf(place),
  });
  let first = 0;
  let lines = 0;
  let peak = 0;
  let err = '';
  const look = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, GLANCE);
  child.stdout.on('data', (part: Buffer) => {
    first ||= performance.now() - began;
    for (const byte of part) if (byte === 10) lines += 1;
    if (onlyFirst) child.stdout.destroy();
  });
  child.stderr.on('data', (part: Buffer) => {
    err += part;
  });
  const exitCode = await new Promise<number | null>((over) => child.once('close', over));
  clearInterval(look);
  return { exitCode, first, total: performance.now() - began, lines, peak, err };
}

/** The environment of a command whose stack is at an address on this machine. */
export const environmentOf = ({ endpoint }: Place): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

/** As the kernel has it: Linux alone tells. */
export function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
