import { drawBelow, type Random, seededRandom } from '../../emulators/http/random.ts';
import { DUE_SHARDS } from '../../functions/adapters/tables/rooms-table.ts';
import { ensureRoom } from '../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../functions/rooms/actions/rotate.ts';
import { type Planning, planRotation } from '../../functions/rooms/fleet/plan.ts';
import type { ReconciliationContext } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { ClaimHeldError, ThrottledError } from '../../functions/rooms/model/errors.ts';
import type {
  Capabilities,
  DelayedOrder,
  EventBus,
  Pool,
  RotationOrder,
} from '../../functions/rooms/model/ports.ts';
import { type RenewalPolicy, RUN_ALLOWANCE, renewalWindow } from '../../functions/rooms/model/renewal.ts';
import type { Room, RoomRequest, RoomSpec } from '../../functions/rooms/model/room.ts';
import type { Duration, Instant } from '../../functions/rooms/model/time.ts';
import { DAY, HOUR, MINUTE } from '../../functions/rooms/model/time.ts';
import { longestGap } from '../../lib/schedule/longest-gap.ts';
import { fireTimes } from '../../local/clock/expression.ts';
import { aSpec, START } from './rooms.ts';
import { tapped } from './tap.ts';
import { unreliableBus, unreliablePool } from './unreliable.ts';
import { type Visits, visitors } from './visitors.ts';
import { aRequest, makeWorld, type World } from './world.ts';

export interface YearOptions {
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly rooms: number;
  readonly seed: number;
  /** Rotations of one run, of rooms that can wait. */
  readonly perRun: number;
  readonly capabilities?: Partial<Capabilities>;
  /** Visits of links at random moments. @default none */
  readonly visits?: number;
  /** Rooms on demand, in addition to the others. @default none */
  readonly onDemand?: number;
  /** Calls that fail at every attempt, for a time. */
  readonly troubles?: readonly Trouble[];
  /** Events that happen once, in the order of time. */
  readonly happenings?: readonly Happening[];
}

export interface Happening {
  readonly at: Instant;
  happen(stage: YearStage): Promise<void>;
}

/** The objects that an event may change. */
export interface YearStage {
  readonly world: World;
  readonly context: RoomContext & ReconciliationContext;
  /** All orders that were ever sent to the rotations queue. */
  readonly orders: readonly RotationOrder[];
  /** The requests for the rooms at the beginning. */
  readonly requests: readonly RoomRequest[];
}

export interface Trouble {
  readonly call: 'create' | 'change' | 'announce';
  readonly error: () => Error;
  readonly from: Instant;
  readonly until: Instant;
}

/** One expiry of a key: set by a new room, or by moving the end of the current one. */
export interface Life {
  readonly from: Instant;
  readonly until: Instant;
  /** When the renewal rule wanted the next one. Absent: none is needed. */
  readonly renewAt?: Instant;
  readonly roomId: string;
}

export interface Year {
  readonly world: World;
  readonly end: Instant;
  readonly longestGap: Duration;
  /** When the planner ran. */
  readonly runs: readonly Instant[];
  /** Runs whose rotations failed because the provider was down. */
  readonly inVain: ReadonlySet<Instant>;
  readonly lives: ReadonlyMap<string, readonly Life[]>;
  /** When a room was first announced on the bus, by the room's id. */
  readonly told: ReadonlyMap<string, Instant>;
  readonly specs: ReadonlyMap<string, RoomSpec>;
  readonly deadLetters: number;
  /** The most rotations of one run. */
  readonly busiest: number;
  /** How often a room was left for the next run. */
  readonly deferred: number;
  readonly outages: readonly { readonly from: Instant; readonly until: Instant }[];
  readonly visits: Visits;
}

/** The longest duration of a run, including the retries of its messages. */
export const NIGHT: Duration = 2 * HOUR;

const FLEXIBLE_WINDOW = 15 * MINUTE;
/** As in the handlers. */
const BACK_OFF = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
const RECEIVES = 5;
const NO_RUNS = { from: START + 110 * DAY, until: START + 113 * DAY };
const DOWN = { from: START + 200 * DAY, until: START + 201 * DAY };
const during = ({ from, until }: { from: Instant; until: Instant }, at: Instant) => at >= from && at < until;

interface Delivery {
  readonly order: DelayedOrder['order'];
  readonly at: Instant;
  readonly sentAt: Instant;
  readonly receives: number;
}

/**
 * Simulates a year of nightly runs over rooms of all lives, in memory. The planner runs by a real cron
 * expression, the queue delays, repeats and gives up, and the provider fails in three of a hundred calls and
 * for one whole day. On three nights the schedule does not run.
 */
