import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventBus, SOURCE } from '../../functions/adapters/event-bus.ts';
import { eventBridgeAt } from '../../local/engines/services.ts';
import { EventBuses } from '../../local/fakes/buses.ts';
import { Secrets } from '../../local/fakes/secrets.ts';
import { type FakeServer, startFakes } from '../../local/fakes/server.ts';
import { Targets } from '../../local/fakes/targets.ts';
import { aLiveRoom, aRoom, START } from '../support/rooms.ts';

const BUS = 'team';
const place = { stackName: 'test', region: 'local', account: '000000000000' };
const nobody = { queue: () => undefined, function: () => undefined, bus: () => undefined, warn: () => {} };

let buses: EventBuses;
let server: FakeServer;

beforeAll(async () => {
  buses = new EventBuses(place, new Targets(nobody));
  buses.addBus(BUS);
  server = await startFakes(new Secrets(), buses);
});

beforeEach(() => {
  buses.seen.length = 0;
  buses.fault = undefined;
});

afterAll(async () => {
  await server.stop();
});

const bus = () =>
  eventBus(eventBridgeAt(server.endpoint), { bus: BUS, deployment: 'abcde', now: () => START });
const announcement = { type: 'Room Rotated', reason: 'renewal' } as const;

test('an announcement says all that a team needs, and how to tell older news from newer', async () => {
  const previous = aLiveRoom({ id: 'older' });
  await bus().announce(
    aRoom({ revision: 7, generation: 2, previous, origin: { event: 'e1' } }),
    announcement,
  );
  expect(buses.seen).toMatchObject([
    {
      bus: BUS,
      event: {
        source: SOURCE,
        'detail-type': 'Room Rotated',
        time: '2027-03-01T12:00:00Z',
        detail: {
          deployment: 'abcde',
          key: 'weekly',
          generation: 2,
          revision: 7,
          state: 'active',
          reason: 'renewal',
          room: { guestUrl: aLiveRoom().guestUrl, expiresAt: '2027-05-30T12:00:00.000Z' },
          previous: { id: 'older' },
          origin: { event: 'e1' },
        },
      },
    },
  ]);
});

test('an entry that the bus refuses fails the announcement, although the call succeeded', async () => {
  buses.fault = () => ({ code: 'ThrottlingException', message: 'too fast' });
  await expect(bus().announce(aRoom(), announcement)).rejects.toThrow(
    'the event bus team refused "Room Rotated": ThrottlingException too fast',
  );
  expect(buses.seen).toEqual([]);
});
