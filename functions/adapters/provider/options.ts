import type { Duration, Instant } from '../../rooms/model/time.ts';
import type { Secrets } from '../secrets.ts';
import type { CallObserver } from './connection.ts';

/** What every adapter is made with, beside its entry of the pool. */
export interface ProviderOptions {
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** @default 10 seconds a call */
  readonly timeout?: Duration;
  readonly onCall?: CallObserver;
  /** The current version of the secret is no credential, and the previous one serves in its place. */
  readonly onUnusable?: (application: string) => void;
  /** Rooms of others in the account's list could not be read and were left out. */
  readonly onSkipped?: (application: string, rooms: number) => void;
  /** Lets time pass between calls that a provider wants spaced. @default a timer */
  readonly wait?: (duration: Duration) => Promise<unknown>;
}
