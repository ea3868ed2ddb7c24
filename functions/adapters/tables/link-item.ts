import type { Link } from '../../rooms/model/link.ts';
import { type Duration, SECOND } from '../../rooms/model/time.ts';

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
  readonly neededUntil?: string | undefined;
  /** When DynamoDB may delete it: with the row. */
  readonly ttl?: number | undefined;
}

export function toLinkItem({ expiresAt, neededUntil, ...link }: Link, retention: Duration): LinkItem {
  return {
    ...link,
    expiresAt: isoOf(expiresAt),
    neededUntil: isoOf(neededUntil),
    ttl: neededUntil === undefined ? undefined : Math.ceil((neededUntil + retention) / SECOND),
  };
}

export function toLink({ expiresAt, neededUntil, ttl: _ttl, ...link }: LinkItem): Link {
  return { ...link, expiresAt: instantOf(expiresAt), neededUntil: instantOf(neededUntil) };
}

function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function instantOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}
