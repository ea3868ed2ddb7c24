import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CalendarMemory,
  type CalendarUpdate,
  type EventUpdate,
  isInItsLast,
  mergeUpdate,
  type OccurrenceUpdate,
  requiredUntil,
} from '../../../functions/rooms/model/occurrences.ts';
import type { Room, RoomRequest } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { mergeIntoRow, toRequest } from '../../../functions/rooms/series/calendar.ts';

const WEEK = 7 * DAY;

/** Occurrences at the weeks given, an hour each. */
function planned(...weeks: readonly number[]) {
  return weeks.map((week) => ({ id: week * WEEK, until: week * WEEK + HOUR }));
}

function event(at: string, more: Partial<EventUpdate> = {}): CalendarUpdate {
  const news: EventUpdate = {
    at,
    epoch: at,
    name: `as of ${at}`,
    origin: { id: 'a' },
    planned: planned(1, 2, 3),
    whole: true,
    ...more,
  };
  return { event: news, occurrences: [] };
}

function occurrence(at: string, week: number, more: Partial<OccurrenceUpdate> = {}): CalendarUpdate {
  const id = week * WEEK;
  return { occurrences: [{ at, epoch: at, id, until: id + HOUR, name: `occurrence as of ${at}`, ...more }] };
}

const cancelled = { cancelled: true };

function learnt(...news: readonly CalendarUpdate[]): CalendarMemory {
  return news.reduce<CalendarMemory>((memory, next) => mergeUpdate(memory, next), {
    version: 0,
    occurrences: [],
  });
}

const until = (weeks: number, extra = HOUR) => expect.objectContaining({ until: weeks * WEEK + extra });

describe('what is needed', () => {
  test.each<[string, readonly CalendarUpdate[], unknown]>([
    ['lasts until the last occurrence', [event('1')], until(3)],
    ['is named by the event', [event('1'), occurrence('2', 3)], expect.objectContaining({ name: 'as of 1' })],
    [
      'is named by the newest occurrence while the event is unknown',
      [occurrence('1', 2), occurrence('2', 1)],
      expect.objectContaining({ name: 'occurrence as of 2' }),
    ],
    ['is nothing when the event is cancelled', [event('1'), event('2', cancelled)], 'none'],
    ['is something again when it is un-cancelled', [event('2', cancelled), event('3')], until(3)],
    [
      'ends sooner when the last occurrence is cancelled',
      [event('1'), occurrence('2', 3, cancelled)],
      until(2),
    ],
    [
      'ends later when an occurrence is moved',
      [event('1'), occurrence('2', 1, { until: 9 * WEEK })],
      until(9, 0),
    ],
    [
      'ends sooner when the last occurrence is moved forward',
      [event('1'), occurrence('2', 3, { until: WEEK })],
      until(2),
    ],
    ['lasts as long as an occurrence that was added', [event('1'), occurrence('2', 20)], until(20)],
    [
      'is nothing when all occurrences are cancelled',
      [event('1', { planned: planned(1) }), occurrence('2', 1, cancelled)],
      'none',
    ],
    [
      'is nothing when the only occurrence that is known is cancelled',
      [occurrence('2', 1, cancelled)],
      'none',
    ],
    [
      'has no end when the event has none',
      [event('1', { endless: true, planned: [] }), occurrence('2', 3)],
      { name: 'as of 1' },
    ],
    [
      'does not end sooner by a cancellation that is older than the plan',
      [event('2'), occurrence('1', 3, cancelled)],
      until(3),
    ],
    [
      'ends sooner by one that outlives a new plan',
      [event('2', { epoch: 'a' }), occurrence('1', 3, { ...cancelled, epoch: 'a' })],
      until(2),
    ],
    [
      'lasts for a move that is older than the plan',
      [event('2'), occurrence('1', 1, { until: 9 * WEEK })],
      until(9, 0),
    ],
    [
      'does not last for one that a complete event leaves out',
      [event('2', { complete: true }), occurrence('1', 1, { until: 9 * WEEK })],
      until(3),
    ],
    [
      'never ends before what is remembered of a longer series',
      [event('1', { whole: false }), ...[1, 2, 3].map((week) => occurrence('2', week, cancelled))],
      until(1),
    ],
    [
      'ends before the first of all that are cancelled',
      [event('1'), occurrence('2', 2, { ...cancelled, following: true })],
      until(1),
    ],
    [
      'ends for a series without end when all that follow are cancelled',
      [
        event('1', { endless: true, whole: false, planned: [] }),
        occurrence('2', 5, { ...cancelled, following: true }),
      ],
      until(5),
    ],
    [
      'is moved with all that follow, and an hour more for the clocks',
      [event('1'), occurrence('2', 2, { until: 2 * WEEK + 5 * HOUR, following: true })],
      until(3, 6 * HOUR),
    ],
  ])('%s', (_, news, expected) => {
    for (const order of [news, news.toReversed()]) expect(requiredUntil(learnt(...order))).toEqual(expected);
  });
});

