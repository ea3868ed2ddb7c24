import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of the tests a folder for all that is temporary, and leaves nothing behind. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'evergreen-rooms-tests-'));
  process.env.TMPDIR = folder;
  // what one process of node has compiled, the next one reads
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled');
  return () => rmSync(folder, { recursive: true, force: true });
}
