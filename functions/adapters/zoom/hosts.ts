import { fraction } from '../../rooms/model/digest.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  UnauthorizedError,
  UnreachableError,
} from '../../rooms/model/errors.ts';
import type { RoomOrder } from '../../rooms/model/ports.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { DAY, MINUTE } from '../../rooms/model/time.ts';
import { nextDay } from './calls.ts';
import type { ListedReply } from './schema.ts';

/** Creations and changes that a host may make in a UTC day. */
export const CHANGES_PER_DAY = 100;

/** So many of them are left for rooms that the host has: no other host can change those. */
export const KEPT_FOR_REPAIRS = 20;

/** How many hosts are compared for a room: their lists are read where they are not known. */
const COMPARED = 4;

/** How long a list of a host is taken for what the host has, while its day is new. */
const FRESH: Duration = 5 * MINUTE;

/** The nearer the end of a host's day, the more often its list is read: other containers use it up too. */
function freshFor(spent: number): Duration {
  const left = Math.max(0, 1 - spent / (CHANGES_PER_DAY - KEPT_FOR_REPAIRS));
  return FRESH * left ** 2;
}

/** What is known of a host. */
interface Load {
  readonly readAt: Instant;
  rooms: number;
  /** The UTC day that `spent` is of. */
  day: number;
  /** Creations and changes of that day, as far as they are known: the list does not show changes. */
  spent: number;
}

/** A host whose list cannot be read now may have a room all the same, if no other is known to be better. */
const UNKNOWN: Load = { readAt: 0, rooms: Number.POSITIVE_INFINITY, day: 0, spent: 0 };

function unlessMayPass(error: unknown): 'unread' {
  if (error instanceof AmbiguousOutcomeError || error instanceof UnreachableError) return 'unread';
  throw error;
}

export interface HostsOptions {
  readonly application: string;
  readonly hosts: readonly string[];
  readonly now: () => Instant;
  /** All meetings of a host; undefined where there is no such host. */
  readonly read: (host: string) => Promise<readonly ListedReply[] | undefined>;
}

export interface Hosts {
  /**
   * Hosts for a new room, one after the other: the one with the fewest rooms and enough of its day left first. An urgent
   * room may use what is kept for repairs.
   */
  inOrder(order: Pick<RoomOrder, 'token' | 'urgent'>): AsyncGenerator<string>;
  /** The host has created or changed a meeting. */
  spent(host: string | undefined, created?: boolean): void;
  /** Zoom says that the host has spent its day. */
  usedUp(host: string): void;
  /** Zoom says that the host cannot hold meetings: it is asked again in a while. */
  unusable(host: string): void;
  /** No host has given the room: why, and until when. */
  none(): Error;
}

/**
 * Which host a room is to live with. A host creates and changes a hundred meetings in a UTC day, so rooms are spread by
 * how many a host has, and a used-up host is passed over until the next day. Every container knows its own calls and
 * what the lists show; Zoom's own word is the last.
 */
export function zoomHosts({ application, hosts, now, read }: HostsOptions): Hosts {
  const loads = new Map<string, Load>();
  const usedUpUntil = new Map<string, Instant>();
  const unusableUntil = new Map<string, Instant>();
  const today = () => Math.floor(now() / DAY);

  function spentToday(load: Load | undefined): number {
    return load?.day === today() ? load.spent : 0;
  }

  /** @param most a host that has spent as much has no more to give today, whatever its list shows */
  async function loadOf(host: string, most: number): Promise<Load | undefined> {
    const known = loads.get(host);
    const isFresh = known?.day === today() && now() - known.readAt <= freshFor(known.spent);
    if (known && (isFresh || spentToday(known) >= most)) return known;
    const meetings = await read(host).catch(unlessMayPass);
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
      const most = CHANGES_PER_DAY - (urgent ? 0 : KEPT_FOR_REPAIRS);
      const score = (host: string) => fraction(`${host} ${token}`);
      let rest = hosts.filter((host) => !isOut(host)).sort((a, b) => score(b) - score(a));
      while (rest.length > 0) {
        const compared = rest.slice(0, COMPARED);
        rest = rest.slice(COMPARED);
        const known = await Promise.all(
          compared.map(async (host) => ({ host, load: await loadOf(host, most) })),
        );
        const able = known
          .filter(({ load }) => load && spentToday(load) < most)
          .sort(
            (a, b) => (a.load?.rooms ?? 0) - (b.load?.rooms ?? 0) || spentToday(a.load) - spentToday(b.load),
          );
        // another room may have taken the last of a host's day meanwhile
        for (const { host } of able) if (!isOut(host) && spentToday(loads.get(host)) < most) yield host;
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
    none() {
      if (hosts.every((host) => (unusableUntil.get(host) ?? 0) > now())) {
        return new UnauthorizedError(
          `no host of application ${application} (${hosts.join(', ')}) can hold meetings: each must be an active user of its ` +
            'account with a licence',
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
