import type { Link } from '../../rooms/model/link.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { timeToLive } from './time-to-live.ts';

/**
 * A link as an item of the links table: its key is `slug`, and instants are ISO 8601. This file does not need
 * the SDK, so the public function can read an item without it.
 */
export interface LinkItem {
  readonly slug: string;
  readonly key: string;
  readonly state: Link['state'];
  readonly revision: number;
  readonly url?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly name?: string | undefined;
  /** Until when a visitor can open a room on demand. */
  readonly until?: string | undefined;
  /** When DynamoDB may delete the item, together with the row. */
  readonly ttl?: number | undefined;
}

export function toLinkItem({ expiresAt, neededUntil, ...link }: Link, retention: Duration): LinkItem {
  return {
    ...link,
    expiresAt: isoOf(expiresAt),
    // in other states a visitor already sees the end
    until: link.state === 'on-demand' ? isoOf(neededUntil) : undefined,
    ttl: neededUntil === undefined ? undefined : timeToLive(neededUntil + retention),
  };
}

/** Returns the link without the fields that only the table needs. */
export function toLink({ expiresAt, until, ttl: _ttl, ...link }: LinkItem): Link {
  return { ...link, expiresAt: instantOf(expiresAt), neededUntil: instantOf(until) };
}

function isoOf(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function instantOf(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
