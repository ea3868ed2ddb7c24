import { createHash } from 'node:crypto';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE } from '../../rooms/model/time.ts';

/** The meetings and expiries of one key do not cause more callbacks than this. */
export const CALLBACKS_OF_A_KEY = 6;

const WINDOW: Duration = MINUTE;

/** `repeated`: the same callback as before. `too-many`: the key has reached its limit for this minute. */
export type Standing = 'new' | 'repeated' | 'too-many';

/**
 * Limits the cost that the holder of an address can cause, because each accepted callback makes a worker call
 * the provider. The counts belong to the container and are forgotten after a minute; there are few
 * containers.
 */
export function callbackLimit(now: () => Instant) {
  const heard = new Map<string, Set<string>>();
  let since = Number.NEGATIVE_INFINITY;

  function of(key: string): Set<string> {
    if (now() - since >= WINDOW) {
      heard.clear();
      since = now();
    }
    const bodies = heard.get(key) ?? new Set();
    heard.set(key, bodies);
    return bodies;
  }

  return {
    standing(key: string, body: string): Standing {
      const bodies = of(key);
      if (bodies.has(digestOf(body))) return 'repeated';
      return bodies.size < CALLBACKS_OF_A_KEY ? 'new' : 'too-many';
    },
    /** Call this after the callback was sent to the queue: one that was not sent comes again. */
    note(key: string, body: string): void {
      of(key).add(digestOf(body));
    },
  };
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('base64');
}
