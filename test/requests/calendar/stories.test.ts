import { describe, expect, test } from 'vitest';
import type { Room, RoomRequest } from '../../../functions/rooms/model/room.ts';
import { mergeIntoRow } from '../../../functions/rooms/series/calendar.ts';
import {
  CAL_COM,
  CAL_COM_WITHOUT_ICALUID,
  CALENDAR_FILE,
  GOOGLE,
  GRAPH,
  ICALENDAR,
  type Story,
  type Told,
} from './stories.ts';
import { calendar, calendarRequests, vevent } from './texts.ts';

/** What a row has after it was told something: enough to see what would be asked of the domain. */
type Row = Pick<Room, 'calendar' | 'origin'> & { readonly request: RoomRequest };

function tell(rows: ReadonlyMap<string, Row>, request: RoomRequest): Map<string, Row> {
  const row = rows.get(request.key);
  const recalled = mergeIntoRow(row as unknown as Room | undefined, request);
  const { calendar: memory, request: asked } = recalled;
  return new Map([...rows, [request.key, { calendar: memory, origin: asked.origin, request: asked } as Row]]);
}

/** The end of a story: what every room is asked to be, however it was learnt. */
function endState(rows: ReadonlyMap<string, Row>): unknown {
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { request, calendar: memory }]) => {
      const { action, spec, origin } = request;
      return { key, action, spec, origin, memory: { ...memory, version: 0 } };
    });
}

function needs(rows: ReadonlyMap<string, Row>): string {
  const living = [...rows.values()].filter(({ request }) => request.action === 'ensure');
  if (living.length === 0) return 'no room';
  return living
    .map(({ request: { spec } }) =>
      spec?.expiresAt === undefined
        ? 'for ever'
        : new Date(spec.expiresAt).toISOString().replace(':00.000Z', 'Z'),
    )
    .join(' and ');
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
  ['cal.com', CAL_COM],
  ['cal.com without an iCalUID', CAL_COM_WITHOUT_ICALUID],
])('the story of a meeting by %s', (_, { steps }) => {
  const read = () => Promise.all(steps.map(([{ type, detail }]) => calendarRequests(detail, { type })));

  test('is understood step by step', async () => {
    let rows: ReadonlyMap<string, Row> = new Map();
    const seen: string[] = [];
    for (const requests of await read()) {
      for (const request of requests) rows = tell(rows, request);
      seen.push(needs(rows));
    }
    expect(seen).toEqual(steps.map(([, until]) => until));
  });

  test('ends in the same state in every order, with every message twice', async () => {
    const messages = await read();
    const ends = permutations(messages).map((order, index) => {
      // each order with its repetitions in another place
      const repeated = [...order.slice(index % order.length), ...order.slice(0, index % order.length)];
      const told =
        index % 2 ? [...order, ...repeated] : order.flatMap((requests, at) => [requests, repeated[at] ?? []]);
      return endState(told.flat().reduce<ReadonlyMap<string, Row>>(tell, new Map()));
    });
    const inOrder = endState(messages.flat().reduce<ReadonlyMap<string, Row>>(tell, new Map()));
    for (const end of ends) expect(end).toEqual(inOrder);
  });

  test('has keys that a key may be, and no word of it names a person', async () => {
    for (const { key, origin, news, spec } of (await read()).flat()) {
      expect(key).toMatch(/^[A-Za-z0-9\-_.:@/]{1,128}$/);
      expect(JSON.stringify({ key, origin, news, spec })).not.toMatch(/Lima|Roth|ana@|ben@/);
    }
  });
});

test('one meeting has one key in every calendar, and its origin says where it stands now', async () => {
  const keysOf = async ({ steps }: Story) => {
    const requests = await Promise.all(steps.map(([{ type, detail }]) => calendarRequests(detail, { type })));
    const asked = requests.flat().filter(({ action }) => action === 'ensure');
    return new Set(asked.map(({ key }) => key));
  };
  expect(await keysOf(ICALENDAR)).toEqual(new Set(['ical::planning@example.com']));
  expect(await keysOf(GOOGLE)).toEqual(new Set(['google::abc123']));
  expect(await keysOf(CAL_COM)).toEqual(new Set(['cal.com::first']));
  expect((await keysOf(GRAPH)).size).toBe(1);
  const [moved] = await calendarRequests(CAL_COM.steps[1]?.[0].detail);
  expect(moved?.origin).toEqual({ format: 'cal.com', bookingUid: 'second', uid: 'first@Cal.com' });
});

describe('of two messages, in either order,', () => {
  async function both(first: Told, second: Told): Promise<string[]> {
    const orders = [
      [first, second],
      [second, first],
    ];
    return Promise.all(
      orders.map(async (order) => {
        const read = await Promise.all(order.map(({ type, detail }) => calendarRequests(detail, { type })));
        return needs(read.flat().reduce<ReadonlyMap<string, Row>>(tell, new Map()));
      }),
    );
  }
  const start = 'DTSTART:20270115T090000Z';
  const text = (...lines: string[]) => ({ icalendar: calendar(vevent(...lines)) });
  const google = GOOGLE.steps[0]?.[0].detail as object;
  const occurrence = GOOGLE.steps[3]?.[0].detail as object;
  const lastFriday = { recurringEventId: 'abc123', originalStartTime: { dateTime: '2027-03-19T09:00:00Z' } };

  test.each<[string, Told, Told, string]>([
    [
      'a cancellation that carries the event as it was is the newer',
      { type: 'Created', detail: google },
      { type: 'Cancelled', detail: google },
      'no room',
    ],
    [
      'a file that was fetched late does not undo what was changed since',
      {
        type: 'Updated',
        detail: text(start, 'DURATION:PT3H', 'DTSTAMP:20270102T000000Z', 'LAST-MODIFIED:20270102T000000Z'),
      },
      {
        type: 'Updated',
        detail: text(start, 'DURATION:PT1H', 'DTSTAMP:20270105T000000Z', 'LAST-MODIFIED:20270101T000000Z'),
      },
      '2027-01-15T12:00Z',
    ],
    [
      'a message is as new as it was sent, whatever its event was changed before',
      {
        type: 'Updated',
        detail: {
          icalendar: calendar(
            'METHOD:REQUEST',
            vevent(start, 'DURATION:PT1H', 'DTSTAMP:20270102T000000Z', 'LAST-MODIFIED:20270101T000000Z'),
          ),
        },
      },
      {
        type: 'Updated',
        detail: {
          icalendar: calendar(
            'METHOD:REQUEST',
            vevent(start, 'DURATION:PT3H', 'DTSTAMP:20270103T000000Z', 'LAST-MODIFIED:20270101T000000Z'),
          ),
        },
      },
      '2027-01-15T12:00Z',
    ],
    [
      "Google's cancelled occurrence stays cancelled when its series gets another title",
      { type: 'Cancelled', detail: { ...occurrence, ...lastFriday, sequence: 0 } },
      { type: 'Updated', detail: { ...google, summary: 'Replanning', updated: '2027-01-02T00:00:00Z' } },
      '2027-03-12T10:00Z',
    ],
    [
      "Google's cancelled occurrence is back when its series was planned anew",
      { type: 'Cancelled', detail: { ...occurrence, ...lastFriday, sequence: 0 } },
      { type: 'Updated', detail: { ...google, sequence: 1, updated: '2027-01-02T00:00:00Z' } },
      '2027-03-19T10:00Z',
    ],
  ])('%s', async (_, first, second, expected) => {
    expect(await both(first, second)).toEqual([expected, expected]);
  });
});
