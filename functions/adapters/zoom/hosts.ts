import { fraction } from '../../rooms/model/digest.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  UnauthorizedError,
  UnreachableError,
} from '../../rooms/model/errors.ts';
import type { RoomOrder } from '../../rooms/model/ports.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { DAY, MINUTE, SECOND } from '../../rooms/model/time.ts';
import { nextDay } from './calls.ts';
import type { ListedReply } from './schema.ts';

/** Creations and changes that a host may make in a UTC day. */
export const CHANGES_PER_DAY = 100;

/** The part of them that is reserved for the host's existing rooms: no other host can change those. */
export const KEPT_FOR_REPAIRS = 20;

function mostFor(urgent = false): number {
  return CHANGES_PER_DAY - (urgent ? 0 : KEPT_FOR_REPAIRS);
}

/** How many hosts are compared for a room: unknown lists of these are read. */
const COMPARED = 4;

/** How long a host's list counts as current at the beginning of the host's day. */
const FRESH: Duration = 5 * MINUTE;

/**
 * Returns how long a host's list counts as current. The more of its day is used, the shorter: other
 * containers use the host too.
 */
function freshFor(spent: number): Duration {
  const left = Math.max(0, 1 - spent / (CHANGES_PER_DAY - KEPT_FOR_REPAIRS));
  return FRESH * left ** 2;
}

/** How long a creation takes at most, roughly: then it counts, or has failed. */
const ANSWERED_BY_THEN: Duration = 10 * SECOND;

/** The known use of a host. */
interface Load {
  readonly readAt: Instant;
  rooms: number;
  /** The UTC day of `spent`. */
  day: number;
  /** The known creations and changes of that day; the list does not show changes. */
  spent: number;
}

/** A host whose list cannot be read now may still get a room, if no other is known to be better. */
const UNKNOWN: Load = { readAt: 0, rooms: Number.POSITIVE_INFINITY, day: 0, spent: 0 };

function unlessMayPass(error: unknown): 'unread' {
  if (error instanceof AmbiguousOutcomeError || error instanceof UnreachableError) return 'unread';
  throw error;
}

export interface HostsOptions {
  readonly application: string;
  readonly hosts: readonly string[];
  readonly now: () => Instant;
  /** Reads all meetings of a host; undefined if there is no such host. */
  readonly read: (host: string) => Promise<readonly ListedReply[] | undefined>;
}

export interface Hosts {
  /**
   * Returns hosts for a new room, one after the other: first the one with the fewest rooms and enough of its
   * day left. An urgent room may use the part that is reserved for repairs. A host counts as asked for the room
   * until the next one is taken, or the iteration ends.
   */
  inOrder(order: Pick<RoomOrder, 'token' | 'urgent'>): AsyncGenerator<string>;
  /** Notes that the host has created or changed a meeting. */
  spent(host: string | undefined, created?: boolean): void;
  /** Notes Zoom's answer that the host has used up its day. */
  usedUp(host: string): void;
  /** Notes Zoom's answer that the host cannot hold meetings: it is tried again later. */
  unusable(host: string): void;
  /** Returns the error if no host has created the room: the reason, and until when. */
  none(order: Pick<RoomOrder, 'urgent'>): Error;
}

/**
 * Chooses the host of a room. A host may create and change a hundred meetings in a UTC day. So rooms are
 * spread by the number of each host's rooms, and a used-up host is skipped until the next day. A container
 * knows its own calls and the lists; Zoom's answer has the last word.
 */
