import { expect, test } from 'vitest';
import type { ShownRoom } from '../../../local/rooms/shown-room.ts';
import { announcements, roomsTable, shortened } from '../../../local/story/text.ts';

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

test('rooms stand in columns, times to the minute, and what is missing is a dash', () => {
  const { guestUrl: _link, renewAt: _renewal, ...opening } = { ...room, key: 'b', state: 'opening' as const };
  expect(roomsTable([room, opening], 200)).toEqual([
    'KEY                                           STATE    GEN  GUEST LINK                          EXPIRES (UTC)     RENEWAL (UTC)',
    'message:1216c7e2-c501-429b-a99a-ebaad5d21713  active   2    https://meetings.example/059926749  2027-01-16 21:23  2027-01-09 18:30',
    'b                                             opening  2    -                                   2027-01-16 21:23  -',
  ]);
});

test('a long key gives way where the line is short', () => {
  const lines = roomsTable([room], 115);
  expect(lines[1]).toMatch(/^message:121.*…/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(115);
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
      seen('Rooms Reconciled', { mode: 'repair' }),
      seen('Rooms Reconciled', { mode: 'repair' }),
    ]),
  ).toEqual([
    '2027-01-10 02:08  Room Rotated  a  generation 3  https://r/1  renewal',
    '2027-01-10 02:08  Room Created  b  generation 1  -            requested',
    '  warning: theme_id: impossible',
    'and Rooms Reconciled, 2 times',
  ]);
});

test('a text is shortened in its middle', () => {
  expect(shortened('abcdefghij', 7)).toBe('abc…hij');
  expect(shortened('abc', 7)).toBe('abc');
});
