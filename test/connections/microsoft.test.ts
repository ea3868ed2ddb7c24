import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Switches } from '../../emulators/graph/choices.ts';
import { type Graph, type GraphOptions, startGraph } from '../../emulators/graph/graph.ts';
import { microsoftCalendar } from '../../functions/adapters/calendars/microsoft/system.ts';
import type { MicrosoftConnection } from '../../functions/connections/connection.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import { ThrottledError, UnauthorizedError } from '../../functions/rooms/model/errors.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { selfSigned } from '../support/certificate.ts';
import { type Planned, Reader } from './reading.ts';
import { ANNA, BOB, readsCalendars, type World } from './reading-suite.ts';

const APP = { tenant: 'contoso', client: 'app-1' };

const CONNECTION: MicrosoftConnection = {
  ...APP,
  name: 'team',
  kind: 'microsoft',
  secret: 'connection/team',
  calendars: [ANNA, BOB],
  which: 'all',
  writeBack: 'off',
};

const timeOf = (instant: number) => ({
  dateTime: new Date(instant).toISOString().slice(0, 19),
  timeZone: 'UTC',
});
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Microsoft's words for what a person writes. */
function wordsOf({ title, place, description, attendees, isPrivate, start, hours = 1, weeks }: Planned) {
  const first = Date.parse(start ?? '');
  return {
    ...(title !== undefined && { subject: title }),
    ...(place !== undefined && { location: { displayName: place } }),
    ...(description !== undefined && { body: { contentType: 'html', content: `<p>${description}</p>` } }),
    ...(attendees && { attendees: attendees.map((address) => ({ emailAddress: { address } })) }),
    ...(isPrivate && { sensitivity: 'private' }),
    ...(start && { start: timeOf(first), end: timeOf(first + hours * 3_600_000) }),
    ...(weeks && {
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: [DAYS[new Date(first).getUTCDay()]] },
        range: {
          type: 'numbered',
          startDate: start?.slice(0, 10),
          numberOfOccurrences: weeks,
          recurrenceTimeZone: 'UTC',
        },
      },
    }),
  };
}

interface MicrosoftWorld extends World {
  readonly emulator: Graph;
}

async function start(now: () => number, switches: Partial<Switches> = {}): Promise<MicrosoftWorld> {
  const emulator = await startGraph({
    now,
    rateLimits: false,
    app: { ...APP, secrets: ['first-secret'] },
    mailboxes: [ANNA, BOB],
    switches,
  });
  let secret = 'first-secret';
  const connection: MicrosoftConnection = {
    ...CONNECTION,
    baseUrl: emulator.url,
    loginUrl: emulator.loginUrl,
  };
  const secrets = {
    read: async (_: string, stage = 'AWSCURRENT') => (stage === 'AWSCURRENT' ? secret : undefined),
  };
  const container = () => microsoftCalendar(connection, { secrets, now });
  return {
    emulator,
    connection,
    system: container(),
    container,
    pageSize: 250,
    person: {
      add: (event, calendar = ANNA) => emulator.add(calendar, wordsOf(event)),
      edit: (id, changes, calendar = ANNA) => emulator.edit(calendar, id, wordsOf(changes)),
      // a guest's copy has an id of its own
      remove: (id, calendar = ANNA) =>
        emulator.remove(calendar, calendar === ANNA ? id : (emulator.copies(calendar)[0] ?? '')),
      restore: (id) => emulator.restore(ANNA, id),
      editOccurrence: (id, original, changes) =>
        emulator.editOccurrence(ANNA, id, Date.parse(original), wordsOf(changes)),
      cancelOccurrence: (id, original) => emulator.cancelOccurrence(ANNA, id, Date.parse(original)),
    },
    expireCursors: () => emulator.expireLinks(ANNA),
    tearList: () =>
      void emulator.faults.add({ fault: 'garbled-body', on: 'GET /users/*/calendarView/delta', skip: 1 }),
    calls: () => emulator.calls.all.length,
    rotateCredential() {
      emulator.distrust();
      emulator.trust('second-secret');
      secret = 'second-secret';
    },
    refuseAll: () => emulator.distrust(),
    close: () => emulator.close(),
  };
}

readsCalendars(start);

const NOW = Date.parse('2027-01-15T10:00:00Z');
const weekly = wordsOf({ title: 'Weekly', start: '2027-03-01T09:00:00Z', weeks: 4 });