export function zoomHosts({ application, hosts, now, read }: HostsOptions): Hosts {
  const loads = new Map<string, Load>();
  const usedUpUntil = new Map<string, Instant>();
  const unusableUntil = new Map<string, Instant>();
  /** The number of rooms that each host is asked for at this moment. */
  const underWay = new Map<string, number>();
  const today = () => Math.floor(now() / DAY);

  function spentToday(load: Load | undefined): number {
    return load?.day === today() ? load.spent : 0;
  }

  /** The lists that are being read. */
  const readings = new Map<string, ReturnType<typeof read>>();

  /** Rooms that are asked for at the same time share the reading of a list. */
  function readOnce(host: string): ReturnType<typeof read> {
    const reading = readings.get(host) ?? read(host).finally(() => readings.delete(host));
    readings.set(host, reading);
    return reading;
  }

  function asked(host: string): number {
    return underWay.get(host) ?? 0;
  }

  function hasLeft(host: string, most: number): boolean {
    return spentToday(loads.get(host)) + asked(host) < most;
  }

  /** @param most a host that has used as much is out for today, even if its list shows less */
  async function loadOf(host: string, most: number): Promise<Load | undefined> {
    const known = loads.get(host);
    const isFresh = known?.day === today() && now() - known.readAt <= freshFor(known.spent);
    if (known && (isFresh || spentToday(known) >= most)) return known;
    const meetings = await readOnce(host).catch(unlessMayPass);
    if (meetings === 'unread') return known ?? UNKNOWN;
    if (!meetings) {
      unusable(host);
      return undefined;
    }
    const made = meetings.filter(({ created_at }) => Math.floor(Date.parse(created_at) / DAY) === today());
    const spent = Math.max(made.length, spentToday(loads.get(host)));
    const load = { readAt: now(), rooms: meetings.length, day: today(), spent };
    loads.set(host, load);
    return load;
  }

  function unusable(host: string): void {
    unusableUntil.set(host, now() + FRESH);
  }

  const isOut = (host: string) => Math.max(usedUpUntil.get(host) ?? 0, unusableUntil.get(host) ?? 0) > now();

  return {
    async *inOrder({ token, urgent = false }) {
      const most = mostFor(urgent);
      const score = (host: string) => fraction(`${host} ${token}`);
      let rest = hosts.filter((host) => !isOut(host)).sort((a, b) => score(b) - score(a));
      while (rest.length > 0) {
        const compared = rest.slice(0, COMPARED);
        rest = rest.slice(COMPARED);
        const known = await Promise.all(
          compared.map(async (host) => ({ host, load: await loadOf(host, most) })),
        );
        const able = known
          .flatMap(({ host, load }) => (load && spentToday(load) < most ? [{ host, load }] : []))
          .map(({ host, load }) => ({ host, rooms: load.rooms + asked(host), spent: spentToday(load) }))
          .sort((a, b) => a.rooms - b.rooms || a.spent - b.spent);
        for (const { host } of able) {
          // other rooms may have used the last of the host's day meanwhile, or be about to
          if (isOut(host) || !hasLeft(host, most)) continue;
          underWay.set(host, asked(host) + 1);
          try {
            yield host;
          } finally {
            underWay.set(host, asked(host) - 1);
          }
        }
      }
    },
    spent(host, created = false) {
      const load = host === undefined ? undefined : loads.get(host);
      if (!load) return;
      load.spent = spentToday(load) + 1;
      load.day = today();
      if (created) load.rooms += 1;
    },
    usedUp(host) {
      usedUpUntil.set(host, nextDay(now()));
    },
    unusable,
    none({ urgent }) {
      if (hosts.every((host) => (unusableUntil.get(host) ?? 0) > now())) {
        return new UnauthorizedError(
          `no host of application ${application} (${hosts.join(', ')}) can hold meetings: each must be an active user of its ` +
            'account with a licence',
        );
      }
      if (hosts.some((host) => !isOut(host) && spentToday(loads.get(host)) < mostFor(urgent))) {
        return new ApplicationFullError(
          `the hosts of application ${application} are being asked for as many rooms as they may make on this day`,
          { retryAfter: ANSWERED_BY_THEN },
        );
      }
      const freeAt = nextDay(now());
      return new ApplicationFullError(
        `every host of application ${application} has made the rooms of this day (${CHANGES_PER_DAY - KEPT_FOR_REPAIRS}, ` +
          `and ${KEPT_FOR_REPAIRS} are kept for repairs), so the next is made at ${new Date(freeAt).toISOString()}: add hosts`,
        { retryAfter: freeAt - now() },
      );
    },
  };
}
