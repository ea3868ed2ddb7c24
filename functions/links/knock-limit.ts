import { type Duration, type Instant, MINUTE, SECOND } from '../rooms/model/time.ts';

/** A key is knocked for once in this time. */
const EACH_KEY: Duration = 30 * SECOND;
/** Knocks of all keys in a minute. */
const IN_A_MINUTE = 120;

/**
 * What one running copy of the function lets through: however often people press the button, the queue gets one message
 * for each key in half a minute, and so many in a minute for all keys.
 */
export function knockLimit(now: () => Instant) {
  const sent = new Map<string, Instant>();
  return {
    /** `send`: a message is to be sent, and counts. `sent`: one is on its way. `full`: other keys used up the minute. */
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
    /** The message could not be sent. */
    forget(key: string): void {
      sent.delete(key);
    },
  };
}