describe('what is remembered', () => {
  const stamps = fc.constantFrom('1', '2', '3', '4', '5');
  const weeks = fc.integer({ min: 1, max: 5 });
  const flags = (names: readonly string[]) =>
    fc.subarray([...names]).map((set) => Object.fromEntries(set.map((name) => [name, true])));
  const news = fc.oneof(
    fc
      .tuple(stamps, flags(['cancelled', 'complete', 'endless', 'whole']), fc.subarray([1, 2, 3, 4]))
      .map(([at, more, list]) => event(at, { whole: false, ...more, planned: planned(...list) })),
    fc
      .tuple(stamps, weeks, flags(['cancelled', 'following']), weeks)
      .map(([at, week, more, end]) => occurrence(at, week, { ...more, until: end * WEEK })),
  );

  test('is the same whatever the order of the news, and however often it comes', () => {
    fc.assert(
      fc.property(
        fc
          .array(news, { maxLength: 8 })
          .chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
            ),
          ),
        ([list, shuffled]) => {
          const known = { ...learnt(...list), version: 0 };
          expect({ ...learnt(...shuffled), version: 0 }).toEqual(known);
        },
      ),
      { numRuns: 1000, seed: 20270115 },
    );
  });

  test('does not change by what is known or older', () => {
    const memory = learnt(event('1'), event('3'), occurrence('3', 2));
    for (const old of [event('1'), event('2', cancelled), event('3'), occurrence('2', 2, cancelled)]) {
      expect(mergeUpdate(memory, old)).toBe(memory);
    }
    expect(mergeUpdate(memory, event('4')).version).toBe(memory.version + 1);
  });

  test('stays the same when it has been through the table', () => {
    const memory = learnt(event('1'), occurrence('2', 3, cancelled));
    const read = JSON.parse(JSON.stringify(memory)) as CalendarMemory;
    expect(mergeUpdate(read, event('1'))).toBe(read);
  });

  test('has room for the latest 64 exceptions', () => {
    const many = Array.from({ length: 100 }, (_, week) => occurrence('1', week));
    expect(learnt(...many).occurrences.map(({ id }) => id / WEEK)).toEqual(
      Array.from({ length: 64 }, (_, index) => index + 36),
    );
  });
});

describe('a request that carries news', () => {
  const request = (news: CalendarUpdate): RoomRequest => ({
    key: 'ical::a',
    ...toRequest(news),
    sequence: { source: 'calendar', value: 'of the message' },
    origin: { id: 'a' },
    news,
  });
  const row = (memory: CalendarMemory | undefined) => ({ calendar: memory }) as unknown as Room;

  test('asks for what all news together means, and counts what was learnt', () => {
    const first = mergeIntoRow(undefined, request(occurrence('2', 3, cancelled)));
    expect(first.request).toMatchObject({
      action: 'cancel',
      sequence: { source: 'calendar', value: '0000000001' },
    });
    const second = mergeIntoRow(row(first.calendar), request(event('1')));
    expect(second.request).toMatchObject({
      action: 'ensure',
      sequence: { value: '0000000002' },
      spec: {
        settings: { display_name: 'as of 1' },
        lifetime: 365 * DAY,
        expiresAt: 2 * WEEK + HOUR,
        renewal: { mode: 'extend', until: 2 * WEEK + HOUR },
      },
    });
    const repeated = mergeIntoRow(row(second.calendar), request(event('1')));
    expect(repeated).toEqual(second);
  });

  test('of an event without end is kept until it is cancelled', () => {
    const { request: asked } = mergeIntoRow(undefined, request(event('1', { endless: true, planned: [] })));
    expect(asked.spec).toEqual({
      settings: { display_name: 'as of 1' },
      lifetime: 365 * DAY,
      renewal: { mode: 'extend' },
    });
  });

  test('of another kind is left alone', () => {
    const plain: RoomRequest = { key: 'a', action: 'hold', sequence: { source: 'request', value: '1' } };
    expect(mergeIntoRow(row(learnt(event('1'))), plain)).toEqual({ request: plain });
  });
});