export async function liveThroughAYear(options: YearOptions): Promise<Year> {
  const { cron, timeZone, seed, capabilities } = options;
  const random = seededRandom(seed);
  const gap = longestGap([{ expression: cron, timeZone, flexibleWindow: FLEXIBLE_WINDOW }], 2027);
  const policy: RenewalPolicy = { renewBefore: 7 * DAY, longestGap: gap };
  const world = makeWorld({ limit: Number.POSITIVE_INFINITY, capabilities });
  const { clock } = world;
  const faults = { random, share: 0.03, down: () => during(DOWN, clock.now) };
  const { lives, rooms } = recordLives(world);
  const { told, events } = recordNews(world);
  const context: RoomContext = {
    ...world.context,
    rooms,
    renewal: policy,
    ...troubled(unreliablePool(world.context.pool, faults), unreliableBus(events, faults), options, clock),
  };
  const queue = new Deliveries(random);
  const planning: Planning = {
    rooms,
    rotations: { send: async (orders) => queue.send(orders, clock.now) },
    now: () => clock.now,
    timeLeft: () => HOUR,
    shards: DUE_SHARDS,
    perRun: options.perRun,
    spread: 15 * MINUTE,
    longestGap: gap,
  };
  const requests = await askForRooms(options, policy, { ...world.context, rooms, renewal: policy }, random);
  const specs = specsOf(requests);
  const agenda = agendaOf(options);
  const { rotations, timeLeft } = planning;
  const reconciling = { ...context, rotations, timeLeft, mode: 'repair' as const };
  const stage = { world, context: reconciling, orders: queue.sent, requests };

  const end = START + 365 * DAY;
  const fires = fireTimes(cron, timeZone, START);
  const nextRun = (after: Instant) => {
    const at = fires.after(after);
    return at === undefined ? end : at + drawBelow(random, FLEXIBLE_WINDOW);
  };
  const runs: Instant[] = [];
  let busiest = 0;
  let deferred = 0;
  const times = { from: START, until: end, visits: options.visits };
  const people = visitors(world, specs, times, seededRandom(seed));
  for (let run = nextRun(START); ; ) {
    const delivery = queue.next();
    const visit = people.next();
    const happening = agenda.next();
    const at = Math.min(run, delivery?.at ?? Number.POSITIVE_INFINITY, visit, happening);
    if (at >= end) break;
    clock.now = at;
    if (happening === at) await agenda.happen(stage);
    else if (visit === at) await people.visit(context);
    else if (delivery && delivery.at <= run) await queue.deliver(delivery, context);
    else {
      if (!during(NO_RUNS, run)) {
        runs.push(run);
        const report = await planRotation({}, planning);
        busiest = Math.max(busiest, report.nominated);
        deferred += report.deferred;
      }
      run = nextRun(run);
    }
  }
  clock.now = end;
  const inVain = new Set(runs.filter((at) => at + NIGHT > DOWN.from && at < DOWN.until));
  mustHaveMet(inVain);
  const outages = [NO_RUNS, DOWN];
  const counts = { busiest, deferred, deadLetters: queue.deadLetters };
  return {
    world,
    end,
    longestGap: gap,
    runs,
    inVain,
    outages,
    lives,
    told,
    specs,
    visits: people.visits,
    ...counts,
  };
}

function mustHaveMet(inVain: ReadonlySet<Instant>): void {
  if (inVain.size === 0) throw new Error('the provider was down, and nobody noticed');
}

function agendaOf({ happenings = [] }: YearOptions) {
  const left = [...happenings];
  return {
    next: (): Instant => left[0]?.at ?? Number.POSITIVE_INFINITY,
    happen: async (stage: YearStage) => left.shift()?.happen(stage),
  };
}

/** Returns the same ports with the calls that fail at the time. */
function troubled(
  pool: Pool,
  events: EventBus,
  { troubles = [] }: YearOptions,
  clock: World['clock'],
): Pick<RoomContext, 'pool' | 'events'> {
  return tapped({ pool, events }, async (name, call) => {
    const trouble = troubles.find((other) => name.endsWith(`.${other.call}`) && during(other, clock.now));
    if (trouble) throw trouble.error();
    return call();
  });
}

/** Returns a table that records the rooms of each key, and their ends. */
function recordLives({ context: { rooms }, clock }: World) {
  const lives = new Map<string, Life[]>();
  const write = async (room: Room) => {
    const written = await rooms.write(room);
    const { key, current, renewAt } = written;
    const known = lives.get(key) ?? [];
    const last = known.at(-1);
    // the row of a restored table may have a room that ended earlier
    const isAlive = (current?.expiresAt ?? 0) > clock.now;
    if (current && isAlive && (current.id !== last?.roomId || current.expiresAt !== last.until)) {
      known.push({ from: clock.now, until: current.expiresAt, renewAt, roomId: current.id });
      lives.set(key, known);
    }
    return written;
  };
  return { lives, rooms: { ...rooms, write } };
}

