import { vi } from 'vitest';

// A file that shares its process with others finds it as the first one did: this project's modules are loaded anew, so
// that what one file counts no other sees, and variables that another has set are gone.
vi.resetModules();

const AT_FIRST = Symbol.for('evergreen-rooms.environment');
const shared = globalThis as { [AT_FIRST]?: NodeJS.ProcessEnv };
shared[AT_FIRST] ??= { ...process.env };
for (const name of Object.keys(process.env)) {
  // the runner's own say which file is at work
  if (!(name in shared[AT_FIRST] || name.startsWith('VITEST'))) delete process.env[name];
}
