import { rotateNow, rotateRoom } from '../../functions/rooms/actions/rotate.ts';
import { serveRequest } from '../../functions/rooms/actions/serve.ts';
import type { RoomContext } from '../../functions/rooms/lifecycle/context.ts';
import { AmbiguousOutcomeError } from '../../functions/rooms/model/errors.ts';
import type { RoomRequest } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { alteredProvider, withEmptyList, withOtherAccount } from './altered-provider.ts';
import { first, movable, type Operation, reconcileAndKeep, type Work } from './operations.ts';
import { movedBySqs } from './redrive.ts';
import { aSpec } from './rooms.ts';
import type { Stage } from './stage.ts';
import { aRequest } from './world.ts';

/** The error of a message during an outage. */
class Outage extends AmbiguousOutcomeError {}

const fails = () => Promise.reject(new Outage('nothing answers'));

/** The provider does not answer; a create may still have its effect. */
const withoutProvider = <T extends RoomContext>(ports: T, effect: 'none' | 'create'): T =>
  alteredProvider(ports, (provider) => ({
    create: effect === 'none' ? fails : (order) => provider.create(order).then(fails),
    find: fails,
    get: fails,
    change: fails,
    retire: fails,
  }));

const withoutBus = <T extends RoomContext>(ports: T): T => ({
  ...ports,
  events: { ...ports.events, announce: fails, report: fails },
});

/**
 * Delivers a message during an outage, and again every twelve hours until the outage is over. A process that
 * crashes continues at the same place.
 */
function throughADay(
  { clock }: Stage,
  out: <T extends RoomContext & Parameters<Work>[0]>(ports: T) => T,
  work: Work,
  during: (ports: Parameters<Work>[0]) => Promise<void> = async () => {},
): Work {
  const until = clock.now + DAY;
  return async (ports) => {
    while (clock.now < until) {
      await work(out(ports)).catch((error) => {
        if (!(error instanceof Outage)) throw error;
      });
      clock.now += DAY / 2;
      await during(ports);
    }
    return work(ports);
  };
}

/** A room that ends within the day unless it is renewed. */
const endsSoon =
  (mode: 'recreate' | 'extend') =>
  async ({ context, clock }: Stage) => {
    await serveRequest(aRequest({ spec: aSpec({ lifetime: 3 * DAY, renewal: { mode } }) }), context);
    clock.now += 2.25 * DAY;
  };

/** The same, with an announcement on its row that the bus did not accept. */
const endsSoonUntold = (mode: 'recreate' | 'extend') => async (stage: Stage) => {
  await endsSoon(mode)(stage);
  await serveRequest(aRequest({ action: 'relink' }), withoutBus(stage.context)).catch(() => {});
};

const asking =
  (request: RoomRequest): Work =>
  (ports) =>
    serveRequest(request, ports);

/** Executes what the planner nominates at that time. */
const keeping =
  (stage: Stage): Work =>
  async (ports) => {
    const { generation } = await stage.row('weekly');
    return rotateRoom({ key: 'weekly', generation, cause: 'due' }, ports);
  };

/** In every outage the key must have a room. */
const mustLive = async ({ row, clock }: Stage) => {
  const { current } = await row('weekly');
  if ((current?.expiresAt ?? 0) <= clock.now) throw new Error('the room ended in the outage');
};

/** The room was found and adopted: a second one would live until reconciliation ends it. */
const mustBeOne =
  (stage: Stage, work: Work): Work =>
  async (ports) => {
    await work(ports);
    if (stage.kept().length !== 1) throw new Error(`the key has ${stage.kept().length} rooms`);
  };

/** Enough rooms that the brake of reconciliation holds if all are lost. */
const ROOMS = 12;

/** Delivers a request, and the same message once more by SQS's own redrive. */
const twice = (stage: Stage, request: RoomRequest): Work => {
  return async (ports) => {
    await serveRequest(request, ports);
    await serveRequest(await movedBySqs(request, stage.clock.now), ports);
  };
};

