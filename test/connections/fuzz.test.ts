import { afterAll, describe, expect, test } from 'vitest';
import { startCaldav } from '../../emulators/caldav/caldav.ts';
import { startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { startGraph } from '../../emulators/graph/graph.ts';
import { seededRandom } from '../../emulators/http/random.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { calendarSystem } from '../../functions/adapters/calendars/systems.ts';
import type { Connection } from '../../functions/connections/connection.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import { changeOf } from '../../functions/connections/write-back/change.ts';
import { RoomError } from '../../functions/rooms/model/errors.ts';
import { Reader } from './reading.ts';
import { eventText } from './support/caldav-harness.ts';
import { type Answer, type DamagingProxy, startDamagingProxy } from './support/damaging-proxy.ts';

/**
 * Answers of calendars that are damaged at random: cut off, with other types, without parts, or a page of a login in their
 * place. Each reading must end in an error that says so, or in a result that cancels nothing. `npm run fuzz` does it
 * 10,000 times for each system; FUZZ_SEED repeats a run.
 */
const RUNS = Math.ceil(Number(process.env.FUZZ_RUNS ?? 600) / 10);
const SEED = Number(process.env.FUZZ_SEED ?? 20270115);

const random = seededRandom(SEED);
const below = (limit: number) => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const VALUES: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  '',
  'x',
  '__proto__',
  true,
  false,
  [],
  {},
  [null],
  [[]],
  '\u0000',
];
const PAGES = [
  '',
  '<html><body>Please log in</body></html>',
  '<!DOCTYPE html><html><head><title>502</title></head></html>',
  'null',
  '[]',
  '{}',
  '"text"',
  '<?xml version="1.0"?><multistatus xmlns="DAV:"/>',
];

function cut(text: string): string {
  return text.slice(0, below(text.length));
}

function without(text: string): string {
  const from = below(text.length);
  return text.slice(0, from) + text.slice(from + 1 + below(60));
}

/** Another value in the place of any, or a field less. What would say in so many words that an event is cancelled is none. */
function otherType(text: string): string {
  const whole: unknown = JSON.parse(text);
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const name of Object.keys(value)) {
      places.push([value as Record<string, unknown>, name]);
      visit((value as Record<string, unknown>)[name]);
    }
  };
  visit(whole);
  if (places.length === 0) return text;
  const [owner, name] = pick(places);
  if (random() < 0.3) delete owner[name];
  else owner[name] = name === 'isCancelled' ? pick([null, 'x', 0, []]) : pick(VALUES);
  return JSON.stringify(whole);
}

function damaged({ status, type, text }: Answer): Answer {
  const kind = below(4);
  if (kind === 0) return { status, type, text: cut(text) };
  if (kind === 1) return { status, type: pick([type, 'text/html']), text: pick(PAGES) };
  if (kind === 2 || !/json/.test(type)) return { status, type, text: without(text) };
  return { status, type, text: otherType(text) };
}

let titles = 0;
function another(): string {
  titles += 1;
  return `One ${titles}`;
}

interface World {
  readonly connection: Connection;
  readonly proxy: DamagingProxy;
  readonly credential: string;
  /** Ids of events: one that takes place once, and a series with an exception. */
  readonly events: readonly string[];
  /** Something changes in the calendar. */
  touch(): void;
  close(): Promise<void>;
}

const ANNA = 'anna@example.org';
const COMMON = { name: 'team', secret: 'connection/team', which: 'all', writeBack: 'full' } as const;
const START = Date.parse('2027-03-01T09:00:00Z');
const at = (hours: number) => ({
  dateTime: new Date(START + hours * 3_600_000).toISOString().slice(0, 19),
  timeZone: 'UTC',
});

