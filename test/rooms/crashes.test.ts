import { afterAll, describe, expect, it } from 'vitest';
import { cancelRoom } from '../../functions/rooms/cancel.ts';
import { ensureRoom } from '../../functions/rooms/ensure.ts';
import { ClaimHeldError } from '../../functions/rooms/errors.ts';
import type { Keeping } from '../../functions/rooms/keeping.ts';
import { type Reconciling, reconcileRooms } from '../../functions/rooms/reconcile.ts';
import type { RoomRequest } from '../../functions/rooms/room.ts';
import { DAY, HOUR, SECOND } from '../../functions/rooms/room.ts';
import { rotateNow, rotateRoom } from '../../functions/rooms/rotate.ts';
import { Death, type Fate, mortal } from '../support/mortal.ts';
import { aSpec } from '../support/rooms.ts';
import { aRequest, makeWorld, type World, type WorldOptions } from '../support/world.ts';

/** What a worker does when it is given the message, again and again until it is done. */
type Work = (ports: Keeping & Reconciling) => Promise<unknown>;

interface Operation {
  readonly name: string;
  readonly options?: WorldOptions;
  /** Brings the world to where the operation begins. */
  prepare?(world: World): Promise<void>;
  work(world: World): Work;
  /** How many living rooms the key has in the end that nobody asked to end, and what the row says. */
  readonly expected: { readonly state: string; readonly generation: number; readonly kept: number };
  /** What the bus must have heard. */
  readonly announced: string;
}

const ensure =
  (request: RoomRequest): Work =>
  (ports) =>
    ensureRoom(request, ports);
const first = async ({ keeping }: World) => void (await ensureRoom(aRequest(), keeping));
const renewal =
  (mode: 'recreate' | 'extend') =>
  async ({ keeping, clock }: World) => {
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode } }) }), keeping);
    clock.now += 84 * DAY;
  };
const due: Work = (ports) => rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, ports);

const OPERATIONS: readonly Operation[] = [
  {
    name: 'create',
    work: () => ensure(aRequest()),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'create where the home is full',
    options: { applications: ['one', 'two'], limit: 1 },
    prepare: async ({ keeping, providers }) => {
      const [home = ''] = Object.keys(providers);
      const { pool } = keeping;
      await ensureRoom(aRequest({ key: 'other' }), { ...keeping, pool: { ...pool, names: [home] } });
    },
    work: () => ensure(aRequest()),
    expected: { state: 'active', generation: 1, kept: 2 },
    announced: 'Room Created',
  },
  {
    name: 'extend',
    prepare: first,
    work: () => ensure(aRequest({ spec: aSpec({ lifetime: 120 * DAY }) })),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'rename',
    prepare: first,
    work: () => ensure(aRequest({ spec: aSpec({ settings: { display_name: 'Monthly' } }) })),
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  {
    name: 'rotate',
    prepare: renewal('recreate'),
    work: () => due,
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  {
    name: 'rotate by extension',
    prepare: renewal('extend'),
    work: () => due,
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'rotate by hand',
    prepare: first,
    work: () => {
      const request = aRequest({ action: 'rotate' });
      return (ports) => rotateNow(request, ports);
    },
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  {
    name: 'cancel',
    prepare: async (world) => {
      await first(world);
      await ensureRoom(aRequest({ spec: aSpec({ settings: { display_name: 'Monthly' } }) }), world.keeping);
    },
    work: () => {
      const request = aRequest({ action: 'cancel' });
      return (ports) => cancelRoom(request, ports);
    },
    expected: { state: 'cancelled', generation: 2, kept: 0 },
    announced: 'Room Cancelled',
  },
  {
    name: 'reconcile a lost room',
    prepare: async (world) => {
      await first(world);
      world.clock.now += 2 * HOUR;
      world.providers.first?.lose('first-1');
    },
    work: (world) => (ports) => reconcileAndKeep(world, ports),
    expected: { state: 'active', generation: 2, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'reconcile an orphan',
    prepare: async (world) => {
      await first(world);
      const { providers, clock } = world;
      await providers.first?.create({
        token: 'erabcdeorphan',
        settings: { display_name: 'x' },
        expiresAt: clock.now + DAY,
      });
      clock.now += 2 * HOUR;
    },
    work: (world) => (ports) => reconcileAndKeep(world, ports),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
];

/** A reconciliation, and the workers that take what it nominates. */
async function reconcileAndKeep(
  { providers, rotations }: World,
  ports: Keeping & Reconciling,
): Promise<void> {
  await reconcileRooms(Object.keys(providers), ports);
  while (rotations.sent.length > 0) {
    const [next] = rotations.sent;
    if (next) await rotateRoom(next.order, ports);
    rotations.sent.shift();
  }
}

const totals = { runs: 0, steps: 0 };

describe('a process that dies', () => {
  afterAll(() => {
    console.log(
      `${totals.steps} steps x ${OPERATIONS.length} operations x before/after: ${totals.runs} runs, 0 lost, 0 doubled, 0 orphans left`,
    );
  });

  for (const operation of OPERATIONS) {
    it(`at any step of: ${operation.name}, loses nothing and doubles nothing`, async () => {
      const { steps } = await run(operation);
      expect(steps.length).toBeGreaterThan(3);
      totals.steps += steps.length;
      for (let dieAt = 1; dieAt <= steps.length; dieAt += 1) {
        for (const when of ['before', 'after'] as const) {
          totals.runs += 1;
          const { world, died } = await run(operation, { dieAt, when });
          expect(died, `${when} ${steps[dieAt - 1]}`).toBe(true);
          assertWhole(world, operation, `died ${when} step ${dieAt}, ${steps[dieAt - 1]}`);
        }
      }
    });
  }
});

/** Runs an operation with a fate, lets the message come back until it is done, and reconciles two hours later. */
async function run(operation: Operation, fate?: Fate) {
  const world = makeWorld(operation.options);
  await operation.prepare?.(world);
  const work = operation.work(world);
  const immortal = {
    ...world.keeping,
    rotations: world.rotations,
    mode: 'repair' as const,
    timeLeft: () => HOUR,
  };
  const { ports, steps } = mortal(immortal, fate);
  let died = false;
  try {
    await work(ports);
  } catch (error) {
    if (!(error instanceof Death)) throw error;
    died = true;
  }
  if (died) await redeliver(work, world, immortal);
  world.clock.now += 2 * HOUR;
  await reconcileAndKeep(world, immortal);
  return { world, steps, died };
}

async function redeliver(work: Work, { clock }: World, ports: Keeping & Reconciling): Promise<void> {
  for (let receive = 2; ; receive += 1) {
    try {
      await work(ports);
      return;
    } catch (error) {
      if (!(error instanceof ClaimHeldError) || receive > 5) throw error;
      clock.now += error.retryAfter + SECOND;
    }
  }
}

function assertWhole(world: World, { expected, announced }: Operation, at: string): void {
  const row = world.row('weekly');
  expect({ state: row.state, generation: row.generation, kept: world.kept().length }, at).toEqual(expected);
  expect(row.claim, at).toBeUndefined();
  expect(row.unannounced, at).toBeUndefined();
  expect(
    row.retirees.filter(({ endsAt }) => endsAt === undefined),
    at,
  ).toEqual([]);
  if (row.current) expect(world.kept(), at).toContain(row.current.id);
  const news = world.announced.filter(({ key, type }) => key === 'weekly' && type === announced);
  expect(news.length, at).toBeGreaterThanOrEqual(1);
  expect(news.at(-1), at).toMatchObject({ generation: expected.generation, roomId: row.current?.id });
}
