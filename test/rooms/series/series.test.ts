import { describe, expect, test } from 'vitest';
import { CALENDAR_DEFAULTS } from '../../../functions/requests/calendar/event/settings.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { applyCalendarUpdate } from '../../../functions/rooms/actions/calendar-update.ts';
import { DAY, HOUR, type Instant } from '../../../functions/rooms/model/time.ts';
import { followSeries, lookAgain } from '../../../functions/rooms/series/series.ts';
import type {
  OccurrenceRequest,
  SeriesStore,
  SeriesUpdate,
  WholeUpdate,
} from '../../../functions/rooms/series/update.ts';
import { calendar, vevent } from '../../requests/calendar/texts.ts';
import { memorySeries } from '../../support/memory-series.ts';
import { makeWorld, type World } from '../../support/world.ts';

const SETTINGS = { ...CALENDAR_DEFAULTS, scope: 'occurrence' as const, horizon: 14 * DAY };

/** A Friday, nine o'clock. */
const FRIDAY = Date.parse('2027-03-05T09:00:00Z');

interface Calendars {
  readonly world: World;
  readonly series: SeriesStore;
  /** What the queue of requests was sent. */
  readonly sent: string[];
  /** Reads a message, as create-rooms does, that was sent now or some time ago. */
  read(body: string, sentAt?: Instant): Promise<void>;
  /** Has what is due read again, as read-calendars does. */
  look(): Promise<void>;
  /** Lets so many days go by, and looks on each of them. */
  wait(days: number): Promise<void>;
  /** Planned starts of the occurrences that have a room now. */
  open(): string[];
}

function calendars(series: SeriesStore = memorySeries()): Calendars {
  const world = makeWorld({ limit: Number.POSITIVE_INFINITY });
  world.clock.now = FRIDAY;
  const sent: string[] = [];
  const now = () => world.clock.now;
  async function read(body: string, sentAt = now()) {
    const message = { body, messageId: 'm', sentAt };
    const parsed = await parseMessage(message, { calendar: SETTINGS });
    const serve = async (requests: typeof parsed.requests) => {
      for (const request of requests) await applyCalendarUpdate(request, world.context);
    };
    await serve(parsed.requests);
    for (const news of parsed.series ?? []) {
      await followSeries(news, { series, serve, now, retention: 90 * DAY });
    }
  }
  async function look() {
    await lookAgain(series, async (bodies) => void sent.push(...bodies), now);
    for (const body of sent.splice(0)) await read(body);
  }
  return {
    world,
    series,
    sent,
    read,
    look,
    async wait(days) {
      for (let day = 0; day < days; day += 1) {
        world.clock.now += DAY;
        await look();
      }
    },
    open: () =>
      [...world.rooms.rows.values()]
        .filter(({ current, state }) => state !== 'cancelled' && (current?.expiresAt ?? 0) > now())
        .map(({ key }) => key.split(':').at(-1)?.slice(0, 8) ?? '')
        .sort(),
  };
}

const news = (icalendar: string, type = 'Updated') =>
  JSON.stringify({
    id: 'e',
    source: 'test',
    'detail-type': `Calendar Event ${type}`,
    time: new Date(FRIDAY).toISOString(),
    detail: { icalendar },
  });