test.each<[string, Partial<Switches>]>([
  ['leaves out the series themselves', { mastersInDelta: false }],
  ['shows occurrences whole', { plainOccurrences: 'full' }],
  ['ends its links with a 400', { staleLink: 400 }],
])('reads a series where the delta %s', async (_, switches) => {
  let now = NOW;
  const world = await start(() => now, switches);
  const { emulator } = world;
  const reader = new Reader(world.connection, world.system, () => now);
  const id = emulator.add(ANNA, weekly);
  await reader.read();
  now += HOUR;
  emulator.editOccurrence(
    ANNA,
    id,
    Date.parse('2027-03-22T09:00:00Z'),
    wordsOf({ start: '2027-03-25T09:00:00Z' }),
  );
  await reader.read();
  now += HOUR;
  expect(await reader.rooms()).toEqual({ Weekly: '2027-03-25T10:00' });
  emulator.expireLinks(ANNA);
  emulator.cancelOccurrence(ANNA, id, Date.parse('2027-03-22T09:00:00Z'));
  await reader.read();
  expect(Object.values(await reader.rooms())).toEqual(['2027-03-15T10:00']);
  await world.close();
});

test('an event that leaves the window of the reading is moved, and not cancelled', async () => {
  const world = await start(() => NOW);
  const reader = new Reader(world.connection, world.system, () => NOW);
  const id = world.emulator.add(ANNA, wordsOf({ title: 'Meeting', start: '2027-03-01T09:00:00Z' }));
  await reader.read();
  world.emulator.edit(ANNA, id, wordsOf({ start: '2029-03-01T09:00:00Z' }));
  expect(await reader.read()).toMatchObject({ full: false, sent: 1, cancelled: 0 });
  expect(await reader.rooms()).toEqual({ Meeting: '2029-03-01T10:00' });
  world.emulator.expireLinks(ANNA);
  expect(await reader.read()).toMatchObject({ full: true, sent: 0, cancelled: 0 });
  await world.close();
});

test('the window moves on before its end is near, and finds what was too far away', async () => {
  let now = NOW;
  const world = await start(() => now);
  const reader = new Reader(world.connection, world.system, () => now);
  world.emulator.add(ANNA, wordsOf({ title: 'Far', start: '2028-05-01T09:00:00Z' }));
  await reader.read();
  expect(reader.sent).toHaveLength(0);
  now += 183 * DAY;
  expect(await reader.read()).toMatchObject({ full: true });
  expect(await reader.rooms()).toEqual({ Far: '2028-05-01T10:00' });
  await world.close();
});

