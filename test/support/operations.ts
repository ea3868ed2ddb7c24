import { cancelRoom } from '../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../functions/rooms/actions/ensure.ts';
import { knockRoom } from '../../functions/rooms/actions/knock.ts';
import { relinkRoom } from '../../functions/rooms/actions/relink.ts';
import { rotateNow, rotateRoom } from '../../functions/rooms/actions/rotate.ts';
import { type ReconciliationContext, reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import {
  AmbiguousOutcomeError,
  ApplicationFullError,
  PoolFullError,
} from '../../functions/rooms/model/errors.ts';
import type { Capabilities } from '../../functions/rooms/model/ports.ts';
import type { RoomRequest, RoomSpec } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { aSpec } from './rooms.ts';
import type { Stage } from './stage.ts';
import { aRequest, type WorldOptions } from './world.ts';

/** The work of a worker with the message, repeated until it is done. */
export type Work = (ports: RoomContext & ReconciliationContext) => Promise<unknown>;

/** An operation on the key `weekly`, with its expected result after any crash. */
export interface Operation {
  readonly name: string;
  readonly options?: WorldOptions;
  /** Whether a provider can do this. Default: every provider can. */
  readonly needs?: (capabilities: Capabilities) => boolean;
  /** Prepares the state in which the operation starts. */
  prepare?(stage: Stage): Promise<void>;
  work(stage: Stage): Work;
  /** The expected number of living rooms that were not asked to end, and the expected row. */
  readonly expected: { readonly state: string; readonly generation: number; readonly kept: number };
  /** The expected announcement on the bus. */
  readonly announced: string;
}

export const ensure =
  (request: RoomRequest): Work =>
  (ports) =>
    ensureRoom(request, ports);
/** A renewal that the request names, so that the room has an end at every provider. */
const named = (more: Partial<RoomSpec> = {}) =>
  aSpec({ renewal: { mode: 'recreate', explicit: true }, ...more });
export const first = async ({ context }: Stage) =>
  void (await ensureRoom(aRequest({ spec: named() }), context));
export const renewal =
  (mode: 'recreate' | 'extend') =>
  async ({ context, clock }: Stage) => {
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode, explicit: true } }) }), context);
    clock.now += 84 * DAY;
  };
export const due: Work = (ports) => rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, ports);
const recorded = () =>
  aRequest({
    spec: named({ settings: { display_name: 'Weekly', recording_options: { auto_record: true } } }),
  });
export const movable = ({ movableExpiry }: Capabilities) => movableExpiry;
/** Whether recording can be switched on in a living room. */
const recordable = ({ changeable }: Capabilities) => changeable.includes('recording_options');

