import { describe, expect, test } from 'vitest';
import { type GoogleCalendar, startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { googleCalendar } from '../../functions/adapters/calendars/google/system.ts';
import type { GoogleConnection } from '../../functions/connections/connection.ts';
import { HOUR } from '../../functions/rooms/model/time.ts';
import { type Planned, Reader } from './reading.ts';
import { ANNA, BOB, readsCalendars, type World } from './reading-suite.ts';

const ROBOT = 'rooms@project.iam.gserviceaccount.com';

const KEYS = [newKeyPair(), newKeyPair()] as const;

const timeOf = (instant: number) => ({
  dateTime: new Date(instant).toISOString().replace('.000', ''),
  timeZone: 'UTC',
});

/** Google's words for what a person writes. */
function wordsOf({ title, place, description, attendees, isPrivate, start, hours = 1, weeks }: Planned) {
  return {
    ...(title !== undefined && { summary: title }),
    ...(place !== undefined && { location: place }),
    ...(description !== undefined && { description }),
    ...(attendees && { attendees: attendees.map((email) => ({ email })) }),
    ...(isPrivate && { visibility: 'private' }),
    ...(start && {
      start: timeOf(Date.parse(start)),
      end: timeOf(Date.parse(start) + hours * 3_600_000),
    }),
    ...(weeks && { recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${weeks}`] }),
  };
}

interface GoogleWorld extends World {
  readonly emulator: GoogleCalendar;
}

async function start(now: () => number, settings: Partial<GoogleConnection> = {}): Promise<GoogleWorld> {
  const emulator = await startGoogleCalendar({
    now,
    rateLimits: false,
    serviceAccounts: [{ email: ROBOT, publicKeys: { first: KEYS[0].publicKey }, delegates: [ANNA, BOB] }],
    calendars: [ANNA, BOB].map((id) => ({ id, sharedWith: { [ROBOT]: 'writer' } })),
  });
  const keyFile = (key: 0 | 1) =>
    JSON.stringify({
      client_email: ROBOT,
      private_key: KEYS[key].privateKey,
      private_key_id: key === 0 ? 'first' : 'second',
      token_uri: emulator.tokenUrl,
    });
  const versions: Record<string, string> = { AWSCURRENT: keyFile(0) };
  const connection: GoogleConnection = {
    name: 'team',
    kind: 'google',
    secret: 'connection/team',
    calendars: [ANNA, BOB],
    which: 'all',
    writeBack: 'off',
    baseUrl: emulator.url,
    ...settings,
  };
  const secrets = { read: async (_: string, stage = 'AWSCURRENT') => versions[stage] };
  const container = () => googleCalendar(connection, { secrets, now });
  return {
    emulator,
    connection,
    system: container(),
    container,
    pageSize: 250,
    person: {
      add: (event, calendar = ANNA) => emulator.add(calendar, wordsOf(event)),
      edit: (id, changes, calendar = ANNA) => emulator.edit(calendar, id, wordsOf(changes)),
      remove: (id, calendar = ANNA) => emulator.remove(calendar, id),
      restore: (id) => emulator.edit(ANNA, id, { status: 'confirmed' }),
      editOccurrence: (id, original, changes) =>
        void emulator.editOccurrence(ANNA, id, timeOf(Date.parse(original)), wordsOf(changes)),
      cancelOccurrence: (id, original) =>
        void emulator.editOccurrence(ANNA, id, timeOf(Date.parse(original)), { status: 'cancelled' }),
    },
    expireCursors: () => emulator.expireSyncTokens(ANNA),
    tearList: () =>
      void emulator.faults.add({ fault: 'garbled-body', on: 'GET /calendars/*/events', skip: 1 }),
    calls: () => emulator.calls.all.length,
    rotateCredential() {
      emulator.trust(ROBOT, 'second', KEYS[1].publicKey);
      emulator.distrust(ROBOT, 'first');
      versions.AWSCURRENT = keyFile(1);
    },
    refuseAll: () => emulator.distrust(ROBOT),
    close: () => emulator.close(),
  };
}

readsCalendars(start);

const NOW = Date.parse('2027-01-15T10:00:00Z');

describe('a list of everything that is longer than an invocation', () => {
  const fill = (world: GoogleWorld) => {
    for (let n = 0; n < 250; n += 1)
      world.person.add({ title: `Meeting ${n} #room`, start: '2027-03-01T09:00:00Z' });
  };

  test('has the exceptions of a series that is on a later page', async () => {
    const world = await start(() => NOW, { which: 'marked' });
    const { person } = world;
    const id = person.add({ title: 'Weekly', start: '2027-03-01T09:00:00Z', weeks: 4 });
    person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
    person.editOccurrence(id, '2027-03-15T09:00:00Z', { title: 'Weekly, otherwise' });
    fill(world);
    person.edit(id, { place: '#room' });
    const reader = new Reader(world.connection, world.system, () => NOW);
    reader.timeFor = 0;
    expect(await reader.readAll(world.container)).toHaveLength(2);
    expect(await reader.rooms()).toMatchObject({ Weekly: '2027-03-25T10:00' });
    expect(reader.memory?.events).toHaveLength(253);
    await world.close();
  });

  test('remembers nothing of a series that gets no room', async () => {
    const world = await start(() => NOW, { which: 'marked' });
    const { person } = world;
    const id = person.add({ title: 'Weekly', start: '2027-03-01T09:00:00Z', weeks: 4 });
    person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
    fill(world);
    person.edit(id, { title: 'Weekly, renamed' });
    const reader = new Reader(world.connection, world.system, () => NOW);
    reader.timeFor = 0;
    await reader.readAll(world.container);
    expect(reader.memory?.events).toHaveLength(250);
    await world.close();
  });
});

test('the one occurrence to which a guest is invited loses its room, also if only a list of everything shows that', async () => {
  let now = NOW;
  const world = await start(() => now);
  const { person, emulator } = world;
  const series = person.add({ title: 'Weekly', start: '2027-03-01T09:00:00Z', weeks: 4 });
  const original = '2027-03-15T09:00:00Z';
  person.editOccurrence(series, original, { title: 'With Bob', attendees: [BOB] });
  const bob = new Reader(world.connection, world.system, () => now, { calendar: 1 });
  await bob.read();
  expect(await bob.rooms()).toEqual({ 'With Bob': '2027-03-15T10:00' });
  now += HOUR;
  emulator.expireSyncTokens(BOB);
  expect(await bob.read()).toMatchObject({ full: true, sent: 0, cancelled: 0 });
  now += HOUR;
  emulator.remove(BOB, String(bob.memory?.events[0]?.id));
  emulator.expireSyncTokens(BOB);
  expect(await bob.read()).toMatchObject({ full: true, cancelled: 1 });
  expect(Object.values(await bob.rooms())).toEqual(['cancelled']);
  await world.close();
});

test('an event of whole days that is asked for by itself has the zone of its calendar, as in a list', async () => {
  const world = await start(() => NOW);
  const days = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } };
  const id = world.emulator.add(ANNA, { summary: 'Day', ...days });
  const reader = new Reader(world.connection, world.system, () => NOW);
  await reader.read();
  const zones = () => reader.sent.map((body) => JSON.parse(body).detail.timeZone);
  await reader.read(id);
  expect(zones()).toEqual(['Europe/Berlin', 'Europe/Berlin']);
  // also within a reading that is not finished
  for (let n = 0; n < 251; n += 1) world.person.add({ title: `Meeting ${n}`, start: '2027-03-01T09:00:00Z' });
  reader.timeFor = 0;
  const { next } = await reader.read();
  reader.sent.length = 0;
  await reader.read(id);
  expect([next, zones()]).toEqual([1, ['Europe/Berlin']]);
  await world.close();
});

