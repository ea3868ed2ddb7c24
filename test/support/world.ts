import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { withLinks } from '../../functions/rooms/lifecycle/links.ts';
import type { DelayedOrder, EventBus, Pool, RotationQueue } from '../../functions/rooms/model/ports.ts';
import type {
  Announcement,
  Room,
  RoomAction,
  RoomRequest,
  RoomSpec,
} from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { DAY, HOUR, SECOND } from '../../functions/rooms/model/time.ts';
import { type MemoryLinks, memoryLinks } from './memory-links.ts';
import { type MemoryProvider, memoryProvider } from './memory-provider.ts';
import { memoryRooms } from './memory-rooms.ts';
import { aSpec, START } from './rooms.ts';

export interface Announced {
  readonly key: string;
  readonly generation: number;
  readonly type: Announcement['type'];
  readonly reason: string;
  readonly roomId?: string;
}

/** All ports of the domain, in memory, with their own clock. */
export interface World {
  readonly context: RoomContext;
  readonly rooms: ReturnType<typeof memoryRooms>;
  readonly links: MemoryLinks;
  readonly providers: Readonly<Record<string, MemoryProvider>>;
  readonly announced: Announced[];
  readonly reports: { readonly type: string; readonly detail: object }[];
  readonly rotations: RotationQueue & { readonly sent: DelayedOrder[] };
  readonly clock: { now: Instant };
  /** Returns the row of a key that must have one. */
  row(key: string): Room;
  /** @returns a function that restores both tables to this moment */
  backUp(): () => Promise<void>;
  /** The living rooms of all applications that were not asked to end. */
  kept(): readonly string[];
}

export interface WorldOptions {
  /** Keys have no links of their own. */
  readonly withoutLinks?: boolean;
  readonly applications?: readonly string[];
  readonly limit?: number;
  readonly capabilities?: Parameters<typeof memoryProvider>[0]['capabilities'];
  readonly named?: boolean;
  readonly pageSize?: number;
  readonly unmet?: Parameters<typeof memoryProvider>[0]['unmet'];
  readonly trash?: boolean;
  /** Every glance at a row shows it before its last write. */
  readonly lateGlances?: boolean;
}

export const DEPLOYMENT = 'abcde';

let asked = 0;

export function makeWorld(options: WorldOptions = {}): World {
  const { applications = ['first'], withoutLinks, lateGlances, ...account } = options;
  // the requests of a test do not depend on earlier tests
  asked = 0;
  const clock = { now: START };
  const now = () => clock.now;
  const rooms = memoryRooms(undefined, now, { lateGlances });
  const links = memoryLinks();
  const providers = Object.fromEntries(
    applications.map((name) => [name, memoryProvider({ name, now, ...account })]),
  );
  const announced: Announced[] = [];
  const reports: World['reports'] = [];
  const events: EventBus = {
    async announce({ key, generation, current }, { type, reason }) {
      announced.push({ key, generation, type, reason, roomId: current?.id });
    },
    async report(type, detail) {
      reports.push({ type, detail });
    },
  };
  const sent: DelayedOrder[] = [];
  let owners = 0;
  const context: RoomContext = {
    rooms: withoutLinks ? rooms : withLinks(rooms, links),
    ...(!withoutLinks && { links }),
    pool: poolOf(providers),
    events,
    now,
    newOwner: () => `worker-${++owners}`,
    deployment: DEPLOYMENT,
    lease: 90 * SECOND,
    renewal: { renewBefore: 7 * DAY, longestGap: 25 * HOUR },
  };
  return {
    context,
    rooms,
    links,
    providers,
    announced,
    reports,
    rotations: { sent, send: async (orders) => void sent.push(...orders) },
    clock,
    row(key) {
      const row = rooms.rows.get(key);
      if (!row) throw new Error(`there is no row of ${key}`);
      return row;
    },
    backUp() {
      const restores = [rooms.backUp(), links.backUp()];
      return async () => {
        for (const restore of restores) restore();
      };
    },
    kept: () =>
      Object.values(providers).flatMap((provider) =>
        provider
          .alive()
          .filter(({ retired }) => !retired)
          .map(({ id }) => id),
      ),
  };
}

function poolOf(providers: World['providers']): Pool {
  return {
    names: Object.keys(providers),
    siblings: (name) => Object.keys(providers).filter((other) => kindOf(other) === kindOf(name)),
    provider(name) {
      const provider = providers[name];
      if (!provider) throw new Error(`there is no application ${name}`);
      return provider;
    },
  };
}

/**
 * `daily-1` and `daily-2` are two accounts at one provider; a name without a dash is an account of the
 * provider `memory`.
 */
function kindOf(name: string): string {
  return name.includes('-') ? (name.split('-')[0] ?? name) : 'memory';
}

/** Returns a request that is newer than every earlier request in this world. */
export function aRequest(more: Partial<RoomRequest> & { readonly at?: number } = {}): RoomRequest {
  asked += 1;
  const { at = asked, ...rest } = more;
  return {
    key: 'weekly',
    action: 'ensure' as RoomAction,
    sequence: { source: 'request', value: String(at).padStart(13, '0') },
    spec: rest.action === undefined || rest.action === 'ensure' ? (aSpec() satisfies RoomSpec) : undefined,
    ...rest,
  };
}