describe('what a row has a place for', () => {
  const weeks = (from: number, count: number) => Array.from({ length: count }, (_, nth) => from + nth);
  const idsOf = ({ occurrences }: CalendarMemory) => occurrences.map(({ id }) => id / WEEK);

  test('is the 64 moved occurrences that end last, in their order, and the latest end of the others', () => {
    const moves = weeks(101, 66).reverse();
    const memory = learnt(...moves.map((week) => occurrence('1', week)));
    expect(idsOf(memory)).toEqual(weeks(103, 64));
    expect(memory.beyond).toBe(102 * WEEK + HOUR);
    // whether they come one by one or all at once
    const occurrences = moves.flatMap((week) => occurrence('1', week).occurrences);
    expect(learnt({ occurrences })).toMatchObject({ occurrences: memory.occurrences, beyond: memory.beyond });
  });

  test('is an early occurrence that ends late, and of two that end together the later one', () => {
    const until = 999 * WEEK;
    const late = occurrence('1', 1, { until });
    expect(idsOf(learnt(late, ...weeks(101, 64).map((week) => occurrence('1', week))))).toEqual([
      1,
      ...weeks(102, 63),
    ]);
    const together = weeks(101, 65).map((week) => occurrence('1', week, { until }));
    expect(idsOf(learnt(...together.reverse()))).toEqual(weeks(102, 64));
  });

  test('is the 100 latest cancellations, besides', () => {
    const cancellations = weeks(101, 101).map((week) => occurrence('1', week, cancelled));
    const memory = learnt(...cancellations.reverse(), occurrence('1', 1));
    expect(idsOf(memory)).toEqual([1, ...weeks(102, 100)]);
    expect('beyond' in memory).toBe(false);
  });

  test('keeps the end of what was forgotten, whatever else is learnt', () => {
    const memory = learnt(...weeks(101, 65).map((week) => occurrence('1', week)));
    const after = mergeUpdate(memory, event('2'));
    expect(after.beyond).toBe(101 * WEEK + HOUR);
    expect(requiredUntil({ ...event('2'), beyond: 500 * WEEK })).toMatchObject({ until: 500 * WEEK });
  });

  test('is an occurrence beside a cut from there on', () => {
    const cut = occurrence('1', 2, { ...cancelled, following: true });
    expect(idsOf(learnt(cut, occurrence('1', 2)))).toEqual([2, 2]);
    expect(learnt(cut, occurrence('1', 2)).occurrences.map(({ following }) => following ?? false)).toEqual([
      false,
      true,
    ]);
  });
});

describe('the name and the end', () => {
  test('are not those of an occurrence that is cancelled', () => {
    const memory = learnt(occurrence('1', 1), occurrence('2', 2, cancelled));
    expect(requiredUntil(memory)).toEqual({ name: 'occurrence as of 1', until: WEEK + HOUR });
  });

  test('are none where nothing is known but the end of what was forgotten', () => {
    expect(requiredUntil({ occurrences: [], beyond: WEEK })).toBe('none');
  });

  test('stay open where a single occurrence of an event without an end is cancelled', () => {
    expect(requiredUntil(learnt(event('1', { endless: true }), occurrence('2', 2, cancelled)))).toEqual({
      name: 'as of 1',
    });
  });
});