test('acts for the owner of each calendar by delegation', async () => {
  const world = await start(Date.now, { actAs: 'owner' });
  const { emulator, system } = world;
  emulator.share(ANNA, ROBOT, undefined);
  emulator.add(ANNA, wordsOf({ title: 'Meeting', start: '2027-03-01T09:00:00Z' }));
  expect((await system.changes(ANNA))?.events).toHaveLength(1);
  expect(emulator.calls.all.at(-1)?.account).toBe(ANNA);
  await world.close();
});

test('tells what to do about a calendar that is not shared, without its address', async () => {
  const world = await start(Date.now);
  world.emulator.share(BOB, ROBOT, undefined);
  const error = await world.system.changes(BOB).then(String, String);
  expect(error).toContain('share the calendar with the service account');
  expect(error).not.toContain(BOB);
  await world.close();
});

test('waits as long as Google asks for, in each of the words for a quota, and sends nothing meanwhile', async () => {
  let now = NOW;
  const world = await start(() => now);
  world.emulator.faults.add({ fault: 'throttle', retryAfter: 7, on: 'GET /calendars/*/events' });
  await expect(world.system.changes(ANNA)).rejects.toMatchObject({ code: 'throttled', retryAfter: 7000 });
  const calls = world.calls();
  await expect(world.system.changes(BOB)).rejects.toMatchObject({ code: 'throttled', retryAfter: 7000 });
  expect(world.calls()).toBe(calls);
  now += 7000;
  world.emulator.faults.add({
    fault: 'status',
    status: 403,
    body: { error: { code: 403, errors: [{ domain: 'usageLimits', reason: 'userRateLimitExceeded' }] } },
    on: 'GET /calendars/*/events',
  });
  await expect(world.system.changes(ANNA)).rejects.toMatchObject({ code: 'throttled', retryAfter: 60_000 });
  expect(world.calls()).toBe(calls + 1);
  await world.close();
});