async function google(): Promise<World> {
  const robot = 'rooms@project.iam.gserviceaccount.com';
  const { privateKey, publicKey } = newKeyPair();
  const emulator = await startGoogleCalendar({
    rateLimits: false,
    now: () => START,
    serviceAccounts: [{ email: robot, publicKeys: { key: publicKey } }],
    calendars: [{ id: ANNA, sharedWith: { [robot]: 'writer' } }],
  });
  const proxy = await startDamagingProxy(emulator.origin);
  const times = (hours: number) => ({ start: at(hours), end: at(hours + 1) });
  const one = emulator.add(ANNA, { summary: 'One', description: 'Agenda', location: 'Here', ...times(0) });
  const recurrence = ['RRULE:FREQ=WEEKLY;COUNT=4'];
  const series = emulator.add(ANNA, { summary: 'Weekly', ...times(2), recurrence });
  emulator.editOccurrence(ANNA, series, at(2), { summary: 'Moved', ...times(5) });
  return {
    connection: { ...COMMON, kind: 'google', calendars: [ANNA], baseUrl: `${proxy.origin}/calendar/v3` },
    proxy,
    credential: JSON.stringify({
      client_email: robot,
      private_key: privateKey,
      token_uri: emulator.tokenUrl,
    }),
    events: [one, series],
    touch: () => emulator.edit(ANNA, one, { summary: another() }),
    close: () => emulator.close(),
  };
}

async function microsoft(): Promise<World> {
  const app = { tenant: 'contoso', client: 'app-1' };
  const emulator = await startGraph({
    rateLimits: false,
    now: () => START,
    app: { ...app, secrets: ['a-secret'] },
    mailboxes: [ANNA],
  });
  const proxy = await startDamagingProxy(emulator.origin);
  const times = (hours: number) => ({ start: at(hours), end: at(hours + 1) });
  const one = emulator.add(ANNA, {
    subject: 'One',
    body: { contentType: 'html', content: '<p>Agenda</p>' },
    ...times(0),
  });
  const series = emulator.add(ANNA, {
    subject: 'Weekly',
    ...times(2),
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
      range: { type: 'numbered', startDate: '2027-03-01', numberOfOccurrences: 4, recurrenceTimeZone: 'UTC' },
    },
  });
  emulator.editOccurrence(ANNA, series, START + 2 * 3_600_000, { subject: 'Moved', ...times(5) });
  return {
    connection: {
      ...COMMON,
      ...app,
      kind: 'microsoft',
      calendars: [ANNA],
      baseUrl: `${proxy.origin}/v1.0`,
      loginUrl: emulator.loginUrl,
    },
    proxy,
    credential: 'a-secret',
    events: [one, series],
    touch: () => emulator.edit(ANNA, one, { subject: another() }),
    close: () => emulator.close(),
  };
}

async function caldav(): Promise<World> {
  const server = await startCaldav({
    users: [{ name: 'ann', passwords: ['word'] }],
    calendars: ['ann/team'],
    now: () => START,
  });
  const proxy = await startDamagingProxy(server.origin);
  const calendar = server.calendar('ann/team');
  calendar.put('one.ics', eventText('one', 'One'));
  calendar.put('weekly.ics', eventText('weekly', 'Weekly', 'RRULE:FREQ=WEEKLY;COUNT=4'));
  return {
    connection: { ...COMMON, kind: 'caldav', url: `${proxy.origin}/dav/ann`, calendars: ['team'] },
    proxy,
    credential: 'ann:word',
    events: ['one.ics', 'weekly.ics'],
    touch: () => void calendar.put('one.ics', eventText('one', another())),
    close: () => server.close(),
  };
}

const KINDS = [
  ['Google', await google()],
  ['Microsoft', await microsoft()],
  ['CalDAV', await caldav()],
] as const;

afterAll(() => Promise.all(KINDS.flatMap(([, world]) => [world.proxy.close(), world.close()])));