/** Tells of an event, or of one of its occurrences, and of no other. */
const invitation = (icalendar: string, type?: string) =>
  news(icalendar.replace('BEGIN:VCALENDAR', 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST'), type);

const weekly = (sequence: number, ...lines: string[]) =>
  calendar(
    vevent(
      `SEQUENCE:${sequence}`,
      'SUMMARY:Planning',
      ...(lines.some((line) => line.startsWith('DTSTART')) ? [] : ['DTSTART:20270305T140000Z']),
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY',
      ...lines,
    ),
  );

const exception = (sequence: number, ...lines: string[]) =>
  calendar(vevent(`SEQUENCE:${sequence}`, ...lines));

test('every occurrence of a year has its room in time, and no other has', async () => {
  const { world, read, look, open } = calendars();
  await read(news(weekly(0)));
  const { clock } = world;
  for (let day = 0; day < 365; day += 1) {
    clock.now = FRIDAY + day * DAY;
    await look();
    const expected = [];
    for (let start = FRIDAY + 5 * HOUR; start <= clock.now + SETTINGS.horizon; start += 7 * DAY) {
      if (start + HOUR + SETTINGS.grace > clock.now) expected.push(compact(start));
    }
    expect(open()).toEqual(expected);
  }
  expect(world.providers.first?.calls.create).toBe(54);
});

const compact = (start: Instant) => new Date(start).toISOString().slice(0, 10).replaceAll('-', '');

test('a series that is moved has rooms for its new occurrences, and none for its old ones', async () => {
  const { read, open } = calendars();
  await read(news(weekly(0)));
  expect(open()).toEqual(['20270305', '20270312']);
  await read(news(weekly(1, 'DTSTART:20270306T140000Z')));
  expect(open()).toEqual(['20270306', '20270313']);
});

test('a single meeting that becomes a series has rooms as a series, and none as a single meeting any more', async () => {
  const { world, read, open } = calendars();
  await read(news(weekly(0, 'DTSTART:20270901T140000Z').replace(/RRULE.*\r\n/, '')));
  expect(open()).toEqual(['planning']);
  await read(news(weekly(1)));
  expect(open()).toEqual(['20270305', '20270312']);
  await read(news(weekly(2), 'Cancelled'));
  expect(open()).toEqual([]);
  expect(world.kept()).toEqual([]);
});

const WITHOUT_TIMES = calendar(
  ['BEGIN:VEVENT', 'UID:planning@example.com', 'SEQUENCE:1', 'DTSTAMP:20270115T090000Z', 'END:VEVENT'].join(
    '\r\n',
  ),
);

test('a series that is cancelled has no room, whether the cancellation tells its times or not', async () => {
  for (const cancellation of [weekly(1), WITHOUT_TIMES]) {
    const { read, look, open, world } = calendars();
    await read(news(weekly(0)));
    await read(news(cancellation, 'Cancelled'));
    expect(open()).toEqual([]);
    world.clock.now += 30 * DAY;
    await look();
    expect(open()).toEqual([]);
  }
});

test('a series that is shortened, or becomes a single meeting, keeps what is left of it', async () => {
  const { read, open } = calendars();
  await read(news(weekly(0)));
  await read(news(weekly(1).replace('FREQ=WEEKLY', 'FREQ=WEEKLY;COUNT=2')));
  expect(open()).toEqual(['20270305', '20270312']);
  await read(news(weekly(2).replace(/RRULE.*\r\n/, '')));
  expect(open()).toEqual(['planning'.slice(0, 8)]);
});

test.each([
  // a file tells of all exceptions, so that the moved occurrence is gone with the plan that it was an exception of
  ['files', news, weekly(1), ['20270307', '20270314']],
  ['invitations', invitation, weekly(1), ['20270307', '20270312', '20270314']],
  [
    'invitations that tell no times of what is cancelled',
    invitation,
    WITHOUT_TIMES,
    ['20270307', '20270312', '20270314'],
  ],
])('the end is the same in every order, with duplicates, by %s', async (_, sent, cancellation, end) => {
  const story = [
    sent(weekly(0)),
    sent(exception(0, 'RECURRENCE-ID:20270312T140000Z', 'DTSTART:20270313T100000Z', 'DURATION:PT2H')),
    sent(exception(0, 'RECURRENCE-ID:20270319T140000Z', 'STATUS:CANCELLED')),
    sent(cancellation, 'Cancelled'),
    sent(weekly(2, 'DTSTART:20270307T140000Z')),
  ];
  for (const order of permutations(story)) {
    const { read, open } = calendars();
    for (const body of order) {
      await read(body);
      await read(body);
    }
    expect([order.map((body) => story.indexOf(body)), open()]).toEqual([expect.anything(), end]);
    for (const body of order) await read(body);
    expect([order.map((body) => story.indexOf(body)), open()]).toEqual([expect.anything(), end]);
  }
});

test('an occurrence that was moved while it was far ahead has its room when it comes near', async () => {
  const moved = news(
    exception(0, 'RECURRENCE-ID:20270604T140000Z', 'DTSTART:20270610T100000Z', 'DURATION:PT2H'),
  );
  for (const order of [
    [news(weekly(0)), moved],
    [moved, news(weekly(0))],
  ]) {
    const { read, wait, open } = calendars();
    for (const body of order) await read(body);
    expect(open()).toEqual(['20270305', '20270312']);
    await wait(95);
    // on the eighth of June: planned for the fourth, it is on the tenth
    expect(open()).toEqual(['20270604', '20270611', '20270618']);
  }
});

describe.each([
  ['file', news],
  ['invitation', invitation],
])('by %s', (_, told) => {
  test('a message that is read weeks after it was sent ends no room that was made since', async () => {
    for (const late of [told(weekly(0)), told(weekly(1))]) {
      const { world, read, look, wait, open } = calendars();
      await read(told(weekly(0)));
      await wait(21);
      await read(late, FRIDAY + HOUR);
      await look();
      expect(open()).toEqual(['20270326', '20270402']);
      expect(world.providers.first?.calls.create).toBe(5);
    }
  });

  test('an occurrence of which alone was told has its room when it comes near, and is then let be', async () => {
    const { read, wait, open, series } = calendars();
    await read(
      told(exception(0, 'RECURRENCE-ID:20270604T140000Z', 'DTSTART:20270604T150000Z', 'DURATION:PT2H')),
    );
    await wait(90);
    expect(open()).toEqual(['20270604']);
    expect((await series.read('ical::planning@example.com'))?.next).toBeUndefined();
  });
});

test('of what was told of one occurrence while it was far ahead the newest counts, in every order', async () => {
  const told = [
    exception(1, 'RECURRENCE-ID:20270604T140000Z', 'DTSTART:20270610T100000Z', 'DURATION:PT2H'),
    exception(2, 'RECURRENCE-ID:20270604T140000Z', 'STATUS:CANCELLED'),
  ].map((text) => invitation(text));
  for (const order of permutations(told)) {
    const { read, wait, open } = calendars();
    for (const body of [invitation(weekly(0)), ...order]) await read(body);
    await wait(88);
    expect(open()).toEqual(['20270611']);
  }
});

test('an occurrence that was moved to a later week ends with its series all the same', async () => {
  const { read, wait, open } = calendars();
  await read(invitation(weekly(0)));
  await read(
    invitation(exception(1, 'RECURRENCE-ID:20270312T140000Z', 'DTSTART:20270401T100000Z', 'DURATION:PT2H')),
  );
  await wait(15);
  expect(open()).toEqual(['20270312', '20270319', '20270326', '20270402']);
  await read(invitation(WITHOUT_TIMES.replace('SEQUENCE:1', 'SEQUENCE:2'), 'Cancelled'));
  expect(open()).toEqual([]);
});

test('a message that another worker was quicker than is followed from what is known by then', async () => {
  const { read, open, series } = calendars();
  await read(news(weekly(0)));
  const { write } = series;
  let quicker = true;
  series.write = async (memory) => {
    if (quicker) {
      quicker = false;
      const known = await series.read(memory.key);
      if (known) await write(known);
    }
    return write(memory);
  };
  await read(news(weekly(1, 'DTSTART:20270306T140000Z')));
  expect(open()).toEqual(['20270306', '20270313']);
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** Lets the process die after its nth write of any row, and what was to be done be done again. */
async function dieAt(
  crashAt: number,
  { world, series }: Calendars,
  work: () => Promise<void>,
): Promise<void> {
  let writes = 0;
  const mortal = <A extends unknown[], R>(write: (...args: A) => Promise<R>) => {
    return async (...args: A) => {
      const written = await write(...args);
      writes += 1;
      if (writes === crashAt) throw new Error('died');
      return written;
    };
  };
  const [rooms, memories] = [world.context.rooms.write, series.write];
  Object.assign(world.context.rooms, { write: mortal(rooms) });
  Object.assign(series, { write: mortal(memories) });
  await work().catch(() => {});
  Object.assign(world.context.rooms, { write: rooms });
  Object.assign(series, { write: memories });
  world.clock.now += 10 * 60_000;
  await work();
}

const WRITES = Array.from({ length: 24 }, (_, index) => index + 1);

describe.each([
  ['file', news],
  ['invitation', invitation],
])('a crash in a move that is told by %s', (_, told) => {
  test.each(WRITES)('after write %d is repaired by the message that comes again', async (crashAt) => {
    const system = calendars();
    const { read, open, world } = system;
    await read(told(weekly(0)));
    await dieAt(crashAt, system, () => read(told(weekly(1, 'DTSTART:20270306T140000Z'))));
    expect(open()).toEqual(['20270306', '20270313']);
    expect(world.kept()).toHaveLength(2);
  });
});

test.each(WRITES)(
  'a crash after write %d of a look loses no exception that was told before',
  async (crashAt) => {
    const system = calendars();
    const { read, open, world, sent, series } = system;
    const off = exception(0, 'RECURRENCE-ID:20270409T140000Z', 'STATUS:CANCELLED');
    const moved = exception(0, 'RECURRENCE-ID:20270416T140000Z', 'DTSTART:20270430T100000Z', 'DURATION:PT2H');
    for (const body of [weekly(0), off, moved]) await read(news(body));
    world.clock.now = Date.parse('2027-04-03T09:00:00Z');
    await lookAgain(
      series,
      async (bodies) => void sent.push(...bodies),
      () => world.clock.now,
    );
    const [body = ''] = sent;
    await dieAt(crashAt, system, () => read(body));
    expect(open()).toEqual(['20270402', '20270416']);
    expect(world.row('ical::planning@example.com:20270416T140000Z').spec?.expiresAt).toBe(
      Date.parse('2027-05-01T12:00:00Z'),
    );
  },
);

test('a look that comes to nothing is asked for again after hours, not every time', async () => {
  const { world, series, sent, read } = calendars();
  await read(news(weekly(0)));
  const look = () =>
    lookAgain(
      series,
      async (bodies) => void sent.push(...bodies),
      () => world.clock.now,
    );
  world.clock.now += 8 * DAY;
  expect([await look(), await look()]).toEqual([1, 0]);
  world.clock.now += 7 * HOUR;
  expect([await look(), await look()]).toEqual([1, 0]);
});

describe('a series of which more occurrences are told than it may have rooms', () => {
  const one = (number: number) => {
    const start = new Date(FRIDAY + DAY + number * 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
    return vevent(`RECURRENCE-ID:${start}`, `DTSTART:${start}`, 'DURATION:PT1H');
  };
  const many = (count: number) => Array.from({ length: count }, (_, number) => one(number));

  test('is refused, all in one message', async () => {
    const { read, open } = calendars();
    await expect(read(news(calendar(...many(1100))))).rejects.toThrow(
      'recurrence: has more than 200 occurrences',
    );
    expect(open()).toEqual([]);
  });

  test('is refused from the 201st on, a message each', async () => {
    const { read, open } = calendars();
    await read(news(calendar(...many(200))));
    await expect(read(news(calendar(one(200))))).rejects.toThrow('recurrence: has more than 200 occurrences');
    await read(news(calendar(one(7))));
    expect(open()).toHaveLength(200);
  });
});

describe('the memory of a series', () => {
  const RETENTION = 10 * DAY;
  const NEWS: SeriesUpdate = { key: 'series', name: 'Planning', origin: {}, exceptions: [], body: 'body' };

  function occurrence(key: string, until: Instant): OccurrenceRequest {
    const room = { key, start: until - HOUR, until };
    const sequence = { source: 'calendar', value: '1' } as const;
    return { room, request: { key, action: 'ensure', sequence, news: { occurrences: [] } } };
  }

  /** Follows news of a series as a whole, each at its place. @returns what came of it, and the memory afterwards */
  async function followed(...wholes: readonly (Partial<WholeUpdate> | undefined)[]) {
    const series = memorySeries();
    const outcomes: string[] = [];
    for (const [at, more] of wholes.entries()) {
      const whole = more && { at: String(at), cancelled: false, complete: false, planned: [], ...more };
      const serve = async () => {};
      outcomes.push(
        await followSeries({ ...NEWS, whole }, { series, serve, now: () => FRIDAY, retention: RETENTION }),
      );
    }
    return { outcomes, memory: await series.read('series') };
  }

  test('is written once for what is new, and says nothing of what is not', async () => {
    const { outcomes, memory } = await followed({ planned: [occurrence('a', FRIDAY + DAY)] }, undefined);
    expect(outcomes).toEqual(['followed', 'outdated']);
    expect(memory).toMatchObject({ revision: 1, rooms: [{ key: 'a' }] });
    expect((await followed({ at: '5' }, { at: '4' })).outcomes).toEqual(['followed', 'outdated']);
  });

  test('says that a room is not planned any more once that was asked for', async () => {
    const { memory } = await followed({ planned: [occurrence('a', FRIDAY + DAY)] }, {});
    expect(memory).toMatchObject({ revision: 3, rooms: [{ key: 'a', planned: false }] });
  });

  test('lasts some time after its last room, and for good while more is to come', async () => {
    const soon = { planned: [occurrence('a', FRIDAY + DAY), occurrence('b', FRIDAY + 2 * DAY)] };
    expect((await followed(soon)).memory?.forgetAt).toBe(FRIDAY + RETENTION);
    const late = { planned: [occurrence('a', FRIDAY + 30 * DAY), occurrence('b', FRIDAY + 20 * DAY)] };
    expect((await followed(late)).memory?.forgetAt).toBe(FRIDAY + 30 * DAY);
    const next = { start: FRIDAY + 20 * DAY, at: FRIDAY + 6 * DAY };
    expect((await followed({ ...late, next })).memory).not.toHaveProperty('forgetAt');
  });

  test('that has moved on since the list of those that are due is not read again', async () => {
    const { memory } = await followed({});
    const series = memorySeries();
    const due = async function* () {
      if (memory) yield [memory];
    };
    const sent: string[] = [];
    const send = async (bodies: readonly string[]) => void sent.push(...bodies);
    expect(await lookAgain({ ...series, due }, send, () => FRIDAY)).toBe(0);
    expect(sent).toEqual([]);
  });
});
