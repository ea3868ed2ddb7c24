import { base32Digest, canonicalJson } from './digest.ts';
import type { Room } from './room.ts';
import { isOnDemand } from './spec.ts';
import type { Instant } from './time.ts';
import { isAwaited, restState } from './transitions.ts';

/**
 * The link of a key: a fixed address that leads to the key's current room. The links table contains what a
 * visitor may know, and no host link.
 */

/**
 * What the key needs. Whether it has a room now follows from `url` and `expiresAt` (`pageOf`).
 *
 * - `kept`: a room is live or being opened.
 * - `on-demand`: a room opens when a visitor knocks.
 * - `held`: a person paused the renewal.
 * - `ending`: no room follows the current one.
 * - `rejected`: no room is possible.
 * - `cancelled`: no room is needed any more.
 * - `withdrawn`: the slug was replaced. It is kept so that no earlier write restores it.
 */
export type LinkState = 'kept' | 'on-demand' | 'held' | 'ending' | 'rejected' | 'cancelled' | 'withdrawn';

export interface Link {
  /** 22 characters of base64url: 128 random bits. Anybody who knows it can enter. */
  readonly slug: string;
  /** Never shown to a visitor. */
  readonly key: string;
  readonly state: LinkState;
  /** The revision of the row. A write never replaces a link of a higher revision. */
  readonly revision: number;
  /** The guest link of the room. */
  readonly url?: string;
  /** When the room ends. */
  readonly expiresAt?: Instant;
  /** Absent unless the deployment shows the names of rooms. */
  readonly name?: string;
  /** The link is not needed after this time. Absent: needed until the key is cancelled. */
  readonly neededUntil?: Instant;
}

/** @param linksUrl the start of every link; ends in a slash */
export function linkAddress({ slug }: Pick<Room, 'slug'>, linksUrl: string | undefined): string | undefined {
  return slug !== undefined && linksUrl !== undefined ? `${linksUrl}${slug}` : undefined;
}

/** What a visitor gets: the room itself, or a page. */
export type Page = 'live' | 'opening' | 'on-demand' | 'held' | 'ended' | 'rejected' | 'cancelled' | 'unknown';

/** Returns what the holder of a slug gets at this moment. */
export function pageOf(link: Link | undefined, now: Instant): Page {
  if (!link || link.state === 'withdrawn') return 'unknown';
  if (link.state === 'cancelled') return 'cancelled';
  if (link.url !== undefined && (link.expiresAt ?? 0) > now) return 'live';
  const { state, neededUntil: end = Number.POSITIVE_INFINITY } = link;
  if (state === 'kept') return 'opening';
  if (state === 'on-demand' && end <= now) return 'ended';
  return state === 'ending' ? 'ended' : state;
}

/** Whether a knock may open a room at this page. */
export function opensAtKnock(page: Page): boolean {
  return page === 'opening' || page === 'on-demand';
}

/** @returns undefined for a key that was never requested: it has no link */
export function linkOf(room: Room, { names, host }: LinkPolicy): Link | undefined {
  const { slug, key, spec, current, revision } = room;
  if (slug === undefined || !spec) return undefined;
  const leads = current !== undefined && leadsToRoom(current.guestUrl, host);
  return {
    slug,
    key,
    state: current && !leads ? 'rejected' : stateOf(room),
    revision,
    // fit for a header: URL removes line breaks and encodes the rest
    url: leads ? new URL(current.guestUrl).href : undefined,
    expiresAt: leads ? current.expiresAt : undefined,
    name: names ? spec.settings.display_name : undefined,
    neededUntil: neededUntil(room),
  };
}

/** What a deployment decides about its links. */
export interface LinkPolicy {
  /** Whether pages show the names of rooms. */
  readonly names: boolean;
  /** The host of the links themselves: a room at that host would redirect in a circle. */
  readonly host: string;
}

/** The information that tells whether the links table has the link of a row. */
export interface ShownLinks extends LinkPolicy {
  /** Distinguishes this links table from one that replaced it. */
  readonly table: string;
}

/** The dependencies for links of keys. */
export interface Links extends ShownLinks {
  /** Writes a link unless the table has one of a higher revision. Safe to repeat. */
  write(link: Link): Promise<'written' | 'newer-stands'>;
  /** Returns 22 random characters of base64url. */
  readonly newSlug: () => string;
}

/** Visitors are redirected only to TLS, and never in a circle. */
export function leadsToRoom(url: string, host: string): boolean {
  if (!URL.canParse(url)) return false;
  const target = new URL(url);
  // a name that ends in a dot is the same name
  return target.protocol === 'https:' && target.host.replace(/\.(?=$|:)/, '') !== host;
}

function stateOf(room: Room): LinkState {
  const state = restState(room);
  // requested again, but no room yet
  if (state === 'cancelled' && isAwaited(room)) return 'kept';
  if (state === 'cancelled' || state === 'rejected') return state;
  if (isOnDemand(room.spec)) return room.toBeHeld ? 'held' : 'on-demand';
  return state === 'held' || state === 'ending' ? state : 'kept';
}

/**
 * When the row and the link of a room that has ended start to be forgotten; undefined while the row is kept.
 */
export function neededUntil({ state, current, spec, updatedAt }: Room): Instant | undefined {
  if (state === 'cancelled' || state === 'rejected') return updatedAt;
  if (state === 'ending' && current) return current.expiresAt;
  if (state === 'on-demand' && spec?.renewal.until !== undefined) {
    return Math.max(spec.renewal.until, current?.expiresAt ?? 0);
  }
  return undefined;
}

/** Returns a digest that changes when the links table, named by `table`, must be written. */
export function linkDigest(link: Link, table: string): string {
  const { revision: _revision, neededUntil: end, ...shown } = link;
  // in the other states the end follows from what is shown
  return base32Digest(canonicalJson([table, shown, link.state === 'on-demand' ? end : undefined]), 12);
}
