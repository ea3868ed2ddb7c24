import { createPublicKey } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { DAY, journey } from '../journey/journey.ts';
import { type Alarms, alarmsOf } from '../support/alarms.ts';

const HOUR = DAY / 24;
const MINUTE = HOUR / 60;
const DEPLOYMENT = 'k3x7q';
const PLANS = 'RotationPlannerInboxQueue';
const RECONCILIATIONS = 'ReconciliationWorkerInboxQueue';

const system = journey({ deployment: DEPLOYMENT });
let roomsAsked = 0;

const now = () => system().stack.clock.now();

let alarms: Alarms;
beforeAll(() => {
  alarms = alarmsOf(system());
});

const ringing = (at?: number) => alarms.ringing(at);
const rangSince = (start: number) => alarms.rangSince(start);
const ringsSince = (start: number, heading: string) => alarms.ringsSince(start, heading);
const ofAws = (...metric: Parameters<Alarms['ofAws']>) => alarms.ofAws(...metric);

function queueNamed(part: string) {
  const queue = system()
    .stack.queues.all()
    .find(({ name }) => name.includes(part));
  if (!queue) throw new Error(`there is no queue ${part}`);
  return queue;
}

/** Sends `{}` or something else into the inbox of a function, and waits until all that came of it is over. */
async function run(inbox: string, body = '{}'): Promise<void> {
  queueNamed(inbox).send(body);
  await system().stack.settle();
}

async function askForRooms(count: number, more: object = { lifetime: 'P30D' }): Promise<string[]> {
  const { doors, stack } = system();
  const keys = Array.from({ length: count }, () => `room-${roomsAsked++}`);
  for (const key of keys) await doors.send(JSON.stringify({ key, display_name: key, ...more }));
  await stack.settle();
  return keys;
}

const pass = (time: number) => system().stack.turnTo(now() + time);

beforeEach(async () => {
  // Every story begins at a noon of its own, after nights that were as they should be.
  await system().stack.turnTo(Math.ceil(now() / DAY + 1) * DAY + DAY / 2);
  expect(ringing()).toEqual([]);
});

afterEach(async () => {
  const { doors, stack, emulator } = system();
  emulator.faults.clear();
  await stack.settle();
  // rooms that nobody looks at any more would be renewed in all the nights to come
  for (const { key, state } of await doors.rooms()) {
    if (state !== 'cancelled') await doors.send(JSON.stringify({ key, action: 'cancel' }));
  }
  await stack.settle();
  for (const queue of stack.deadLetterQueues()) {
    for (const { receiptHandle } of queue.receive(1000)) queue.delete(receiptHandle);
  }
});

