import { vi } from 'vitest';

// A file that shares its process with others starts in the original state. This project's modules are loaded
// again, so that no file sees the counts of another, and variables that another file has set are removed.
vi.resetModules();
vi.unstubAllEnvs();
vi.unstubAllGlobals();

// the processes that a test starts read and write the cache of compiled code, which this one does not
delete process.env.NODE_DISABLE_COMPILE_CACHE;

const AT_FIRST = Symbol.for('evergreen-rooms.environment');
const shared = globalThis as { [AT_FIRST]?: NodeJS.ProcessEnv };
shared[AT_FIRST] ??= { ...process.env };
for (const name of Object.keys(process.env)) {
  // the runner's own variables name the current file
  if (!(name in shared[AT_FIRST] || name.startsWith('VITEST'))) delete process.env[name];
}