test.each([
  ['all calendars, with a service account', {}, 60_000],
  ['each calendar, by delegation', { actAs: 'owner' }, 0],
] as const)('writes have one quota for %s', async (_, settings, waitOfBob) => {
  const world = await start(() => NOW, settings);
  const waits = (calendar: string, writes: number) => {
    const wait = { retryAfter: 0 };
    try {
      for (let write = 0; write < writes; write += 1) world.system.admit(calendar, false);
    } catch (error) {
      Object.assign(wait, error);
    }
    return wait.retryAfter;
  };
  // two containers have nine tenths of 600 calls, and a write has two
  expect([waits(ANNA, 135), waits(ANNA, 1), waits(BOB, 1)]).toEqual([0, 60_000, waitOfBob]);
  await world.close();
});

test('a write is conditional, mails nobody, and tells what became of it', async () => {
  const world = await start(Date.now);
  const { emulator, system } = world;
  const id = emulator.add(
    ANNA,
    wordsOf({ title: 'Meeting', start: '2027-03-01T09:00:00Z', attendees: [BOB] }),
  );
  const change = { format: 'google', event: { location: 'https://rooms.example/1' } } as const;
  const [event] = await system.read(ANNA, id);
  const version = event?.version ?? '';
  expect(await system.write(ANNA, { id, version }, change)).toBe('written');
  expect(await system.write(ANNA, { id, version }, change)).toBe('conflict');
  const [copy] = await system.read(BOB, id);
  expect(
    await system.write(BOB, { id, version: copy?.version ?? '' }, { ...change, event: { location: 'x' } }),
  ).toBe('ignored');
  emulator.share(BOB, ROBOT, 'reader');
  expect(await system.write(BOB, { id, version: copy?.version ?? '' }, change)).toBe('refused');
  emulator.remove(ANNA, id);
  expect(await system.read(ANNA, id)).toEqual([]);
  expect(emulator.mails).toEqual([]);
  expect(emulator.event(ANNA, id)?.attendees).toEqual([{ email: BOB }]);
  await world.close();
});