/** Problems that last, in addition to a process that crashes. */
export const SITUATIONS: readonly Operation[] = [
  {
    name: 'create in a day without the bus',
    work: (stage) => throughADay(stage, withoutBus, asking(aRequest()), () => mustLive(stage)),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'renew in a day without the bus',
    prepare: endsSoonUntold('recreate'),
    work: (stage) => throughADay(stage, withoutBus, keeping(stage), () => mustLive(stage)),
    expected: { state: 'active', generation: 2, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'extend in a day without the bus',
    needs: movable,
    prepare: endsSoonUntold('extend'),
    work: (stage) => throughADay(stage, withoutBus, keeping(stage), () => mustLive(stage)),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Updated',
  },
  {
    name: 'create in a day without the provider',
    work: (stage) => throughADay(stage, (ports) => withoutProvider(ports, 'none'), asking(aRequest())),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'create in a day without the provider, which made the room all the same',
    work: (stage) => {
      const creating = asking(aRequest());
      return mustBeOne(
        stage,
        throughADay(stage, (ports) => withoutProvider(ports, 'create'), creating),
      );
    },
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'renew in a day without the provider',
    prepare: endsSoon('recreate'),
    work: (stage) => throughADay(stage, (ports) => withoutProvider(ports, 'none'), keeping(stage)),
    // it is unknown whether the second room was created, and the key cannot wait
    expected: { state: 'active', generation: 3, kept: 1 },
    announced: 'Room Rotated',
  },
  {
    name: 'cancel in a day without the provider',
    prepare: first,
    work: (stage) => {
      const cancelling = asking(aRequest({ action: 'cancel' }));
      return throughADay(stage, (ports) => withoutProvider(ports, 'none'), cancelling);
    },
    expected: { state: 'cancelled', generation: 1, kept: 0 },
    announced: 'Room Cancelled',
  },
  {
    name: 'reconcile while the list is empty',
    prepare: async (stage) => {
      await first(stage);
      stage.clock.now += 2 * HOUR;
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, withEmptyList(ports)),
    expected: { state: 'active', generation: 1, kept: 1 },
    announced: 'Room Created',
  },
  {
    name: 'reconcile with the key of another account',
    prepare: async (stage) => {
      await first(stage);
      for (let other = 1; other < ROOMS; other += 1) {
        await serveRequest(aRequest({ key: `other-${other}` }), stage.context);
      }
      stage.clock.now += 2 * HOUR;
    },
    work: (stage) => async (ports) => {
      await reconcileAndKeep(stage, withOtherAccount(ports));
      await reconcileAndKeep(stage, ports);
    },
    expected: { state: 'active', generation: 1, kept: ROOMS },
    announced: 'Room Created',
  },
  {
    name: 'reconcile a table that was restored',
    prepare: async (stage) => {
      await first(stage);
      const restore = await stage.backUp();
      await rotateNow(aRequest({ action: 'rotate' }), stage.context);
      await restore();
      stage.clock.now += 2 * HOUR;
    },
    work: (stage) => (ports) => reconcileAndKeep(stage, ports),
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
  {
    name: 'cancel, and ask once more by a redrive of SQS for what was there before',
    work: (stage) => {
      const ask = aRequest();
      const cancel = aRequest({ action: 'cancel' });
      return async (ports) => {
        await serveRequest(ask, ports);
        await serveRequest(cancel, ports);
        await serveRequest(await movedBySqs(ask, stage.clock.now), ports);
      };
    },
    expected: { state: 'cancelled', generation: 1, kept: 0 },
    announced: 'Room Cancelled',
  },
  {
    name: 'rotate by hand, and once more by a redrive of SQS',
    prepare: first,
    work: (stage) => twice(stage, aRequest({ action: 'rotate' })),
    expected: { state: 'active', generation: 2, kept: 2 },
    announced: 'Room Rotated',
  },
];