test('a series is read once in a reading, however many of its occurrences there are', async () => {
  const world = await start(() => NOW);
  for (let n = 0; n < 20; n += 1)
    world.emulator.add(ANNA, {
      ...weekly,
      ...wordsOf({ title: `Weekly ${n}`, start: '2027-03-01T09:00:00Z', weeks: 40 }),
    });
  const reader = new Reader(world.connection, world.system, () => NOW);
  await reader.read();
  const calls = world.emulator.calls.all.filter(({ path }) => /\/events\//.test(path));
  expect([calls.length, reader.sent.length]).toEqual([20, 20]);
  await world.close();
});

describe('a mailbox with more series than an invocation can read', () => {
  const series = (emulator: Graph, count: number) =>
    Array.from({ length: count }, (_, n) =>
      emulator.add(ANNA, wordsOf({ title: `Weekly ${n}`, start: '2027-03-01T09:00:00Z', weeks: 2 })),
    );
  const callsFor = ({ calls }: Graph, path: RegExp) =>
    calls.all.filter((call) => path.test(call.path)).length;

  test('3,000 series: each is asked for once, sent once, and remembered', async () => {
    const world = await start(() => NOW);
    series(world.emulator, 3000);
    const reader = new Reader(world.connection, world.system, () => NOW);
    // 300 series in an invocation: 30 seconds of calls of 200 ms, two at the same time
    reader.timeFor = 5;
    const parts = await reader.readAll(world.container);
    expect(parts.length).toBeGreaterThanOrEqual(10);
    expect(callsFor(world.emulator, /\/events\//)).toBe(3000);
    expect([reader.sent.length, reader.ids().size, reader.memory?.events.length]).toEqual([3000, 3000, 3000]);
    await world.close();
  });

  test('a page of many series is read in several invocations, and its single events with the last', async () => {
    const world = await start(() => NOW, { mastersInDelta: false });
    const { emulator } = world;
    for (let n = 0; n < 10; n += 1)
      emulator.add(ANNA, wordsOf({ title: `Meeting ${n}`, start: '2027-03-01T09:00:00Z' }));
    series(emulator, 70);
    const reader = new Reader(world.connection, world.system, () => NOW);
    reader.timeFor = 0;
    const parts = await reader.readAll(world.container);
    expect(parts.map(({ sent }) => sent)).toEqual([50, 30]);
    expect(callsFor(emulator, /\/events\//)).toBe(70);
    await world.close();
  });

  test('a series that changes after its page is read again, if a later page shows it', async () => {
    let now = NOW;
    const world = await start(() => now);
    const [id = ''] = series(world.emulator, 60);
    const reader = new Reader(world.connection, world.system, () => now);
    reader.timeFor = 0;
    const { next } = await reader.read();
    now += HOUR;
    world.emulator.edit(ANNA, id, wordsOf({ title: 'Renamed' }));
    await reader.readAll(world.container, next);
    await reader.readAll(world.container);
    expect(await reader.rooms()).toHaveProperty('Renamed');
    await world.close();
  });

  test('a list whose versions are not those of the events themselves has each asked for once', async () => {
    const world = await start(() => NOW);
    world.emulator.tap(({ request, sent }) => {
      const page = sent?.body as { readonly value?: readonly object[] } | undefined;
      if (!request.path.endsWith('/delta') || !sent || !page?.value) return undefined;
      const value = page.value.map((event) => ({ ...event, '@odata.etag': 'W/"of-the-list"' }));
      return { ...sent, body: { ...page, value } };
    });
    series(world.emulator, 110);
    const reader = new Reader(world.connection, world.system, () => NOW);
    reader.timeFor = 3;
    await reader.read();
    expect(callsFor(world.emulator, /\/events\//)).toBe(110);
    await world.close();
  });

  test('a removed occurrence, which may be of any of 450 series, has them read in parts', async () => {
    let now = NOW;
    const world = await start(() => now);
    const [id = ''] = series(world.emulator, 450);
    const reader = new Reader(world.connection, world.system, () => now);
    await reader.read();
    const before = callsFor(world.emulator, /\/events\//);
    now += HOUR;
    world.emulator.cancelOccurrence(ANNA, id, Date.parse('2027-03-08T09:00:00Z'));
    const parts = await reader.readAll(world.container);
    expect(parts.map(({ sent, full }) => [sent, full]).toSorted()).toEqual([
      [0, false],
      [0, false],
      [1, false],
    ]);
    // each once, and the removed one
    expect(callsFor(world.emulator, /\/events\//) - before).toBe(451);
    expect(Object.values(await reader.byKey()).filter((until) => until === '2027-03-01T10:00')).toHaveLength(
      1,
    );
    await world.close();
  });

  test('the last series is read, although occurrences of others are removed during each part', async () => {
    let now = NOW;
    const world = await start(() => now, { mastersInDelta: false });
    series(world.emulator, 450);
    const reader = new Reader(world.connection, world.system, () => now);
    await reader.read();
    const ids = reader.memory?.events.map(({ id }) => id) ?? [];
    const cancelNext = (id = '') => {
      now += HOUR;
      for (const day of ['01', '08'])
        world.emulator.cancelOccurrence(ANNA, id, Date.parse(`2027-03-${day}T09:00:00Z`));
    };
    cancelNext(ids.at(-1));
    let next: number | undefined;
    for (const id of ids.slice(0, 3)) {
      ({ next } = await reader.readPart(world.container(), next));
      cancelNext(id);
    }
    expect(reader.sent.slice(ids.length).join()).toContain(ids.at(-1));
    await world.close();
  });

  test('a throttle keeps the pages before it, and the next part waits', async () => {
    const app = { ...APP, secrets: ['a-secret'] };
    const emulator = await startGraph({ now: () => NOW, app, mailboxes: [ANNA, BOB], perTenMinutes: 90 });
    const { url: baseUrl, loginUrl } = emulator;
    const connection = { ...CONNECTION, baseUrl, loginUrl };
    const container = () =>
      microsoftCalendar(connection, { secrets: { read: async () => 'a-secret' }, now: () => NOW });
    series(emulator, 120);
    const reader = new Reader(connection, container(), () => NOW);
    const { next } = await reader.read();
    // the series of the first page
    expect([reader.sent.length, next]).toEqual([84, 1]);
    await expect(reader.readPart(container(), next)).rejects.toThrow(ThrottledError);
    await emulator.close();
  });
});

test('a position at another server than that of the settings has everything read, and nothing told twice', async () => {
  const first = await start(() => NOW);
  const reader = new Reader(first.connection, first.system, () => NOW);
  const event = wordsOf({ title: 'Meeting', start: '2027-03-01T09:00:00Z' });
  first.emulator.add(ANNA, event);
  await reader.read();
  await first.close();
  const second = await start(() => NOW);
  second.emulator.add(ANNA, event);
  expect(await reader.readPart(second.system)).toMatchObject({ full: true, sent: 0, cancelled: 0 });
  await second.close();
});

test('ids stay the same: every call asks for immutable ones', async () => {
  const world = await start(() => NOW);
  const asked: unknown[] = [];
  world.emulator.tap(({ request }) => {
    if (request.prefix !== '') asked.push(request.headers.prefer);
    return undefined;
  });
  const id = world.emulator.add(ANNA, weekly);
  await new Reader(world.connection, world.system, () => NOW).read();
  await world.system.write(ANNA, { id, version: 'W/"old"' }, { format: 'graph', event: { subject: 'x' } });
  expect(asked.length).toBeGreaterThan(2);
  for (const prefer of asked) expect(prefer).toContain('IdType="ImmutableId"');
  await world.close();
});

test('tells what to do about a mailbox that the app may not read, without its address', async () => {
  const world = await start(() => NOW);
  world.emulator.allow(BOB, false);
  const error = await world.system.changes(BOB).then(String, String);
  expect(error).toContain('give the app Calendars.ReadWrite for this mailbox');
  expect(error).not.toContain(BOB);
  await world.close();
});

describe('the limits of an app in a mailbox', () => {
  const secrets = { read: async () => 'a-secret' };
  const limited = async (now: () => number, limits: Partial<GraphOptions> = {}) => {
    const app = { ...APP, secrets: ['a-secret'] };
    const emulator = await startGraph({ now, app, mailboxes: [ANNA, BOB], ...limits });
    const { url: baseUrl, loginUrl } = emulator;
    const connection = { ...CONNECTION, baseUrl, loginUrl };
    const system = (atOnce?: number) =>
      microsoftCalendar(connection, { secrets, now, ...(atOnce !== undefined && { atOnce }) });
    return { emulator, system };
  };
  /** Long enough for other calls to arrive. */
  const aWhile = async () => {
    for (let turns = 0; turns < 50; turns += 1) await turnOfTheLoop();
  };
  const refused = ({ calls }: Graph) => calls.all.filter(({ sent }) => sent === 429).length;

  test('of calls: waits as long as Microsoft asks for, and sends nothing for this mailbox meanwhile', async () => {
    let now = NOW;
    const { emulator, system } = await limited(() => now, { perTenMinutes: 3 });
    const microsoft = system();
    for (let call = 0; call < 3; call += 1) await microsoft.changes(ANNA);
    now += HOUR / 60;
    const wait = { code: 'throttled', retryAfter: (9 * HOUR) / 60 };
    await expect(microsoft.changes(ANNA)).rejects.toMatchObject(wait);
    await expect(microsoft.read(ANNA, 'any')).rejects.toMatchObject(wait);
    expect(() => microsoft.admit(ANNA, true)).toThrow(ThrottledError);
    await microsoft.changes(BOB);
    expect(refused(emulator)).toBe(1);
    now += wait.retryAfter;
    await microsoft.changes(ANNA);
    expect(refused(emulator)).toBe(1);
    await emulator.close();
  });

  test('of calls at the same time: the fifth is refused', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { emulator, system } = await limited(() => NOW, { meanwhile: () => answered });
    const events = system(9);
    const calls = Array.from({ length: 5 }, () => events.changes(ANNA));
    await expect(Promise.any(calls.map((call) => call.then(Promise.reject, String)))).resolves.toContain(
      'retrying in 1 s',
    );
    answer();
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await emulator.close();
  });

  test('of calls at the same time: a reading and two containers that write keep it together', async () => {
    const { emulator, system } = await limited(() => NOW, { meanwhile: aWhile });
    const ids = Array.from({ length: 30 }, () => emulator.add(ANNA, weekly));
    const write = async (writer: CalendarSystem, id: string) => {
      const [event] = await writer.read(ANNA, id);
      const change = { format: 'graph', event: { location: { displayName: 'x' } } } as const;
      return writer.write(ANNA, { id, version: event?.version ?? '' }, change);
    };
    const writers = [system(1), system(1)] as const;
    const written = ids.map((id, nth) => write(writers[nth < 15 ? 0 : 1], id));
    const page = await system().changes(ANNA);
    expect(page?.events).toHaveLength(30);
    expect(await Promise.all(written)).toEqual(ids.map(() => 'written'));
    expect(refused(emulator)).toBe(0);
    await emulator.close();
  });
});

test('a write is conditional, and tells what became of it', async () => {
  const world = await start(() => NOW, { guestWrites: 'ignore' });
  const { emulator, system } = world;
  const id = emulator.add(
    ANNA,
    wordsOf({ title: 'Meeting', start: '2027-03-01T09:00:00Z', attendees: [BOB] }),
  );
  const change = {
    format: 'graph',
    event: { location: { displayName: 'https://rooms.example/1' } },
  } as const;
  const [event] = await system.read(ANNA, id);
  const version = event?.version ?? '';
  expect(await system.write(ANNA, { id, version }, change)).toBe('written');
  expect(await system.write(ANNA, { id, version }, change)).toBe('conflict');
  const [copyId = ''] = emulator.copies(BOB);
  const [copy] = await system.read(BOB, copyId);
  expect(await system.write(BOB, { id: copyId, version: copy?.version ?? '' }, change)).toBe('ignored');
  emulator.allow(BOB, false);
  expect(await system.write(BOB, { id: copyId, version: copy?.version ?? '' }, change)).toBe('refused');
  emulator.remove(ANNA, id);
  expect(await system.read(ANNA, id)).toEqual([]);
  await world.close();
});

describe('a certificate in place of a client secret', () => {
  const [own, other] = [selfSigned('rooms'), selfSigned('another')];

  async function connected(credential: object) {
    const emulator = await startGraph({
      now: () => NOW,
      app: { ...APP, certificates: [own.certificate] },
      mailboxes: [ANNA],
    });
    const connection: MicrosoftConnection = {
      ...CONNECTION,
      calendars: [ANNA],
      baseUrl: emulator.url,
      loginUrl: emulator.loginUrl,
    };
    const secrets = {
      read: async (_: string, stage = 'AWSCURRENT') =>
        stage === 'AWSCURRENT' ? JSON.stringify(credential) : undefined,
    };
    return { emulator, system: microsoftCalendar(connection, { secrets, now: () => NOW }) };
  }

  test('signs an assertion for each token, and each is accepted once', async () => {
    const { emulator, system } = await connected(own);
    emulator.add(ANNA, weekly);
    expect((await system.changes(ANNA))?.events).toHaveLength(1);
    emulator.distrust();
    // the token is refused now, and another one is fetched under the same certificate
    expect((await system.changes(ANNA))?.events).toHaveLength(1);
    const tokens = emulator.calls.all.filter(({ path }) => path.endsWith('/token'));
    expect(tokens.map(({ sent }) => sent)).toEqual([200, 200]);
    await emulator.close();
  });

  test.each([
    ['that the app does not know', other, 'Microsoft refuses it (AADSTS700027)'],
    [
      'of another private key',
      { ...own, certificate: other.certificate },
      'its certificate is of another private key',
    ],
    [
      'without its key',
      { certificate: own.certificate },
      'it is JSON without a privateKey and a certificate in PEM',
    ],
    [
      'that is damaged',
      { ...own, certificate: 'PEM' },
      'it is JSON without a privateKey and a certificate in PEM',
    ],
  ])('%s is refused with what to do, and without a word of it', async (_, credential, message) => {
    const { emulator, system } = await connected(credential);
    const error: unknown = await system.changes(ANNA).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(String(error)).toContain(message);
    expect(String(error)).toContain('evergreen-rooms credentials put team');
    expect(String(error)).not.toContain('BEGIN');
    await emulator.close();
  });
});