describe.each(KINDS)('damaged answers of %s', (kind, world) => {
  const systemNow = (): Promise<CalendarSystem> =>
    calendarSystem(world.connection, {
      secrets: { read: async () => world.credential },
      now: () => START,
      reach: 'any-network',
    });
  const link = { url: 'https://rooms.example.org/1', isOurs: () => false, writeBack: 'full' } as const;

  async function known(): Promise<Reader> {
    const reader = new Reader(world.connection, await systemNow(), () => START);
    await reader.read();
    return reader;
  }

  test(`end no reading but with an error or a result, and no room (${RUNS} times)`, async () => {
    const reader = await known();
    expect(reader.memory?.events.length).toBeGreaterThan(1);
    const before = reader.memory;
    const ends = { error: 0, result: 0 };
    for (let run = 0; run < RUNS; run += 1) {
      world.touch();
      const isFull = random() < 0.5;
      const { cursor: __, ...all } = structuredClone(
        before ?? { revision: 0, at: 0, choice: '', events: [] },
      );
      reader.memory = isFull ? all : structuredClone(before);
      const [sent, writes] = [reader.sent.length, reader.writes];
      const nth = below(3);
      let answers = 0;
      world.proxy.damage = (answer) => (answers++ === nth ? damaged(answer) : answer);
      try {
        const result = await reader.read();
        ends.result += 1;
        expect(result.cancelled, `run ${run} of seed ${SEED}`).toBe(0);
      } catch (error) {
        if (!(error instanceof RoomError)) throw new Error(`run ${run} of seed ${SEED}`, { cause: error });
        ends.error += 1;
        expect([reader.sent.length, reader.writes], `run ${run} of seed ${SEED}`).toEqual([sent, writes]);
      }
    }
    world.proxy.damage = undefined;
    expect(Math.min(ends.error, ends.result)).toBeGreaterThan(0);
    reader.memory = before;
    expect(await reader.read()).toMatchObject({ cancelled: 0 });
  });

  test('without the end of a list count for nothing', async () => {
    const reader = new Reader(world.connection, await systemNow(), () => START);
    world.proxy.damage = (answer) => ({
      ...answer,
      text: answer.text
        .replace(/"nextSyncToken":"[^"]*"|"@odata.deltaLink":"[^"]*"/, '"other":""')
        .replace(/<(\w+:)?sync-token>[^<]*</, '<$1sync-token><'),
    });
    await expect(reader.read(), kind).rejects.toThrow(RoomError);
    world.proxy.damage = undefined;
    expect([reader.sent, reader.writes]).toEqual([[], 0]);
  });

  test(`of an event let nothing be written but to what can be read (${RUNS} times)`, async () => {
    const system = await systemNow();
    const calendar = world.connection.calendars[0] ?? '';
    for (let run = 0; run < RUNS; run += 1) {
      world.proxy.damage = damaged;
      try {
        for (const { content } of await system.read(calendar, pick(world.events)))
          await changeOf(content, link, START);
      } catch (error) {
        if (!(error instanceof RoomError)) throw new Error(`run ${run} of seed ${SEED}`, { cause: error });
      }
    }
    world.proxy.damage = undefined;
  });
});

test('an event whose text is torn keeps no other from its room, and gets its own when it is whole', async () => {
  const world = await caldav();
  const { connection, credential, proxy } = world;
  const secrets = { read: async () => credential };
  const system = await calendarSystem(connection, { secrets, now: () => START, reach: 'any-network' });
  const reader = new Reader(connection, system, () => START);
  proxy.damage = (answer) => ({
    ...answer,
    text: answer.text.replace(/(UID:one\b.*?)END:VEVENT(.*?)END:VCALENDAR/s, '$1'),
  });
  expect(await reader.read()).toMatchObject({ sent: 1, unreadable: 1, cancelled: 0 });
  proxy.damage = undefined;
  world.touch();
  expect(await reader.read()).toMatchObject({ sent: 1, cancelled: 0 });
  await Promise.all([proxy.close(), world.close()]);
});
