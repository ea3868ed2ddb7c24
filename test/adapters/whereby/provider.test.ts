import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limitationsOf } from '../../../functions/adapters/provider/fields.ts';
import { WHEREBY_FIELDS } from '../../../functions/adapters/whereby/fields.ts';
import { createBody } from '../../../functions/adapters/whereby/room.ts';
import type { RoomSettings } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { startWherebyBench, type WherebyBench } from './bench.ts';

let bench: WherebyBench;

beforeEach(async () => {
  bench = await startWherebyBench();
});

afterEach(() => bench.close());

const create = (settings: Partial<RoomSettings> = {}, key = 'weekly') =>
  bench.provider.create({
    token: roomToken('abcde', key, 1),
    settings: { display_name: 'Weekly', ...settings },
    expiresAt: bench.now() + 30 * DAY,
  });

const held = () => bench.emulator.meetings().at(-1);

describe('a room', () => {
  test('has room for more than four, and is open to all unless it is asked to be locked', async () => {
    await create();
    expect(held()).toMatchObject({ roomMode: 'group', isLocked: false });
    await create({ join_approval_level: 'after_owner_only' });
    expect(held()).toMatchObject({ isLocked: true });
  });

  test('records as it is asked to, and as the account does where nothing is asked', async () => {
    const recordingOf = async (settings: Partial<RoomSettings>) => {
      await create(settings);
      const order = { token: '', settings: { display_name: 'Weekly', ...settings }, expiresAt: 0 };
      return createBody(order).recording;
    };
    expect(await recordingOf({})).toBeUndefined();
    expect(await recordingOf({ recording_options: { auto_record: true } })).toEqual({
      type: 'cloud',
      destination: null,
      startTrigger: 'automatic',
    });
    expect(await recordingOf({ available_features: { is_recording_available: false } })).toEqual({
      type: 'none',
      destination: null,
      startTrigger: null,
    });
  });

  test('takes no change, and one of what it does not know costs a look', async () => {
    const room = await create();
    await expect(
      bench.provider.change(room.id, {
        expiresAt: bench.now() + 60 * DAY,
        settings: { join_approval_level: 'explicit_approval' },
      }),
    ).rejects.toThrow('a living room cannot change its expires_at, join_approval_level: open a new one');
    bench.observed.length = 0;
    await bench.provider.change(room.id, { settings: { display_name: 'Monthly' } });
    expect(bench.observed.map(({ method }) => method)).toEqual(['GET']);
  });

  test('that was deleted behind our back is not found, although a list may show it', async () => {
    await bench.close();
    bench = await startWherebyBench({ switches: { deletedListed: true } });
    const room = await create();
    await bench.provider.retire(room.id);
    expect(await bench.provider.find(room.token ?? '')).toEqual([]);
  });

  test('ends at its deadline, although it could be entered for another hour', async () => {
    const room = await create();
    bench.turn(30 * DAY + MINUTE);
    expect(bench.emulator.enter(room.guestUrl).role).toBe('guest');
    expect((await bench.provider.get(room.id))?.available).toBe(false);
    expect(bench.provider.capabilities.grace).toBe(HOUR);
  });
});

test('what a caller does not get is said, with the link that may carry it', () => {
  const settings = {
    display_name: 'Weekly',
    initial_join_options: { microphone_state: 'off' },
    available_features: { is_chat_available: false, is_whiteboard_available: false },
  } as const;
  expect(limitationsOf(WHEREBY_FIELDS, settings)).toEqual([
    'initial_join_options.microphone_state off: impossible, a room cannot be set so; a link may carry audio=off, which its holder can take away',
    'available_features.is_chat_available false: impossible, a room cannot be set so; a link may carry chat=on or chat=off, which its holder can take away',
  ]);
});

describe('the points', () => {
  const throttles = () => bench.observed.filter(({ status }) => status === 429);

  test('of the smallest plan are kept before Whereby has to say so', async () => {
    await bench.close();
    bench = await startWherebyBench({ pointsPerMinute: 100 });
    let refused = 0;
    for (let made = 0; made < 100; made += 1) {
      const wait = await create({}, `room-${made}`).then(
        () => 0,
        (error) => error.retryAfter,
      );
      if (wait > 0) refused += 1;
      bench.turn(wait);
    }
    expect(throttles()).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(10);
  });

  test('of a larger plan are used once an answer has told of them', async () => {
    for (let made = 0; made < 100; made += 1) await create({}, `room-${made}`);
    expect(throttles()).toEqual([]);
    expect(bench.now()).toBeLessThan(Date.UTC(2030, 0, 1, 12) + SECOND);
  });

  test('that others used up are obeyed before they are asked for', async () => {
    await create();
    await bench.another().get('1');
    const headers = {
      'x-ratelimit-remaining': '2',
      'x-ratelimit-reset': new Date(bench.now() + 40 * SECOND).toUTCString(),
    };
    bench.emulator.faults.add({ fault: 'status', status: 500, headers });
    await expect(create()).rejects.toMatchObject({ code: 'ambiguous_outcome' });
    bench.observed.length = 0;
    await expect(create()).rejects.toMatchObject({
      code: 'throttled',
      retryAfter: 40 * SECOND,
      ambiguous: false,
    });
    expect(bench.observed).toEqual([]);
  });

  test('say by themselves when they are there again', async () => {
    const body = { error: 'Rate limit active for throttle key: organization:1', data: { msLeft: 38_689 } };
    for (const data of [{ msLeft: 38_689 }, { ms_left: 38_689 }]) {
      bench.emulator.faults.add({ fault: 'status', status: 429, body: { ...body, data } });
      await expect(create()).rejects.toMatchObject({ code: 'throttled', retryAfter: 38_689 });
      bench.turn(MINUTE);
    }
  });
});
