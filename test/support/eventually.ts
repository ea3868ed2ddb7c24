import { vi } from 'vitest';

/** Waits until nothing fails any more: as long as a slow machine needs, and no longer than a hanging test may. */
export function eventually<T>(assertion: () => T | Promise<T>, { interval = 10 } = {}): Promise<T> {
  return vi.waitFor(assertion, { interval, timeout: 60_000 });
}
