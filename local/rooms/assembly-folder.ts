import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './process.ts';

/** The folder of an earlier stack: its process id, then a unique part. */
const NAME = /^evergreen-rooms-(\d+)-\w+$/;

/**
 * Makes a temporary folder for a cloud assembly. Folders of stacks that were killed are removed first.
 *
 * @returns its path
 */
export function makeAssemblyFolder(): string {
  for (const entry of readdirSync(tmpdir(), { withFileTypes: true })) {
    const [, processId] = NAME.exec(entry.name) ?? [];
    if (processId && entry.isDirectory() && !isRunning(Number(processId))) remove(entry.name);
  }
  return mkdtempSync(join(tmpdir(), `evergreen-rooms-${process.pid}-`));
}

function remove(name: string): void {
  try {
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  } catch {
    // it belongs to another user, or another stack is removing it: skip it
  }
}