describe('what waits or rests', () => {
  test('rings when a request can never be met', async () => {
    await askForRooms(1, { lifetime: 'tomorrow' });
    expect(ringing()).toEqual(['Requests rest in a dead-letter queue']);
  });

  test.each([
    ['Rotations', 'RotationWorkerInboxQueue'],
    ['Plans', PLANS],
    ['Reconciliations', RECONCILIATIONS],
  ])('rings when one of the %s makes no sense', async (what, inbox) => {
    await run(inbox, 'nonsense');
    expect(ringing()).toEqual([`${what} rest in a dead-letter queue`]);
  });

  test('rings when the bus or a schedule could not deliver', () => {
    queueNamed('RoomsUndelivered').send('{}');
    expect(ringing()).toEqual(['Events or schedules were not delivered']);
  });

  test('rings when the rotation of a secret failed', () => {
    const queue = queueNamed('FailedSecretRotations');
    queue.send('{}');
    expect(ringing()).toEqual(['The rotation of a secret fails']);
    for (const { receiptHandle } of queue.receive(1)) queue.delete(receiptHandle);
  });

  test.each([
    ['Requests', 'RequestsInboxQueue', 0.5],
    ['Rotations', 'RotationWorkerInboxQueue', 2],
    ['Plans', PLANS, 1],
    ['Reconciliations', RECONCILIATIONS, 4],
  ])('rings when the oldest of the %s waits for too long', (what, inbox, patience) => {
    const age = { QueueName: queueNamed(inbox).name };
    ofAws('AWS/SQS', 'ApproximateAgeOfOldestMessage', age, patience * 3600 - 1);
    expect(ringing()).toEqual([]);
    ofAws('AWS/SQS', 'ApproximateAgeOfOldestMessage', age, patience * 3600);
    expect(ringing()).toEqual([`${what} wait too long`]);
  });

  test('rings when a delivery is lost altogether, by the bus or by a schedule', () => {
    const { resources } = system().stack.template;
    const rules = resources.filter(({ logicalId }) => logicalId.includes('RequestsRule'));
    for (const { properties } of rules) {
      const { Name: RuleName = '', EventBusName = '' } = properties as Record<string, string>;
      ofAws('AWS/Events', 'InvocationsFailedToBeSentToDlq', { RuleName, EventBusName }, 1);
    }
    expect(ringing()).toEqual(['Deliveries were dropped']);
  });

  test('rings when functions end without an answer', () => {
    for (const { definition } of system().stack.functions) {
      ofAws('AWS/Lambda', 'Errors', { FunctionName: definition.name }, 1);
    }
    expect(ringing()).toEqual(['A function crashes']);
  });
});

describe('the provider', () => {
  test('rings when it refuses our credentials', async () => {
    const { emulator, credential: privateKey, provider } = system();
    const { applicationId = '' } = provider.application;
    const began = now();
    emulator.distrust(applicationId);
    await askForRooms(1);
    emulator.trust(applicationId, createPublicKey(privateKey));
    expect(rangSince(began)).toContain('The provider refuses our credentials');
  });

  test('rings when it throttles calls, and no message is given up for that', async () => {
    const began = now();
    system().emulator.faults.add({ fault: 'throttle', times: 200, retryAfter: 60 });
    await askForRooms(20);
    expect(rangSince(began)).toContain('The provider throttles calls');
    expect(system().deadLetters()).toEqual([]);
  });

  test('rings when it fails, and so do the requests that fail with it', async () => {
    const began = now();
    system().emulator.faults.add({ fault: 'status', status: 500, times: 50 });
    await askForRooms(20);
    expect(rangSince(began)).toEqual(expect.arrayContaining(['The provider fails', 'Requests fail']));
    expect(system().deadLetters()).toEqual([]);
  });

  test('rings once in an outage of a day, and nobody is needed afterwards', async () => {
    const began = now();
    system().emulator.faults.add({ fault: 'status', status: 503, times: 'always' });
    const { doors, stack } = system();
    for (const key of ['waits-1', 'waits-2', 'waits-3']) {
      await doors.send(JSON.stringify({ key, display_name: key, lifetime: 'P30D' }));
    }
    // what waits is followed for a day
    await pass(MINUTE);
    system().emulator.faults.clear();
    await stack.settle();
    expect(ringsSince(began, 'Requests wait too long')).toBe(1);
    expect(ringsSince(began, 'Requests fail')).toBeLessThanOrEqual(1);
    expect(system().deadLetters()).toEqual([]);
    expect((await system().room('waits-3')).state).toBe('active');
  });

  test('rings when every application is full', async () => {
    const full = { name: 'ForbiddenError', status: 403, message: 'The maximum number of rooms was exceeded' };
    system().emulator.faults.add({ fault: 'status', status: 403, body: full, on: 'POST /rooms', times: 1 });
    await askForRooms(1);
    expect(ringing()).toContain('Every application is full');
  });
});

