import type { Duration, Instant } from '../../rooms/model/time.ts';
import type { Secrets } from '../secrets.ts';
import type { CallObserver } from './connection.ts';

/** The options of every adapter, besides its entry of the pool. */
export interface ProviderOptions {
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** @default 10 seconds a call */
  readonly timeout?: Duration;
  readonly onCall?: CallObserver;
  /**
   * Called when the current version of the secret is not a credential and the previous one is used instead.
   */
  readonly onUnusable?: (application: string) => void;
  /** Called when unreadable rooms of other owners in the account's list were left out. */
  readonly onSkipped?: (application: string, rooms: number) => void;
  /** Waits between calls that a provider wants spaced. @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
}
