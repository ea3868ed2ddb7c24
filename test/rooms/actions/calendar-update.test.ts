import { describe, expect, test } from 'vitest';
import { changesOf } from '../../../functions/feeds/changes.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { applyCalendarUpdate } from '../../../functions/rooms/actions/calendar-update.ts';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import type { RoomRequest } from '../../../functions/rooms/model/room.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { CALENDAR_FILE, GOOGLE, GRAPH, ICALENDAR, type Story } from '../../requests/calendar/stories.ts';
import { calendar, calendarRequests, EXACT, vevent } from '../../requests/calendar/texts.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

const NOW = Date.parse('2027-01-05T08:00:00Z');

async function requestsOf({ steps }: Story): Promise<RoomRequest[]> {
  const all = await Promise.all(steps.map(([{ type, detail }]) => calendarRequests(detail, { type })));
  return all.flat();
}

async function live(requests: readonly RoomRequest[]): Promise<World> {
  const world = makeWorld();
  world.clock.now = NOW;
  for (const request of requests) await applyCalendarUpdate(request, world.context);
  return world;
}

/** What must be the same however it came about: not the number of rooms that it took. */
function endOf(world: World, key: string) {
  const { state, spec, origin, calendar, current, claim, unannounced } = world.row(key);
  const needed = Math.min(spec?.expiresAt ?? 0, NOW + 365 * DAY);
  return {
    state,
    // of a tombstone it is whatever was asked for last
    spec: state === 'cancelled' ? undefined : spec,
    origin,
    calendar: { ...calendar, version: 0 },
    lives: current !== undefined,
    livesLongEnough: current === undefined || current.expiresAt >= needed,
    claim,
    unannounced,
    kept: world.kept().length,
  };
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((item, index) =>
    permutations([...list.slice(0, index), ...list.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

describe.each<[string, Story]>([
  ['iCalendar messages', ICALENDAR],
  ['calendar files', CALENDAR_FILE],
  ['Google Calendar', GOOGLE],
  ['Microsoft Graph', GRAPH],
])('the room of a meeting by %s', (_, story) => {
  test('keeps its link while its meeting is moved, also past the year, and while one occurrence is cancelled', async () => {
    const links: (string | undefined)[] = [];
    const world = await live([]);
    for (const request of (await requestsOf(story)).slice(0, 4)) {
      await applyCalendarUpdate(request, world.context);
      links.push(world.row(request.key).current?.guestUrl);
    }
    expect(links[0]).toBeDefined();
    expect(new Set(links).size).toBe(1);
  });

  test('is the same in every order, with every message twice', async () => {
    const requests = await requestsOf(story);
    const key = requests[0]?.key ?? '';
    const expected = endOf(await live(requests), key);
    for (const order of permutations(requests)) {
      const twice = order.flatMap((request, at) => [request, order[(at + 2) % order.length] ?? request]);
      expect(endOf(await live(twice), key)).toEqual(expected);
    }
  });
});

test('a room that a person has ended is not revived by old news of its calendar, but by new', async () => {
  const [created, moved] = await requestsOf(ICALENDAR);
  if (!created || !moved) throw new Error('the story has steps');
  const world = await live([created]);
  await cancelRoom(aRequest({ key: created.key, action: 'cancel' }), world.context);
  await applyCalendarUpdate(created, world.context);
  expect(world.row(created.key).state).toBe('cancelled');
  await applyCalendarUpdate(moved, world.context);
  expect(world.row(created.key).current).toBeDefined();
});

test('a meeting that is moved after its room has expired gets another, which is announced; a shortened one keeps its end', async () => {
  const told = async (sequence: number, day: string, length: string) =>
    calendarRequests({
      icalendar: calendar(vevent(`SEQUENCE:${sequence}`, `DTSTART:${day}T090000Z`, `DURATION:${length}`)),
    });
  const world = await live(await told(0, '20270115', 'PT4H'));
  const [{ key = '' } = {}] = await told(0, '20270115', 'PT4H');
  const first = world.row(key).current;
  for (const request of await told(1, '20270115', 'PT1H')) await applyCalendarUpdate(request, world.context);
  expect(world.row(key).current).toEqual(first);
  world.clock.now = Date.parse('2027-02-01T08:00:00Z');
  for (const request of await told(2, '20270315', 'PT1H')) await applyCalendarUpdate(request, world.context);
  const second = world.row(key).current;
  expect(second?.guestUrl).not.toBe(first?.guestUrl);
  expect(second?.expiresAt).toBe(Date.parse('2027-03-15T10:00:00Z'));
  expect(world.announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'expired' });
});

describe('the room of an event that a feed has no more', () => {
  const settings = { ...EXACT, grace: DAY };
  const known = [{ uid: 'planning@example.com', digest: '' }];
  const feed = { name: '', secret: '' };

  /** What is asked for when the feed is read at an instant. */
  async function gone(now: number): Promise<readonly RoomRequest[]> {
    const [body = ''] = changesOf(calendar(), known, { feed, now }).bodies;
    return (await parseMessage({ body, messageId: 'm', sentAt: now }, { calendar: settings })).requests;
  }

  test.each<[string, string[], string, boolean]>([
    ['is ended before it begins', [], '2027-01-15T08:59:00Z', false],
    ['is left to end by itself once it has begun', [], '2027-01-15T09:01:00Z', true],
    ['is left so in the last hours of its grace', [], '2027-01-16T09:59:00Z', true],
    ['is left so with the last occurrence', ['RRULE:FREQ=DAILY;COUNT=3'], '2027-01-17T09:01:00Z', true],
    ['is ended where others would follow', ['RRULE:FREQ=DAILY;COUNT=3'], '2027-01-16T09:01:00Z', false],
    ['is ended where it would go on for ever', ['RRULE:FREQ=DAILY'], '2027-01-16T09:01:00Z', false],
  ])('%s', async (_, lines, at, lives) => {
    const text = calendar(vevent('DTSTART:20270115T090000Z', 'DURATION:PT1H', ...lines));
    const world = await live(await calendarRequests({ icalendar: text }, { settings }));
    world.clock.now = Date.parse(at);
    // the second reading is that of a worker that did not live to remember the first
    for (const now of [world.clock.now, world.clock.now + 30_000]) {
      for (const request of await gone(now)) {
        const { outcome, room } = await applyCalendarUpdate(request, world.context);
        if (lives) expect([outcome, room?.state]).toEqual(['unchanged', 'ending']);
      }
    }
    expect(world.kept()).toHaveLength(lives ? 1 : 0);
  });
});
