import { vi } from 'vitest';

/**
 * Waits until the assertion passes. Waits as long as a slow machine needs, up to the limit for a test that
 * hangs.
 */
export function eventually<T>(assertion: () => T | Promise<T>, { interval = 10 } = {}): Promise<T> {
  return vi.waitFor(assertion, { interval, timeout: 300_000 });
}
