import type { Duration, Instant } from '../../rooms/room.ts';
import type { Secrets } from '../secrets.ts';
import type { CallObserver } from './connection.ts';

/** What every adapter is made with, beside its entry of the pool. */
export interface ProviderOptions {
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** @default 10 seconds a call */
  readonly timeout?: Duration;
  readonly onCall?: CallObserver;
  /** Lets time pass between calls that a provider wants spaced. @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
}