/** Returns the same ports, with a call to the provider that always fails without any effect. */
function failing<T extends RoomContext>(ports: T, call: 'create' | 'change', error: Error): T {
  const provider = (name: string) =>
    new Proxy(ports.pool.provider(name), {
      get(target, property) {
        if (property === call) return () => Promise.reject(error);
        const member = Reflect.get(target, property);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  return { ...ports, pool: { ...ports.pool, provider } };
}

const ON_DEMAND = () =>
  aRequest({ spec: aSpec({ lifetime: 3 * DAY, renewal: { mode: 'on-demand', explicit: true } }) });
const knocked = ({ clock }: Stage): Work => {
  const request = aRequest({ action: 'knock', knockedAt: clock.now });
  return (ports) => knockRoom(request, ports);
};

const CREATE: Operation = {
  name: 'create',
  work: () => ensure(aRequest()),
  expected: { state: 'active', generation: 1, kept: 1 },
  announced: 'Room Created',
};

const ROTATE: Operation = {
  name: 'rotate',
  prepare: renewal('recreate'),
  work: () => due,
  expected: { state: 'active', generation: 2, kept: 2 },
  announced: 'Room Rotated',
};

/** For a pool of two applications, the first of which is full. */
export const CREATE_ELSEWHERE: Operation = {
  name: 'create where the home is full',
  options: { applications: ['one', 'two'], limit: 1 },
  prepare: async ({ context }) => {
    const { pool } = context;
    const [home = ''] = pool.names;
    await ensureRoom(aRequest({ key: 'other' }), { ...context, pool: { ...pool, names: [home] } });
  },
  work: () => ensure(aRequest()),
  expected: { state: 'active', generation: 1, kept: 2 },
  announced: 'Room Created',
};

export const OPERATIONS: readonly Operation[] = [
  CREATE,
  {
    name: 'extend',
    needs: movable,
    prepare: first,
    work: () => ensure(aRequest({ spec: named({ lifetime: 120 * DAY }) })),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'change in place',
    needs: recordable,
    prepare: first,
    work: () => ensure(recorded()),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'change by a new room',
    needs: (capabilities) => !recordable(capabilities),
    prepare: first,
    work: () => ensure(recorded()),
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  ROTATE,
  {
    name: 'rotate by extension',
    needs: movable,
    prepare: renewal('extend'),
    work: () => due,
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'rotate after a change that got no answer',
    needs: movable,
    prepare: async (stage) => {
      await first(stage);
      const longer = aRequest({ spec: named({ lifetime: 120 * DAY }) });
      await ensureRoom(longer, failing(stage.context, 'change', new AmbiguousOutcomeError('500'))).catch(
        () => {},
      );
      stage.clock.now += 84 * DAY;
    },
    work: () => due,
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  {
    name: 'renew where every application is full',
    needs: movable,
    prepare: async (stage) => {
      await first(stage);
      stage.clock.now = (await stage.row('weekly')).emergencyAt ?? 0;
    },
    // once its end has been moved, the room is due and waits
    work: () => (ports) =>
      due(failing(ports, 'create', new ApplicationFullError('full'))).catch((error) => {
        if (!(error instanceof PoolFullError)) throw error;
      }),
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
    name: 'rotate by hand, and revoke the links there are',
    prepare: async (stage) => {
      await first(stage);
      await rotateNow(aRequest({ action: 'rotate' }), stage.context);
    },
    work: () => {
      const request = aRequest({ action: 'rotate', revoke: true });
      return (ports) => rotateNow(request, ports);
    },
    expected: { state: 'active', generation: 3, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'cancel',
    prepare: async (stage) => {
      await first(stage);
      await rotateNow(aRequest({ action: 'rotate' }), stage.context);
    },
    work: () => {
      const request = aRequest({ action: 'cancel' });
      return (ports) => cancelRoom(request, ports);
    },
    expected: { state: 'cancelled', generation: 2, kept: 0 },
    announced: 'Room Cancelled',
  },
  {
    name: 'relink',
    prepare: first,
    work: () => {
      const request = aRequest({ action: 'relink' });
      return (ports) => relinkRoom(request, ports);
    },
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Relinked',
  },
  {
    name: 'ask for a room on demand',
    work: () => ensure(ON_DEMAND()),
    expected: { state: 'on-demand', generation: 0, kept: 0 },
    announced: 'Room Updated',
  },
  {
    name: 'open at a knock',
    prepare: async ({ context }) => void (await ensureRoom(ON_DEMAND(), context)),
    work: knocked,
    expected: { state: 'on-demand', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'open at a knock what an outage let expire',
    prepare: async (stage) => {
      await first(stage);
      stage.clock.now += 91 * DAY;
    },
    work: knocked,
    expected: { state: 'active', generation: 2, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'reconcile a lost room',
    prepare: async (stage) => {
      await first(stage);
      stage.clock.now += 2 * HOUR;
      stage.lose((await stage.row('weekly')).current?.id ?? '');
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, ports),
    expected: { state: 'active', generation: 2, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'reconcile an orphan',
    prepare: async (stage) => {
      await first(stage);
      const { context, clock } = stage;
      const [application = ''] = context.pool.names;
      await context.pool.provider(application).create({
        token: roomToken(context.deployment, 'nobody', 1),
        settings: { display_name: 'x' },
        expiresAt: clock.now + 30 * DAY,
      });
      clock.now += 2 * HOUR;
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, ports),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
];

/** Rooms live by their use, and deleted rooms are in a trash. */
const LIVING_BY_USE: WorldOptions = { capabilities: { livesByUse: 365 * DAY }, trash: true };

/** Operations for a provider whose rooms live by their use. */
export const OF_ROOMS_BY_USE: readonly Operation[] = [
  {
    name: 'reconcile a room that is in use',
    options: LIVING_BY_USE,
    prepare: async (stage) => {
      await ensureRoom(aRequest(), stage.context);
      stage.clock.now += 100 * DAY;
      stage.enter?.((await stage.row('weekly')).current?.id ?? '');
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, ports),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'reconcile a room that somebody deleted',
    options: LIVING_BY_USE,
    prepare: async (stage) => {
      await ensureRoom(aRequest(), stage.context);
      stage.clock.now += 2 * HOUR;
      stage.lose((await stage.row('weekly')).current?.id ?? '');
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, ports),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
];

/** A reconciliation, and the workers that take what it nominates. */
export async function reconcileAndKeep(
  stage: Stage,
  ports: RoomContext & ReconciliationContext,
): Promise<void> {
  await reconcileRooms({ applications: ports.pool.names }, ports);
  for (let order = stage.nextOrder(); order; order = stage.nextOrder()) {
    await rotateRoom(order, ports);
    stage.doneWithOrder();
  }
}
