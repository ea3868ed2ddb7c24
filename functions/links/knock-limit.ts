import { type Duration, type Instant, MINUTE, SECOND } from '../rooms/model/time.ts';

/** A key gets at most one message in this time. */
const EACH_KEY: Duration = 30 * SECOND;
/** The most messages per minute, for all keys. */
const IN_A_MINUTE = 120;

/**
 * Limits the knocks of one container. If people press the button more often, the queue still gets one message
 * per key in half a minute, and a limited number per minute for all keys.
 */
export function knockLimit(now: () => Instant) {
  const sent = new Map<string, Instant>();
  return {
    /**
     * `send`: send a message, which counts. `sent`: one is already in the queue. `full`: other keys used up
     * the minute.
     */
    decide(key: string): 'send' | 'sent' | 'full' {
      const at = now();
      for (const [other, time] of sent) {
        // in the order in which they were sent
        if (time > at - MINUTE) break;
        sent.delete(other);
      }
      const last = sent.get(key);
      if (last !== undefined && last > at - EACH_KEY) return 'sent';
      if (last === undefined && sent.size >= IN_A_MINUTE) return 'full';
      sent.delete(key);
      sent.set(key, at);
      return 'send';
    },
    /** Removes a knock whose message could not be sent. */
    forget(key: string): void {
      sent.delete(key);
    },
  };
}
