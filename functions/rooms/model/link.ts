import { base32Digest, canonicalJson } from './digest.ts';
import type { Room } from './room.ts';
import { isOnDemand } from './spec.ts';
import type { Instant } from './time.ts';
import { isAwaited, restState } from './transitions.ts';

/**
 * The link of a key: one address that is written down once and leads to the room that the key has at that moment. The
 * links table holds what a visitor may know, and nothing that lets anybody in as a host.
 */

/**
 * What is wanted of the key; whether there is a room now follows from `url` and `expiresAt` (`pageOf`).
 *
 * - `kept`: a room is there, or is being opened.
 * - `on-demand`: a room opens when somebody knocks.
 * - `held`: a person paused the renewal.
 * - `ending`: no room follows the current one.
 * - `rejected`: no room can be had.
 * - `cancelled`: no room is needed any more.
 * - `withdrawn`: the slug was replaced. It is kept so that no earlier write brings it back.
 */
export type LinkState = 'kept' | 'on-demand' | 'held' | 'ending' | 'rejected' | 'cancelled' | 'withdrawn';

export interface Link {
  /** 22 characters of base64url: 128 random bits. Whoever has it gets in. */
  readonly slug: string;
  /** Never shown to a visitor. */
  readonly key: string;
  readonly state: LinkState;
  /** The row's. A write never replaces a link of a higher revision. */
  readonly revision: number;
  /** The guest link of the room. */
  readonly url?: string;
  /** When the room ends. */
  readonly expiresAt?: Instant;
  /** Absent unless the deployment shows the names of rooms. */
  readonly name?: string;
  /** Nobody needs the link after this time. Absent: needed until the key is cancelled. */
  readonly neededUntil?: Instant;
}

/** @param linksUrl where links begin; ends in a slash */
export function linkAddress({ slug }: Pick<Room, 'slug'>, linksUrl: string | undefined): string | undefined {
  return slug !== undefined && linksUrl !== undefined ? `${linksUrl}${slug}` : undefined;
}

/** What a visitor meets: the room itself, or a page. */
export type Page = 'live' | 'opening' | 'on-demand' | 'held' | 'ended' | 'rejected' | 'cancelled' | 'unknown';

/** What the holder of a slug meets at this moment. */
export function pageOf(link: Link | undefined, now: Instant): Page {
  if (!link || link.state === 'withdrawn') return 'unknown';
  if (link.state === 'cancelled') return 'cancelled';
  if (link.url !== undefined && (link.expiresAt ?? 0) > now) return 'live';
  const { state, neededUntil: end = Number.POSITIVE_INFINITY } = link;
  if (state === 'kept') return 'opening';
  if (state === 'on-demand' && end <= now) return 'ended';
  return state === 'ending' ? 'ended' : state;
}

/** Whether a knock may open a room here. */
export function opensAtKnock(page: Page): boolean {
  return page === 'opening' || page === 'on-demand';
}

/** @returns undefined for a key that was never asked for: it has no link */
export function linkOf(room: Room, { names, host }: LinkPolicy): Link | undefined {
  const { slug, key, spec, current, revision } = room;
  if (slug === undefined || !spec) return undefined;
  const leads = current !== undefined && leadsToRoom(current.guestUrl, host);
  return {
    slug,
    key,
    state: current && !leads ? 'rejected' : stateOf(room),
    revision,
    // as headers take it: URL reads over line breaks, and encodes the rest
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
  /** The host of the links themselves: a room at that address would lead in a circle. */
  readonly host: string;
}

/** What it takes to know whether the links table has the link of a row. */
export interface ShownLinks extends LinkPolicy {
  /** Tells this links table from one that took its place. */
  readonly table: string;
}

/** What it takes to give every key a link of its own. */
export interface Links extends ShownLinks {
  /** Writes a link unless the table has one of a higher revision. Safe to repeat. */
  write(link: Link): Promise<'written' | 'newer-stands'>;
  /** 22 characters of base64url that nobody can guess. */
  readonly newSlug: () => string;
}

/** Visitors are sent only over TLS, and never in a circle. */
export function leadsToRoom(url: string, host: string): boolean {
  if (!URL.canParse(url)) return false;
  const target = new URL(url);
  // a name that ends in a dot is the same name
  return target.protocol === 'https:' && target.host.replace(/\.(?=$|:)/, '') !== host;
}

function stateOf(room: Room): LinkState {
  const state = restState(room);
  // asked for again, and not had yet
  if (state === 'cancelled' && isAwaited(room)) return 'kept';
  if (state === 'cancelled' || state === 'rejected') return state;
  if (isOnDemand(room.spec)) return room.toBeHeld ? 'held' : 'on-demand';
  return state === 'held' || state === 'ending' ? state : 'kept';
}

/** When the row of a room that has ended, and its link, begin to be forgotten; undefined while it is kept. */
export function neededUntil({ state, current, spec, updatedAt }: Room): Instant | undefined {
  if (state === 'cancelled' || state === 'rejected') return updatedAt;
  if (state === 'ending' && current) return current.expiresAt;
  if (state === 'on-demand' && spec?.renewal.until !== undefined) {
    return Math.max(spec.renewal.until, current?.expiresAt ?? 0);
  }
  return undefined;
}

/** Differs where the links table, named by `table`, has to be written. */
export function linkDigest(link: Link, table: string): string {
  const { revision: _revision, neededUntil: end, ...shown } = link;
  // of the others the end follows from what is shown
  return base32Digest(canonicalJson([table, shown, link.state === 'on-demand' ? end : undefined]), 12);
}
