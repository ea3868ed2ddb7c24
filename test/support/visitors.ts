import { drawBelow, type Random } from '../../emulators/http/random.ts';
import { knockRoom } from '../../functions/rooms/actions/knock.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { opensAtKnock, pageOf } from '../../functions/rooms/model/link.ts';
import type { RoomSpec } from '../../functions/rooms/model/room.ts';
import { type Instant, MINUTE } from '../../functions/rooms/model/time.ts';
import { aRequest, type World } from './world.ts';

/** A visitor of a closed room presses the button this often, a minute apart. */
const TRIES = 10;

interface Visitor {
  readonly key: string;
  readonly at: Instant;
  readonly tries: number;
}

/** The outcomes of the visits. */
export interface Visits {
  /** Redirected to a living room immediately. */
  live: number;
  /** Redirected to a room that the visitor's knock opened. */
  opened: number;
  /** The times of the last tries of visitors who left. */
  readonly inVain: Instant[];
  /** Visits to wanted rooms that ended anywhere else, one line each. */
  readonly wrong: string[];
}

export interface Visiting {
  readonly visits: Visits;
  /** Returns when the next visitor comes; infinity after the last one. */
  next(): Instant;
  /** Lets the next visitor follow the link. */
  visit(context: RoomContext): Promise<void>;
}

/** Simulates people who follow the links of random keys at random moments between two others. */
export function visitors(
  world: World,
  specs: ReadonlyMap<string, RoomSpec>,
  times: { readonly from: Instant; readonly until: Instant; readonly visits?: number | undefined },
  random: Random,
): Visiting {
  const keys = [...specs.keys()];
  const visits: Visits = { live: 0, opened: 0, inVain: [], wrong: [] };
  const waiting = Array.from({ length: times.visits ?? 0 }, (): Visitor => {
    const key = keys[drawBelow(random, keys.length)] ?? '';
    return { key, at: times.from + Math.floor(random() * (times.until - times.from)), tries: 0 };
  }).sort((a, b) => b.at - a.at);

  const linkOf = (key: string) => world.links.of(key);
  const pageNow = (key: string) => pageOf(linkOf(key), world.clock.now);
  const isWanted = (key: string) => (specs.get(key)?.renewal.until ?? times.until) > world.clock.now;

  function leadsToLife(key: string): boolean {
    const room = new URL(linkOf(key)?.url ?? '').pathname.slice(1);
    return Object.values(world.providers).some((provider) => provider.alive().some(({ id }) => id === room));
  }

  async function knock({ key, tries }: Visitor, context: RoomContext): Promise<void> {
    const { now } = world.clock;
    try {
      await knockRoom(aRequest({ key, action: 'knock', knockedAt: now }), context);
    } catch {
      // the message comes back, and the visitor presses again
    }
    if (pageNow(key) === 'live' && leadsToLife(key)) visits.opened += 1;
    else if (tries === TRIES) visits.inVain.push(now);
    else {
      waiting.push({ key, at: now + MINUTE, tries: tries + 1 });
      waiting.sort((a, b) => b.at - a.at);
    }
  }

  return {
    visits,
    next: () => waiting.at(-1)?.at ?? Number.POSITIVE_INFINITY,
    async visit(context) {
      const visitor = waiting.pop();
      if (!visitor || !isWanted(visitor.key)) return;
      const page = pageNow(visitor.key);
      if (page === 'live' && leadsToLife(visitor.key)) visits.live += 1;
      else if (opensAtKnock(page)) await knock(visitor, context);
      else visits.wrong.push(`${visitor.key} at ${new Date(visitor.at).toISOString()}: ${page}`);
    },
  };
}
