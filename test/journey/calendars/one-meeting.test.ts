import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decompressed } from '../../../functions/adapters/tables/compression.ts';
import { DUMMY_CREDENTIALS } from '../../../local/engines/credentials.ts';
import { LOCAL_PROVIDERS } from '../../../local/rooms/providers.ts';
import { DAY, journeyWith } from '../journey.ts';
import { startBusyCalendar } from './busy-calendar.ts';
import { inCaldav, inGoogle, inMicrosoft, type Person, type Seen } from './people.ts';

const now = (): number => system().stack.clock.now();

const KINDS = [
  ['Google', await inGoogle(now)],
  ['Microsoft', await inMicrosoft(now)],
  ['CalDAV', await inCaldav(now)],
] as const;

const busy = await startBusyCalendar(now);

// an application of the Meetings API would be full at 1,000 rooms
const system = journeyWith(() => LOCAL_PROVIDERS.daily(), {
  calendarConnections: [...KINDS.map(([, { connection }]) => connection), busy.connection].map((each) => ({
    ...each,
    which: 'marked',
  })),
  calendarReadEvery: 'PT12H',
});

beforeAll(async () => {
  for (const { connection, credential } of [...KINDS.map(([, person]) => person), busy])
    await system().doors.putCredential(connection.name, credential);
});
afterAll(() => Promise.all([...KINDS.map(([, person]) => person), busy].map((each) => each.close())));

const WEEK = 7 * DAY;
const AGENDA = 'Agenda: one, two';
const BLOCK = /-~+ Evergreen Rooms ~+-.*?-~{16,}-/gs;

/** The story of one meeting, told once for all systems. */
describe.each(KINDS)('a weekly meeting in a calendar of %s', (_, person: Person) => {
  const start = Math.ceil(Date.now() / DAY) * DAY + 20 * DAY;
  const moved = start + WEEK;
  const last = moved + 3 * WEEK;
  let id: string;
  let before: Seen;
  let link: string;

  /** The room of the meeting, after its calendar was read and what follows is done. */
  async function roomNow() {
    const { doors, stack } = system();
    await stack.turnTo(now() + 60_000);
    await doors.readCalendars();
    await stack.settle();
    const room = (await doors.rooms()).find(({ key, name }) => key.includes(person.connection.name) && name);
    if (!room?.link) throw new Error(`there is no room: ${JSON.stringify(doors.deadLetters())}`);
    return { ...room, link: room.link };
  }

  const opened = async () => {
    const page = await fetch(link, { headers: { accept: 'application/json' } });
    return ((await page.json()) as { readonly state: string }).state;
  };

  /** The description as it would be without what we wrote. */
  const theirs = ({ description }: Seen) =>
    description.replace(BLOCK, '').replace(/(?:\n|<br>)+(?=$|<\/)/, '');

  test('created: it gets a room, and the link of it beside all that people wrote', async () => {
    id = person.add('Weekly #room', AGENDA, start);
    before = person.seen(id);
    const room = await roomNow();
    ({ link } = room);
    expect(room).toMatchObject({ name: 'Weekly #room' });
    const seen = person.seen(id);
    expect(seen.place).toBe(link);
    expect(seen.description.match(BLOCK)).toEqual([expect.stringContaining(link)]);
    expect([theirs(seen), seen.rest]).toEqual([before.description, before.rest]);
    expect(await opened()).toBe('live');
  });

  test('moved: the room lives longer, under the same link', async () => {
    const { expiresAt } = await roomNow();
    person.edit(id, { start: moved });
    const room = await roomNow();
    expect(Date.parse(String(room.expiresAt)) - Date.parse(String(expiresAt))).toBe(WEEK);
    expect([room.link, person.seen(id).place, await opened()]).toEqual([link, link, 'live']);
  });

  test('copied into the calendar of a colleague: the copy gets the same link, and no room of its own', async () => {
    const copy = person.copied(id);
    const rooms = (await system().doors.rooms()).length;
    await roomNow();
    expect((await system().doors.rooms()).length).toBe(rooms);
    const seen = copy.seen();
    expect(seen.place).toBe(link);
    expect(seen.description.match(BLOCK)).toEqual([expect.stringContaining(link)]);
    expect(seen.description).toContain('Own notes');
    expect(person.seen(id).description.match(BLOCK)).toHaveLength(1);
    copy.remove();
    await roomNow();
    expect(await opened()).toBe('live');
  });

  test('one occurrence moved: it has the link too, and its own place', async () => {
    person.move(id, last, last + 3 * DAY, 'Town hall');
    const own = person.seenAt(id, last);
    const room = await roomNow();
    expect(Date.parse(String(room.expiresAt))).toBeGreaterThan(last + 3 * DAY);
    const seen = person.seenAt(id, last);
    expect(seen.place).toBe('Town hall');
    expect(seen.description.match(BLOCK)).toEqual([expect.stringContaining(link)]);
    expect([theirs(seen), seen.rest]).toEqual([own.description, own.rest]);
    expect(person.seen(id).description.match(BLOCK)).toHaveLength(1);
  });

  test('one occurrence with words of its own, at its own time: it has the link too', async () => {
    const other = moved + WEEK;
    person.move(id, other, other, 'Small hall');
    const own = person.seenAt(id, other);
    await roomNow();
    const seen = person.seenAt(id, other);
    expect(seen.description.match(BLOCK)).toEqual([expect.stringContaining(link)]);
    expect([seen.place, theirs(seen), seen.rest]).toEqual(['Small hall', own.description, own.rest]);
  });

  test('without its mark: the link is taken out, and every byte is as it was', async () => {
    person.edit(id, { title: 'Weekly' });
    const unmarked = person.seen(id);
    await roomNow();
    const seen = person.seen(id);
    expect(seen).toEqual({ place: '', description: before.description, rest: unmarked.rest });
    expect(person.seenAt(id, last)).toMatchObject({ place: 'Town hall' });
    expect(JSON.stringify([seen, person.seenAt(id, last)])).not.toContain(link);
    expect(await opened()).toBe('cancelled');
  });

  test('with its mark again: it has the same link', async () => {
    person.edit(id, { title: 'Weekly #room' });
    const room = await roomNow();
    expect([room.link, person.seen(id).place, await opened()]).toEqual([link, link, 'live']);
  });

  test('cancelled: its link says so', async () => {
    person.remove(id);
    expect((await roomNow()).state).toBe('cancelled');
    expect(await opened()).toBe('cancelled');
  });

  test('revived: the same link leads to a room again, and is in the event once', async () => {
    person.restore(id);
    const room = await roomNow();
    const seen = person.seen(id);
    expect([room.link, seen.place, await opened()]).toEqual([link, link, 'live']);
    expect(seen.description.match(BLOCK)).toHaveLength(1);
    expect(theirs(seen)).toBe(before.description);
  });

  test('and after all that nothing has failed, and no guest got a mail', () => {
    expect(system().deadLetters()).toEqual([]);
    const told = system()
      .doors.announcements()
      .map(({ event }) => event['detail-type']);
    expect(told).not.toContain('Link Not Written');
    expect(person.mails()).toBe(0);
  });
});

