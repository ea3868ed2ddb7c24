import type { Link } from '../../rooms/model/link.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { timeToLive } from './time-to-live.ts';

/**
 * How a link stands in the links table: its key is `slug`, and instants are ISO 8601. Nothing here needs the SDK, so
 * that the public function can read an item without it.
 */
export interface LinkItem {
  readonly slug: string;
  readonly key: string;
  readonly state: Link['state'];
  readonly revision: number;
  readonly url?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly name?: string | undefined;
  /** When a room on demand stops to open. */
  readonly until?: string | undefined;
  /** When DynamoDB may delete it: with the row. */
  readonly ttl?: number | undefined;
}

export function toLinkItem({ expiresAt, neededUntil, ...link }: Link, retention: Duration): LinkItem {
  return {
    ...link,
    expiresAt: isoOf(expiresAt),
    // of other states a visitor sees the end already
    until: link.state === 'on-demand' ? isoOf(neededUntil) : undefined,
    ttl: neededUntil === undefined ? undefined : timeToLive(neededUntil + retention),
  };
}

/** The link without what only matters to the table. */
export function toLink({ expiresAt, until, ttl: _ttl, ...link }: LinkItem): Link {
  return { ...link, expiresAt: instantOf(expiresAt), neededUntil: instantOf(until) };
}

function isoOf(instant: Instant | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function instantOf(text: string | undefined): Instant | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