describe('rotation', () => {
  test('rings when it fails, and when rooms are about to end for that', async () => {
    await askForRooms(2, { lifetime: 'P3D' });
    const began = now();
    for (const on of ['POST /rooms', 'PATCH /rooms/:id'])
      system().emulator.faults.add({ fault: 'status', status: 500, on, times: 'always' });
    await pass(3 * DAY - HOUR);
    queueNamed(PLANS).send('{}');
    await system().stack.quiet();
    expect(rangSince(began)).toEqual(
      expect.arrayContaining(['Rotations fail', 'Rotations wait too long', 'Rooms are about to end']),
    );
  });

  test('rings when a room that somebody holds is about to end', async () => {
    const [key] = await askForRooms(1, { lifetime: 'P2D' });
    await system().ask({ key, action: 'hold' });
    await pass(2 * DAY - HOUR);
    await run(PLANS);
    expect(ringing()).toEqual(['Held rooms are about to end']);
    await system().ask({ key, action: 'cancel' });
  });

  test('rings when nothing was planned for longer than the schedule allows', () => {
    const heard = system().stack.logs.filter(({ line }) => line.includes('"PlannerHeartbeat"'));
    const last = heard.at(-1)?.at ?? 0;
    expect(ringing(last + 26 * HOUR)).toEqual([]);
    expect(ringing(last + 28 * HOUR)).toEqual(['The planner is silent']);
  });
});

describe('reconciliation', () => {
  test('rings when it fails', async () => {
    const began = now();
    system().emulator.faults.add({ fault: 'status', status: 500, times: 'always' });
    await run(RECONCILIATIONS);
    expect(rangSince(began)).toEqual(
      expect.arrayContaining(['Reconciliation fails', 'Reconciliations wait too long']),
    );
  });

  test('tells of its silence, too', () => {
    expect(alarms.silent(now())).toEqual([]);
    expect(alarms.silent(now() + 48 * HOUR)).toEqual(['Reconciliation is silent']);
  });

  test('rings when a room of ours is not there any more', async () => {
    const [key = ''] = await askForRooms(1);
    await pass(2 * HOUR);
    const { guestUrl } = await system().room(key);
    const lost = system()
      .emulator.rooms()
      .find(({ id }) => guestUrl?.includes(system().emulator.room(id)?.meetingCode ?? '?'));
    system().emulator.removeRoom(lost?.id ?? '');
    await run(RECONCILIATIONS);
    expect(ringing()).toEqual(['Rooms were lost']);
  });

  test('rings when a room carries our mark that no row knows', async () => {
    const { emulator, provider } = system();
    emulator.addRoom(provider.application.applicationId ?? '', {
      display_name: 'Ghost',
      type: 'long_term',
      expires_at: system().inDays(30),
      metadata: roomToken(DEPLOYMENT, 'ghost', 1),
    });
    await pass(2 * HOUR);
    await run(RECONCILIATIONS);
    expect(ringing()).toEqual(['Rooms were found that no row knows']);
  });

  test('rings and ends nothing when most rooms carry our mark that no row knows', async () => {
    const { emulator, provider } = system();
    const made = Array.from({ length: 11 }, (_, index) =>
      emulator.addRoom(provider.application.applicationId ?? '', {
        display_name: 'Ghost',
        type: 'long_term',
        expires_at: system().inDays(30),
        metadata: roomToken(DEPLOYMENT, `ghost-${index}`, 1),
      }),
    );
    await pass(2 * HOUR);
    await run(RECONCILIATIONS);
    expect(ringing()).toEqual(['Reconciliation waits for a person', 'Rooms were found that no row knows']);
    for (const { id } of made) emulator.removeRoom(id);
    await run(RECONCILIATIONS);
  });

  test('rings when an application is nearly full', async () => {
    const { emulator, provider } = system();
    const made = Array.from({ length: 801 }, () =>
      emulator.addRoom(provider.application.applicationId ?? ''),
    );
    await run(RECONCILIATIONS);
    expect(ringing()).toEqual(['An application is nearly full']);
    for (const { id } of made) emulator.removeRoom(id);
  });
});