describe('what people wrote', () => {
  const THEIRS = /Agenda: one|In person|Own notes|Town hall|Small hall|guest@|anna@|carla@|drive\.example/;

  /** Every row of every table, with what is packed in it. */
  async function rows(): Promise<string[]> {
    const { AWS_REGION: region, AWS_ENDPOINT_URL_DYNAMODB: endpoint } = system().stack.environment;
    const client = new DynamoDBClient({ region, endpoint, credentials: DUMMY_CREDENTIALS });
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const found: string[] = [];
    for (const TableName of TableNames) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName }));
      const packed = Items.flatMap((item) =>
        Object.values(item).flatMap(({ B }) => (B ? [decompressed(B)] : [])),
      );
      found.push(...[...Items, ...packed].map((each) => JSON.stringify(each)));
    }
    client.destroy();
    return found;
  }

  test('is in no log, row or announcement, but for the title, which is the name of the room', async () => {
    const { doors, stack } = system();
    const places = {
      rows: await rows(),
      logs: stack.logs.map(({ line }) => line),
      announcements: doors.announcements().map(({ event }) => JSON.stringify(event)),
    };
    for (const { connection } of KINDS.map(([, person]) => person)) {
      // the search would find it: a row of each calendar, and a line that it was read
      for (const texts of [places.rows, places.logs])
        expect(texts.some((text) => text.includes(`${connection.name}-`))).toBe(true);
    }
    expect(places.rows.some((text) => text.includes('Weekly'))).toBe(true);
    for (const [place, texts] of Object.entries(places))
      expect({ place, found: texts.filter((text) => THEIRS.test(text)) }).toEqual({ place, found: [] });
    for (const place of ['logs', 'announcements'] as const)
      expect({ place, found: places[place].filter((text) => text.includes('Weekly')) }).toEqual({
        place,
        found: [],
      });
  });
});

/** Two containers write two events each. */
const UNDER_WAY = 4;

/** By hand: CALENDAR_EVENTS=5000, with the quota of Google. */
describe(`a calendar of ${busy.events} events, with ${busy.perMinute} calls a minute`, () => {
  const patches = () => busy.calls().filter(({ method }) => method === 'PATCH');
  const accepted = () => patches().filter(({ sent }) => sent === 200).length;

  test('has the link in each event, once, within its quota', async () => {
    const { doors, stack, deadLetters } = system();
    busy.fill(now() + 20 * DAY);
    const [began, realBegan] = [now(), performance.now()];
    await doors.readCalendars();
    await stack.settle();
    // an event is read and written, and a tenth of the quota is left to others
    const least = (2 * busy.events) / busy.perMinute - 1;
    const most = (2 * busy.events) / (0.9 * busy.perMinute) + 2;
    for (let minute = 0; minute < most && accepted() < busy.events; minute += 1)
      await stack.turnTo(now() + 60_000);
    const took = (now() - began) / 60_000;
    const texts = busy.texts();
    expect(texts.filter((text) => text.split('-~~~~~~~~ Evergreen Rooms').length === 2)).toHaveLength(
      busy.events,
    );
    expect(accepted()).toBe(busy.events);
    expect(deadLetters()).toEqual([]);
    expect(took).toBeGreaterThan(least);
    const refused = busy.calls().filter(({ sent }) => sent === 403).length;
    // what is under way meets the quota, and then nothing is sent for a minute: that is below 1 % of Google's quota
    expect(refused).toBeLessThanOrEqual(UNDER_WAY * Math.ceil(took));
    const seconds = ((performance.now() - realBegan) / 1000).toFixed(0);
    console.log(
      `${busy.events} events at ${busy.perMinute} calls a minute: ${took.toFixed(0)} minutes by the stack's clock, ${busy.calls().length} ` +
        `calls, ${refused} of them refused for the quota; ${seconds} s on this machine`,
    );
  }, 3_600_000);

  test('is read again without a write', async () => {
    const { doors, stack } = system();
    const before = [patches().length, doors.announcements().length];
    await stack.turnTo(now() + 60_000);
    await doors.readCalendars();
    await stack.settle();
    expect([patches().length, doors.announcements().length]).toEqual(before);
  });
});