describe('news that leaves an event without occurrences', () => {
  const leavingOut = event('9', { planned: [] });
  const isLast = (now: number, ...known: readonly CalendarUpdate[]) =>
    isInItsLast(learnt(...known), leavingOut, now);

  test('comes in the last occurrence from its beginning to its end', () => {
    const moments = [3 * WEEK - 1, 3 * WEEK, 3 * WEEK + HOUR - 1, 3 * WEEK + HOUR];
    expect(moments.map((now) => isLast(now, event('1')))).toEqual([false, true, true, false]);
  });

  test('comes in the last occurrence where those after it are cancelled, and not where one was moved', () => {
    expect(isLast(2 * WEEK, event('1'), occurrence('2', 3, cancelled))).toBe(true);
    expect(isLast(2 * WEEK, event('1'), occurrence('2', 3))).toBe(false);
  });

  test('comes in no last occurrence of an event without an end, that is cancelled, or that nobody knows', () => {
    expect(isLast(3 * WEEK, event('1', { endless: true }))).toBe(false);
    expect(isLast(3 * WEEK, event('1', cancelled))).toBe(false);
    expect(isInItsLast(undefined, leavingOut, 0)).toBe(false);
    expect(isInItsLast(learnt(event('1')), undefined, 3 * WEEK)).toBe(false);
  });

  test('comes in the last of the single occurrences of an event that nobody knows', () => {
    expect(isLast(WEEK, occurrence('1', 1))).toBe(true);
  });
});

describe('occurrences that are cancelled from one of them on', () => {
  const series = event('1', { planned: planned(1, 2, 3, 4, 5, 6, 7) });
  const cut = occurrence('3', 5, { ...cancelled, following: true });
  const moved = (at: string, week: number) => occurrence(at, week, { until: 20 * WEEK });
  const needed = (...news: readonly CalendarUpdate[]) => requiredUntil(learnt(...news));

  test('need no room, whatever was told of one of them before', () => {
    expect(needed(series, cut)).toEqual(until(4));
    expect(needed(series, moved('2', 6), cut)).toEqual(until(4));
    expect(needed(series, moved('2', 5), cut)).toEqual(until(4));
  });

  test('need one where one of them was moved since, or at that moment', () => {
    expect(needed(series, moved('4', 6), cut)).toEqual(until(20, 0));
    expect(needed(series, moved('3', 6), cut)).toEqual(until(20, 0));
  });

  test('leave those before them alone', () => {
    expect(needed(series, moved('2', 4), cut)).toEqual(until(20, 0));
    const remembered = event('1', { planned: planned(3, 4, 5, 6), whole: undefined });
    expect(needed(remembered, cut)).toEqual(until(4));
  });

  test('leave open what is before them where a row remembers nothing else', () => {
    const remembered = event('1', { planned: planned(5, 6), whole: undefined });
    expect(needed(remembered, cut)).toEqual(until(5));
    expect(requiredUntil({ ...learnt(remembered, cut), beyond: 500 * WEEK })).toEqual(until(500, 0));
  });
});

describe('occurrences that are moved from one of them on', () => {
  test('end that much later, with an hour for the clocks', () => {
    const shift = occurrence('2', 3, { following: true, until: 3 * WEEK + 2 * HOUR });
    expect(requiredUntil(learnt(event('1'), shift))).toEqual(until(3, 3 * HOUR));
  });

  test('need a room also where nobody knows their event', () => {
    expect(requiredUntil(learnt(occurrence('1', 5, { following: true })))).toEqual(until(5));
  });
});

describe('an event whose occurrences are all cancelled', () => {
  const only = event('1', { planned: planned(1) });

  test('needs no room, also where the end of a forgotten one is known', () => {
    const memory = learnt(only, occurrence('2', 1, cancelled));
    expect(requiredUntil(memory)).toBe('none');
    expect(requiredUntil({ ...memory, beyond: 500 * WEEK })).toBe('none');
  });

  test('needs none where a row remembers no occurrence at all', () => {
    expect(requiredUntil(learnt(event('1', { planned: [], whole: undefined })))).toBe('none');
  });
});

describe('a memory', () => {
  test('is the same whichever of two tellings of one moment came first', () => {
    const [one, other] = [occurrence('1', 2), occurrence('1', 2, { until: 9 * WEEK })];
    expect(learnt(one, other).occurrences).toEqual(learnt(other, one).occurrences);
  });

  test('has an occurrence that was cancelled before all that follow and were moved', () => {
    const shift = occurrence('1', 2, { following: true });
    const { occurrences } = learnt(shift, occurrence('1', 2, cancelled));
    expect(occurrences.map(({ following }) => following ?? false)).toEqual([false, true]);
  });

  test('has no floor where no event came with all its exceptions', () => {
    expect('floor' in learnt(event('1'))).toBe(false);
    expect(learnt(event('1', { complete: true })).floor).toBe('1');
  });
});
