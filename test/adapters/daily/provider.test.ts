import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAILY_FIELDS } from '../../../functions/adapters/daily/fields.ts';
import { limitationsOf } from '../../../functions/adapters/provider/fields.ts';
import type { RoomSettings } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { type DailyBench, startDailyBench } from './bench.ts';

let bench: DailyBench;

beforeEach(async () => {
  bench = await startDailyBench();
});

afterEach(() => bench.close());

const token = (key: string) => roomToken('abcde', key, 1);

const create = (settings: Partial<RoomSettings> = {}, key = 'weekly') =>
  bench.provider.create({
    token: token(key),
    settings: { display_name: 'Weekly', ...settings },
    expiresAt: bench.now() + 30 * DAY + 700,
  });

const held = () => bench.emulator.room(token('weekly'));

describe('a room', () => {
  test('that asks for nothing is open to all, with chat, as it would be at the Meetings API', async () => {
    await create();
    expect(held()).toMatchObject({ privacy: 'public', config: { enable_chat: true } });
    expect(held()?.config).not.toMatchObject({ enable_knocking: true });
  });

  test('never outlives what was asked for: its expiry is in whole seconds', async () => {
    const room = await create();
    expect(room.expiresAt).toBe(bench.now() + 30 * DAY);
  });

  test('has what Daily can give', async () => {
    await create({
      join_approval_level: 'explicit_approval',
      initial_join_options: { microphone_state: 'off' },
      available_features: { is_chat_available: false, is_captions_available: true },
      ui_settings: { language: 'pt-br' },
    });
    expect(held()).toMatchObject({
      privacy: 'private',
      config: { enable_knocking: true, start_audio_off: true, enable_live_captions_ui: true, lang: 'pt-BR' },
    });
    expect(held()?.config).not.toMatchObject({ enable_chat: true });
  });

  test('goes back to the defaults if a change removes a setting', async () => {
    const room = await create({
      join_approval_level: 'after_owner_only',
      initial_join_options: { microphone_state: 'off' },
      ui_settings: { language: 'de' },
    });
    await bench.provider.change(room.id, {
      settings: {
        join_approval_level: 'none',
        initial_join_options: { microphone_state: 'default' },
        ui_settings: { language: 'ca' },
      },
    });
    expect(held()?.privacy).toBe('public');
    expect(held()?.config).not.toMatchObject({ enable_knocking: true });
    for (const property of ['start_audio_off', 'lang']) {
      expect(held()?.config).not.toHaveProperty(property);
    }
  });

  test('that was made by a lost attempt is taken over as it is, with the people inside', async () => {
    await create();
    const made = held();
    await create({ available_features: { is_chat_available: false } });
    expect(held()?.id).toBe(made?.id);
    expect(held()?.config).not.toMatchObject({ enable_chat: true });
    expect(bench.observed.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET', 'POST']);
  });

  test('that has expired holds its name no longer when the collector comes in between', async () => {
    await bench.close();
    bench = await startDailyBench({ switches: { expiredRooms: 'lingering' } });
    await create();
    bench.turn(30 * DAY + HOUR);
    const body = { error: 'not-found', info: 'room not found' };
    bench.emulator.faults.add({ fault: 'status', status: 404, body, on: 'DELETE', strikes: 'after' });
    await expect(create()).resolves.toMatchObject({ token: token('weekly'), available: true });
  });

  test('that is refused for a reason of its own is refused with that reason', async () => {
    const expiresAt = Date.UTC(2100, 0, 1);
    const refused = bench.provider.create({ token: token('x'), settings: { display_name: 'x' }, expiresAt });
    await expect(refused).rejects.toMatchObject({ code: 'provider_refused' });
    expect(bench.observed.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'POST 400',
      'GET 404',
      'DELETE 404',
    ]);
  });

  test.each([400, 403])('that has no place in a full domain goes to the next one: %i', async (status) => {
    const body = { error: 'invalid-request-error', info: 'maximum number of rooms for the domain reached' };
    bench.emulator.faults.add({ fault: 'status', status, body, on: 'POST /rooms', times: 'always' });
    await expect(create()).rejects.toMatchObject({ code: 'application_full' });
  });

  test('that is forbidden for another reason is not taken for one too many', async () => {
    const body = { error: 'forbidden-error', info: 'the plan has no rooms with recording' };
    bench.emulator.faults.add({ fault: 'status', status: 403, body, on: 'POST /rooms', times: 'always' });
    await expect(create()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('is not touched by a change of what it does not know', async () => {
    const room = await create();
    await bench.provider.change(room.id, { settings: { display_name: 'Monthly', metadata: 'team=blue' } });
    expect(bench.observed.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });
});

describe('what a caller does not get', () => {
  const limitations = (settings: Partial<RoomSettings>) =>
    limitationsOf(DAILY_FIELDS, { display_name: 'Weekly', ...settings });

  test('is nothing, where nothing is asked for or all can be given', () => {
    expect(limitations({})).toEqual([]);
    const given = {
      expire_after_use: false,
      theme_id: null,
      join_approval_level: 'explicit_approval',
      available_features: { is_chat_available: false, is_whiteboard_available: false },
      ui_settings: { language: 'de' },
    } as const;
    expect(limitations(given)).toEqual([]);
  });

  test('is said field by field, with what is given instead', () => {
    const asked = {
      join_approval_level: 'after_owner_only',
      recording_options: { auto_record: true },
      theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
      ui_settings: { language: 'he' },
    } as const;
    expect(limitations(asked)).toEqual([
      'recording_options.auto_record true: approximated, the recording begins when somebody enters by a host link made for this room',
      'theme_id e8b1d80b-8f78-4578-94f2-328596e01387: impossible, the look belongs to the whole domain',
      'join_approval_level after_owner_only: approximated, everybody knocks and a host lets them in, also after the host has come',
      'ui_settings.language he: impossible, the interface does not speak it',
    ]);
  });

  test('never repeats free text', () => {
    expect(limitations({ metadata: 'team=blue' }).join()).not.toContain('blue');
  });
});

describe('a host link', () => {
  const claims = async (settings: Partial<RoomSettings> = {}) => {
    const all = { display_name: 'Weekly', ...settings };
    const url = new URL((await bench.provider.hostUrl(token('weekly'), all)) ?? '');
    return decodeJwt(url.searchParams.get('t') ?? '');
  };

  test('is for this room alone and good for an hour', async () => {
    await create();
    const { exp, iat, r, o } = await claims();
    expect({ exp, iat, r, o }).toEqual({
      r: token('weekly'),
      o: true,
      iat: bench.now() / SECOND,
      exp: (bench.now() + HOUR) / SECOND,
    });
  });

  test('is not good for longer than the room', async () => {
    const expiresAt = bench.now() + 10 * MINUTE;
    await bench.provider.create({ token: token('weekly'), settings: { display_name: 'x' }, expiresAt });
    expect((await claims()).exp).toBe(expiresAt / SECOND);
  });

  test('carries the recording that was asked for', async () => {
    await create();
    expect(await claims()).toMatchObject({ er: 'cloud' });
    expect(await claims({ recording_options: { auto_record: true } })).toMatchObject({
      er: 'cloud',
      sr: true,
    });
    const without = await claims({ available_features: { is_recording_available: false } });
    expect(without).not.toHaveProperty('er');
  });

  test('costs one call a link, once the domain is known', async () => {
    await create();
    await claims();
    bench.observed.length = 0;
    await claims();
    expect(bench.observed.map(({ method, route }) => `${method} ${route}`)).toEqual(['GET /rooms/{id}']);
  });
});

describe('the limits', () => {
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => create({}, `room-${index}`)));

  test('are kept before Daily has to say so', async () => {
    for (let made = 0; made < 250; made += 1) await create({}, `room-${made}`);
    expect(bench.observed.filter(({ status }) => status === 429)).toEqual([]);
    expect(bench.observed.filter(({ status }) => status === 200)).toHaveLength(250);
    expect(bench.waited()).toBeGreaterThan(0);
  });

  test('of deletions are got round: the expiry does the work once they are used up', async () => {
    const rooms = await many(80);
    bench.observed.length = 0;
    const ends = await Promise.all(rooms.map(({ id }) => bench.provider.retire(id)));
    expect(bench.observed.filter(({ status }) => status === 429)).toEqual([]);
    expect(bench.observed.filter(({ method }) => method === 'DELETE')).toHaveLength(45);
    expect(Math.max(...ends)).toBeLessThanOrEqual(bench.now() + MINUTE);
    bench.turn(MINUTE + SECOND);
    expect(bench.emulator.inventory().filter(({ usable }) => usable)).toEqual([]);
  });

  test('that others used up are obeyed: a throttle holds the calls that follow', async () => {
    bench.emulator.faults.add({ fault: 'throttle', retryAfter: 30 });
    await expect(create()).rejects.toMatchObject({ code: 'throttled' });
    await expect(create()).rejects.toMatchObject({ code: 'throttled', retryAfter: 30 * SECOND });
    expect(bench.observed).toHaveLength(1);
    bench.turn(30 * SECOND);
    await expect(create()).resolves.toBeDefined();
  });
});

test('a room that is deleted while the list is read does not end it', async () => {
  await bench.close();
  bench = await startDailyBench({ switches: { cursorOfDeletedRoom: 'refused' } });
  await bench.addStrangers(230);
  const ids: string[] = [];
  for await (const page of bench.provider.list()) {
    ids.push(...page.map(({ id }) => id));
    bench.emulator.removeRoom(page.at(-1)?.id ?? '');
  }
  expect(new Set(ids).size).toBe(230);
  expect(ids).toHaveLength(230);
});

test('a page that counts rooms and has no list of them is not an empty list', async () => {
  await create();
  const body = { total_count: 1 };
  bench.emulator.faults.add({ fault: 'status', status: 200, body, on: 'GET /rooms', times: 'always' });
  const pages = bench.provider.list()[Symbol.asyncIterator]();
  await expect(pages.next()).rejects.toMatchObject({ code: 'ambiguous_outcome' });
});
