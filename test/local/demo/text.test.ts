import { expect, test } from 'vitest';
import {
  announcements,
  deadLetterLines,
  roomsTable,
  shortened,
  waitingLines,
} from '../../../local/demo/text.ts';
import type { ShownRoom } from '../../../local/rooms/shown-room.ts';

const room: ShownRoom = {
  key: 'message:1216c7e2-c501-429b-a99a-ebaad5d21713',
  name: 'New Meeting Room',
  state: 'active',
  generation: 2,
  guestUrl: 'https://meetings.example/059926749',
  expiresAt: '2027-01-16T21:23:12.000Z',
  renewAt: '2027-01-09T18:30:59.000Z',
  createdAt: '2026-12-16T21:23:12.000Z',
};

const NOW = Date.parse('2027-01-02T00:00:00Z');

test('rooms stand in columns, times to the minute, and what is missing is a dash', () => {
  const { guestUrl: _link, renewAt: _renewal, ...opening } = { ...room, key: 'b', state: 'opening' as const };
  expect(roomsTable([room, opening], NOW, 200)).toEqual([
    'KEY                                           STATE    GEN  GUEST LINK                          EXPIRES (UTC)     RENEWAL (UTC)',
    'message:1216c7e2-c501-429b-a99a-ebaad5d21713  active   2    https://meetings.example/059926749  2027-01-16 21:23  2027-01-09 18:30',
    'b                                             opening  2    -                                   2027-01-16 21:23  -',
  ]);
});

test.each([115, 100, 80, 60, 40])('a table fits a line of %d characters', (width) => {
  const lines = roomsTable([room, { ...room, key: 'short', state: 'ending' }], NOW, width);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
});

test('a key gives way first, then each column that does not fit beside a more important one', () => {
  const [heads, row] = roomsTable([room], NOW, 115);
  expect(heads).toMatch(/^KEY .* STATE .* GEN .* GUEST LINK .* EXPIRES \(UTC\) .* RENEWAL \(UTC\)$/);
  expect(row).toMatch(/^message:.*….*d21713 .* https:/);
  expect(roomsTable([room], NOW, 80)).toEqual([
    'KEY                 STATE   GUEST LINK                          EXPIRES (UTC)',
    'message:1…d5d21713  active  https://meetings.example/059926749  2027-01-16 21:23',
  ]);
  expect(roomsTable([room], NOW, 40)).toEqual([
    'KEY                          STATE   GEN',
    'message:1216c…-ebaad5d21713  active  2',
  ]);
  expect(roomsTable([{ ...room, key: 'short' }], NOW, 200)[0]).toContain('RENEWAL');
});

test.each<[string, Partial<ShownRoom>, string, string]>([
  [
    'a room that is not renewed',
    { state: 'ending' },
    'until 16 January',
    'https://meetings.example/059926749',
  ],
  [
    'one that lives into another year',
    { state: 'ending', expiresAt: '2028-03-20T10:00:00.000Z' },
    'until 20 March 2028',
    'https://meetings.example/059926749',
  ],
  ['one whose life is over', { state: 'ending', expiresAt: '2027-01-01T10:00:00.000Z' }, 'ended', '-'],
  ['one that was to be renewed and was not', { expiresAt: '2027-01-01T10:00:00.000Z' }, 'ended', '-'],
  ['a cancelled one', { state: 'cancelled', expiresAt: '2027-01-01T10:00:00.000Z' }, 'cancelled', '-'],
])('%s is shown as it is', (_what, change, state, link) => {
  const [, line = ''] = roomsTable([{ ...room, ...change }], NOW, 200);
  const [, shownState, , shownLink] = line.split(/ {2,}/);
  expect([shownState, shownLink]).toEqual([state, link]);
});

test('news of rooms is told one by one, other news is counted', () => {
  const seen = (type: string, detail: object) => ({
    at: Date.parse('2027-01-10T02:08:00Z'),
    bus: 'b',
    event: { 'detail-type': type, detail: detail as never },
    rules: [],
  });
  expect(
    announcements([
      seen('Room Rotated', { key: 'a', generation: 3, reason: 'renewal', room: { guestUrl: 'https://r/1' } }),
      seen('Room Created', {
        key: 'b',
        generation: 1,
        reason: 'requested',
        warnings: ['theme_id: impossible'],
      }),
      seen('Request Refused', { key: 'c', messageId: 'm-1', reason: 'body: has no field "nmae"' }),
      seen('Request Refused', { messageId: 'm-2', reason: 'body: must be JSON' }),
      seen('Rooms Reconciled', { mode: 'repair' }),
      seen('Rooms Reconciled', { mode: 'repair' }),
    ]),
  ).toEqual([
    '2027-01-10 02:08  Room Rotated     a            generation 3  https://r/1  renewal',
    '2027-01-10 02:08  Room Created     b            generation 1  -            requested',
    '  warning: theme_id: impossible',
    '2027-01-10 02:08  Request Refused  c                          -',
    '  body: has no field "nmae"',
    '2027-01-10 02:08  Request Refused  message m-2                -',
    '  body: must be JSON',
    'and Rooms Reconciled, 2 times',
  ]);
});

test('news fits a line too, and a key is whole where there is room', () => {
  const news = {
    at: NOW,
    bus: 'b',
    event: {
      'detail-type': 'Room Rotated',
      detail: { key: room.key, generation: 3, reason: 'renewal', room: { guestUrl: room.guestUrl ?? '' } },
    },
    rules: [],
  };
  expect(announcements([news])[0]).toContain(room.key);
  for (const width of [120, 80, 50])
    expect(announcements([news], width)[0]?.length).toBeLessThanOrEqual(width);
});

test('a message that was given up is told with its time, its queue, its key and the reason', () => {
  const letter = {
    id: 'second',
    queue: 'Dead',
    sentAt: NOW,
    receiveCount: 0,
    body: '{"key":"team/a"}',
    attributes: {
      originalMessageId: 'first',
      originalSentAt: String(NOW - 60_000),
      failureReason: 'body: bad',
    },
  };
  expect(deadLetterLines(letter)).toEqual(['2027-01-01 23:59  Dead  team/a  message first', '  body: bad']);
  expect(deadLetterLines({ ...letter, body: 'x', attributes: {} })).toEqual([
    '2027-01-02 00:00  Dead  no key  message second',
    '  it was received too often',
  ]);
  const event = { ...letter, body: '{"detail":{"key":"of/event"}}' };
  expect(deadLetterLines(event)[0]).toContain('  of/event  ');
});

test('what is left over is counted by queue', () => {
  expect(
    waitingLines([
      { queue: 'A', messages: 1 },
      { queue: 'B', messages: 2, next: '2027-01-02T00:00:30.000Z' },
    ]),
  ).toEqual(['left over: 1 message in A', 'left over: 2 messages in B, the next until 2027-01-02 00:00 UTC']);
});

test('a text is shortened in its middle', () => {
  expect(shortened('abcdefghij', 7)).toBe('abc…hij');
  expect(shortened('abc', 7)).toBe('abc');
});
