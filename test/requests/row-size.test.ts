import { expect, test } from 'vitest';
import { toRow } from '../../functions/adapters/tables/rooms-table.ts';
import { type CalendarUpdate, mergeUpdate, REMEMBERED } from '../../functions/rooms/model/occurrences.ts';
import type { LiveRoom, Room } from '../../functions/rooms/model/room.ts';
import { DAY } from '../../functions/rooms/model/time.ts';
import { aRoom, START } from '../support/rooms.ts';
import { body, refusal, request } from './incoming.ts';

/** A row of DynamoDB has at most 400 KB. */
const FAR_BELOW = 200 * 1024;

const WIDE = '\u{1f332}';
const LONG_ADDRESS = `https://x.example/${'x'.repeat(2048 - 18)}`;

/** As DynamoDB calculates: names and texts in UTF-8, a number up to 21 bytes, 3 bytes and 1 for each part of a list or map. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 21;
  if (Array.isArray(value)) return 3 + value.reduce((sum, part) => sum + 1 + sizeOf(part), 0);
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1;
  return Object.entries(value).reduce(
    (sum, [name, part]) => sum + 1 + Buffer.byteLength(name) + sizeOf(part),
    3,
  );
}

async function largestSpec() {
  const { spec } = await request(
    body({
      key: 'k'.repeat(128),
      display_name: WIDE.repeat(200),
      metadata: 'x'.repeat(467),
      callback_urls: {
        rooms_callback_url: LONG_ADDRESS,
        sessions_callback_url: LONG_ADDRESS,
        recordings_callback_url: LONG_ADDRESS,
      },
      renewal: { mode: 'extend', until: '2036-01-01T00:00:00Z' },
      strict: true,
      recording_options: { auto_record: true, record_only_owner: true },
      theme_id: '02100298-c30d-477a-aaa2-086297331018',
    }),
  );
  if (!spec) throw new Error('an ensure has a spec');
  return spec;
}

function largestMemory() {
  const stamp = '9999999999999.9999999999999.1';
  const origin = {
    format: 'google',
    calendarId: 'c'.repeat(1024),
    eventId: 'e'.repeat(1024),
    uid: 'u'.repeat(1024),
  };
  const planned = Array.from({ length: REMEMBERED }, (_, nth) => ({ id: START + nth, until: START + nth }));
  const event = { at: stamp, epoch: stamp, name: WIDE.repeat(200), origin, planned };
  const occurrences = Array.from({ length: 1000 }, (_, nth) => {
    return {
      id: START + nth * DAY,
      until: START + nth * DAY,
      at: stamp,
      epoch: stamp,
      name: WIDE.repeat(200),
    };
  });
  const news: CalendarUpdate = { event, occurrences };
  return { memory: mergeUpdate(undefined, news), origin };
}

test('the largest row that requests and calendars can make is far below what DynamoDB takes', async () => {
  const spec = await largestSpec();
  const { memory, origin } = largestMemory();
  const live: LiveRoom = {
    application: 'a'.repeat(100),
    id: 'i'.repeat(255),
    meetingCode: '9'.repeat(20),
    guestUrl: LONG_ADDRESS,
    createdAt: START,
    expiresAt: START,
    renewedAt: START,
  };
  const sequence = `${'9'.repeat(40)}~1${'x'.repeat(12)}`;
  const room: Room = aRoom({
    key: 'k'.repeat(128),
    spec,
    current: live,
    previous: live,
    claim: {
      owner: 'o'.repeat(36),
      purpose: 'change',
      generation: 1,
      takenAt: START,
      leaseUntil: START,
      application: 'a'.repeat(100),
      spec,
      expiresAt: START,
      change: { settings: spec.settings, expiresAt: START },
      announcement: { type: 'Room Updated', reason: 'r'.repeat(1000) },
      origin,
    },
    calendar: memory,
    origin,
    sequences: { request: sequence, calendar: sequence, hold: sequence, rotate: sequence },
    warnings: Array.from({ length: 20 }, () => 'w'.repeat(500)),
    retirees: Array.from({ length: 100 }, (_, nth) => ({
      application: 'a'.repeat(100),
      id: `${nth}`.padEnd(255, 'i'),
    })),
    lastError: 'e'.repeat(2000),
  });
  const size = sizeOf(toRow(room, 90 * DAY));
  console.log(`the largest row has ${size} bytes`);
  expect(size).toBeGreaterThan(100 * 1024);
  expect(size).toBeLessThan(FAR_BELOW);
});

test('addresses of 240 KB are refused', async () => {
  const rooms_callback_url = `https://x.example/${'x'.repeat(80_000)}`;
  expect(await refusal(body({ callback_urls: { rooms_callback_url } }))).toContain(
    'callback_urls.rooms_callback_url: must have at most 2048 characters, got 80018 characters',
  );
});