/** Returns a bus that records when each room was announced. */
function recordNews({ context: { events }, clock }: World) {
  const told = new Map<string, Instant>();
  const announce: EventBus['announce'] = async (room, announcement) => {
    await events.announce(room, announcement);
    const { id } = room.current ?? {};
    if (id !== undefined && !told.has(id)) told.set(id, clock.now);
  };
  return { told, events: { ...events, announce } };
}

/**
 * Requests rooms with lives from two days, or the shortest that the schedule can keep, to a year: as many
 * short ones as long ones.
 */
async function askForRooms(
  { rooms, onDemand = 0 }: YearOptions,
  policy: RenewalPolicy,
  context: RoomContext,
  random: Random,
): Promise<readonly RoomRequest[]> {
  const requests: RoomRequest[] = [];
  let shortest = 2 * DAY;
  while (renewalWindow(shortest, policy) === undefined) shortest += HOUR;
  for (let index = 0; index < rooms; index += 1) {
    const share = rooms === 1 ? 0 : index / (rooms - 1);
    const lifetime = Math.round(shortest * ((365 * DAY) / shortest) ** share);
    const until = random() < 0.05 ? START + Math.round((0.2 + 0.7 * random()) * 365 * DAY) : undefined;
    const mode = random() < 0.5 ? 'extend' : 'recreate';
    const spec = aSpec({ lifetime, renewal: until === undefined ? { mode } : { mode, until } });
    requests.push(aRequest({ key: `room-${index}`, spec }));
  }
  for (let index = 0; index < onDemand; index += 1) {
    const spec = aSpec({ lifetime: DAY, renewal: { mode: 'on-demand' } });
    requests.push(aRequest({ key: `on-demand-${index}`, spec }));
  }
  for (const request of requests) await ensureRoom(request, context);
  return requests;
}

function specsOf(requests: readonly RoomRequest[]): Map<string, RoomSpec> {
  return new Map(requests.flatMap(({ key, spec }) => (spec ? [[key, spec]] : [])));
}

/** Simulates the rotations queue and its worker: delays, visibility, the dead-letter queue. */
class Deliveries {
  deadLetters = 0;
  readonly sent: RotationOrder[] = [];
  #waiting: Delivery[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  send(orders: readonly DelayedOrder[], now: Instant): void {
    for (const { order, delay } of orders) {
      this.sent.push(order);
      this.#put({ order, at: now + delay, sentAt: now, receives: 0 });
      // delivery is at least once
      if (this.#random() < 0.02) this.#put({ order, at: now + delay + MINUTE, sentAt: now, receives: 0 });
    }
  }

  next(): Delivery | undefined {
    return this.#waiting.at(-1);
  }

  /** Passes the next message to the worker. */
  async deliver(delivery: Delivery, context: RoomContext): Promise<void> {
    this.#waiting.pop();
    try {
      await rotateRoom(delivery.order, context);
    } catch (error) {
      this.#setAside(delivery, error as Error, context.now());
    }
  }

  #setAside(delivery: Delivery, error: Error, now: Instant): void {
    const receives = delivery.receives + 1;
    const patience =
      error instanceof ThrottledError || error instanceof ClaimHeldError ? error.retryAfter : undefined;
    const wait = patience ?? BACK_OFF[Math.min(receives, BACK_OFF.length) - 1] ?? 0;
    if (receives < RECEIVES) this.#put({ ...delivery, receives, at: now + wait });
    else if (patience !== undefined && now - delivery.sentAt < DAY) {
      this.#put({ ...delivery, receives: 0, at: now + patience });
    } else this.deadLetters += 1;
  }

  /** The latest first, so that the next is taken from the end. */
  #put(delivery: Delivery): void {
    const index = this.#waiting.findLastIndex(({ at }) => at >= delivery.at);
    this.#waiting.splice(index + 1, 0, delivery);
  }
}

/**
 * Returns the fewest renewals that can keep a room of this life for the year, with knowledge of the runs that
 * will fail. Each renewal is at the last run before the room's end, with the time that a run takes.
 */
export function leastRenewals(first: Life, life: Duration, until: Instant, runs: readonly Instant[]): number {
  let renewals = 0;
  let expiry = first.until;
  let from = first.from;
  while (expiry < until) {
    const inTime = runs.findLast((at) => at > from && at + RUN_ALLOWANCE <= expiry);
    const run = inTime ?? runs.find((at) => at >= expiry);
    if (run === undefined || run >= until) break;
    renewals += 1;
    from = run;
    expiry = Math.max(Math.min(run + life, until), run);
  }
  return renewals;
}
