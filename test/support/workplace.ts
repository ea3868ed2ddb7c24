import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a test run a temporary folder, and removes it at the end. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'evergreen-rooms-tests-'));
  process.env.TMPDIR = folder;
  // the next Node.js process reuses the compiled code
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  // a process that was killed may still be at its end
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
