import * as zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../emulators/http/fault.ts';
import type { Tap } from '../../emulators/http/taps.ts';
import type { RoomEmulator } from '../../emulators/room-emulator.ts';
import type { ProviderRoom, RoomOrder, RoomProvider } from '../../functions/rooms/model/ports.ts';
import type { RoomSettings } from '../../functions/rooms/model/room.ts';
import type { Duration, Instant } from '../../functions/rooms/model/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { timingOutAt } from '../support/time-outs.ts';
import { contract } from './contracts/contract.ts';

/** A provider's adapter in front of its emulator, with a clock that stands still until it is turned. */
export interface ProviderBench {
  readonly emulator: RoomEmulator;
  /** Its schemas, in `contracts`: every call and answer of the suite is held to them. */
  readonly contract: string;
  /** Members of answers that may be null or missing. */
  readonly mayBeEmpty: readonly string[];
  readonly now: () => Instant;
  turn(by: number): void;
  readonly provider: RoomProvider;
  /** Another container of the deployment: nothing is cached. */
  another(): RoomProvider;
  /** The calls, in the emulator's patterns, behind each operation that has an effect. */
  readonly calls: { readonly create: string; readonly change?: string; readonly retire: string };
  /** What a room that ends in the past is refused with, where its provider would take it. */
  readonly refusal?: RegExp;
  /** The provider shows a deleted room as if it lived, until its list is read. */
  readonly showsDeleted?: boolean;
  /** Containers that call at the same time end each other's access tokens, so here they call in turn. */
  readonly oneToken?: boolean;
  /** Puts rooms of somebody else into the account. */
  addStrangers(count: number): Promise<void>;
  /** Changes the credential at both ends: Secrets Manager has the new one, the provider takes no other. */
  rotate(): void;
  /** Puts a new version into the secret. The provider knows of nothing. */
  spoil(value: string): void;
  /** How often the adapters told that a version is no credential. */
  unusable(): number;
  /** How many rooms of others the adapters told that they could not read. */
  skipped(): number;
  /** Takes the credential away at the provider, so that none is right. */
  lockOut(): void;
  /** Everything that must not be seen in an error. */
  secrets(): readonly string[];
  close(): Promise<void>;
}

/**
 * What every adapter must hold, whatever its provider is capable of, and however its emulator answers where its documents
 * are silent: with the defaults of its switches, and with each of these positions. What no switch touches is tried once.
 */
export function describeProvider<Switches extends object>(
  name: string,
  start: (switches: Partial<Switches>) => Promise<ProviderBench>,
  positions: readonly Partial<Switches>[],
): void {
  describe.each([{}, ...positions].map((switches) => [JSON.stringify(switches), switches] as const))(
    `${name} %s`,
    (way, switches) => {
      let bench: ProviderBench;
      let broken: string[];
      beforeEach(async () => {
        bench = await start(switches);
        broken = [];
        const faults = contract(bench.contract);
        bench.emulator.tap((exchange) => {
          broken.push(...faults(exchange));
          return undefined;
        });
      });
      afterEach(async () => {
        await bench.close();
        expect(broken).toEqual([]);
      });

      describeLife(() => bench);
      describeList(() => bench);
      describeFaults(() => bench);
      describeCredentials(() => bench);
      if (way !== '{}') return;
      describeOnce(() => bench);
      describeTouchedAnswers(() => bench);
    },
  );
}

/** Another value for each setting. */
const CHANGES: Partial<RoomSettings> = {
  display_name: 'Retrospective',
  metadata: 'team=blue',
  expire_after_use: true,
  recording_options: { auto_record: true },
  theme_id: 'e8b1d80b-8f78-4578-94f2-328596e01387',
  join_approval_level: 'explicit_approval',
  initial_join_options: { microphone_state: 'off' },
  callback_urls: { rooms_callback_url: 'https://team.example/rooms' },
  available_features: { is_chat_available: false },
  ui_settings: { language: 'de' },
};

const DEFAULTS: Partial<RoomSettings> = {
  expire_after_use: false,
  theme_id: null,
  join_approval_level: 'none',
  initial_join_options: { microphone_state: 'default' },
  available_features: {},
  ui_settings: { language: 'default' },
};

const HTML =
  '<!doctype html><title>Forbidden</title><p>The limit of rooms is reached; the room was not found';

/** The id of no room. */
const NOBODY = '4ab2a0ab-7d7b-4c2c-9b16-4b7d1a3c0f00';

type Bench = () => ProviderBench;

let orders = 0;

function newToken(): string {
  orders += 1;
  return roomToken('abcde', `contract-${orders}`, 1);
}

function orderFor(bench: ProviderBench, fields: Partial<RoomOrder> = {}): RoomOrder {
  return {
    token: newToken(),
    settings: { display_name: 'Stand-up' },
    expiresAt: bench.now() + 30 * DAY,
    ...fields,
  };
}

async function all(provider: RoomProvider): Promise<ProviderRoom[]> {
  const rooms: ProviderRoom[] = [];
  for await (const page of provider.list()) rooms.push(...page);
  return rooms;
}

/** How many rooms the account has that can be entered. */
function living(emulator: RoomEmulator): number {
  return emulator.inventory().filter(({ usable }) => usable).length;
}

const isLive = (room: ProviderRoom | undefined): boolean => room?.available ?? false;

function describeLife(at: Bench): void {
  describe('a room', () => {
    test('made twice under one token is one room, where the provider says so', async () => {
      const { provider, another, now, emulator } = at();
      if (!provider.capabilities.idempotentCreate) return;
      const order = orderFor(at());
      const [first, second] = await Promise.all([provider.create(order), another().create(order)]);
      expect(second.id).toBe(first.id);
      const later = await provider.create({ ...order, expiresAt: now() + 40 * DAY });
      expect(later).toMatchObject({ id: first.id, guestUrl: first.guestUrl, expiresAt: now() + 40 * DAY });
      expect(living(emulator)).toBe(1);
    });

    test('is made anew under the token of one that has expired', async () => {
      const { provider, now, turn, emulator } = at();
      const order = orderFor(at(), { expiresAt: now() + DAY });
      await provider.create(order);
      turn(DAY + provider.capabilities.grace + 2 * HOUR);
      const room = await provider.create({ ...order, expiresAt: now() + DAY });
      expect(room).toMatchObject({ token: order.token, available: true });
      expect((await provider.find(order.token)).filter(isLive).map(({ id }) => id)).toEqual([room.id]);
      expect(living(emulator)).toBe(1);
    });

    test('that was created is there, as it was asked for', async () => {
      const { provider, emulator } = at();
      const order = orderFor(at());
      const room = await provider.create(order);
      expect(room.token).toBe(order.token);
      expect(room.available).toBe(true);
      expect(Math.abs(room.expiresAt - order.expiresAt)).toBeLessThanOrEqual(SECOND);
      expect(Math.abs(room.createdAt - at().now())).toBeLessThanOrEqual(SECOND);
      expect(new URL(room.guestUrl).protocol).toBe('https:');
      expect(room.guestUrl).not.toBe(await provider.hostUrl(room.id));
      expect(await provider.get(room.id)).toMatchObject({
        id: room.id,
        token: order.token,
        guestUrl: room.guestUrl,
        expiresAt: room.expiresAt,
        available: true,
      });
      expect(living(emulator)).toBe(1);
    });

    test('takes every setting, and every setting taken back', async () => {
      const { provider } = at();
      const settings = { display_name: 'Stand-up', ...CHANGES };
      const room = await provider.create(orderFor(at(), { settings }));
      const { changeable } = provider.capabilities;
      const defaults = Object.entries(DEFAULTS).filter(([name]) =>
        (changeable as readonly string[]).includes(name),
      );
      const changed = await provider.change(room.id, { settings: Object.fromEntries(defaults) });
      expect(changed).toMatchObject({ id: room.id, expiresAt: room.expiresAt, available: true });
    });

    test('takes the shortest and the longest life that the provider is said to allow', async () => {
      const { provider, now } = at();
      const { shortestLife, longestLife } = provider.capabilities;
      for (const life of [shortestLife, Math.min(longestLife, 10 * 365 * DAY)]) {
        const order = orderFor(at(), { expiresAt: now() + life });
        const room = await provider.create(order);
        expect(Math.abs(room.expiresAt - order.expiresAt)).toBeLessThanOrEqual(SECOND);
      }
    });

    test('that cannot be is refused for good, with the reason', async () => {
      const { provider, now, emulator } = at();
      const refused = provider.create(orderFor(at(), { expiresAt: now() - HOUR }));
      await expect(refused).rejects.toMatchObject({
        code: 'provider_refused',
        message: expect.stringMatching(at().refusal ?? /^the provider refuses POST .+: 400 after \d+ ms/),
      });
      expect(living(emulator)).toBe(0);
    });

    test('is found by its token, and no other is', async () => {
      const { provider } = at();
      const [first, second] = [orderFor(at()), orderFor(at())];
      const [room] = await Promise.all([provider.create(first), provider.create(second)]);
      expect((await provider.find(first.token)).map(({ id }) => id)).toEqual([room.id]);
      expect(await provider.find(newToken())).toEqual([]);
    });

    test('has its expiry moved, its link staying, where the provider can', async () => {
      const { provider, now } = at();
      const room = await provider.create(orderFor(at()));
      const expiresAt = now() + 60 * DAY;
      if (!provider.capabilities.movableExpiry) {
        await expect(provider.change(room.id, { expiresAt })).rejects.toMatchObject({
          code: 'provider_refused',
        });
        return;
      }
      const moved = await provider.change(room.id, { expiresAt });
      expect(Math.abs(moved.expiresAt - expiresAt)).toBeLessThanOrEqual(SECOND);
      expect(moved).toMatchObject({ id: room.id, guestUrl: room.guestUrl, token: room.token });
      expect((await provider.get(room.id))?.expiresAt).toBe(moved.expiresAt);
    });

    test('takes each change that the provider is said to take', async () => {
      const { provider } = at();
      const { changeable } = provider.capabilities;
      const room = await provider.create(orderFor(at()));
      for (const [setting, value] of Object.entries(CHANGES)) {
        if (!(changeable as readonly string[]).includes(setting)) continue;
        const changed = await provider.change(room.id, { settings: { [setting]: value } });
        expect(changed).toMatchObject({ id: room.id, expiresAt: room.expiresAt, guestUrl: room.guestUrl });
        if (setting in (changed.settings ?? {})) {
          expect(changed.settings).toMatchObject({ [setting]: value });
        }
      }
    });

    test('without an end ends when it is not used, and has an end once it is given one', async () => {
      const { provider, now, turn } = at();
      const { livesByUse } = provider.capabilities;
      if (livesByUse === undefined) return;
      const room = await provider.create(orderFor(at(), { byUse: true, expiresAt: now() + livesByUse }));
      expect(room).toMatchObject({ byUse: true, available: true });
      expect(Math.abs(room.expiresAt - now() - livesByUse)).toBeLessThanOrEqual(SECOND);
      const other = await provider.create(orderFor(at(), { byUse: true, expiresAt: now() + livesByUse }));
      const expiresAt = now() + 60 * DAY;
      const ended = await provider.change(other.id, { expiresAt });
      expect(ended).toMatchObject({ id: other.id, guestUrl: other.guestUrl, expiresAt });
      expect(ended.byUse).toBeUndefined();
      turn(livesByUse - DAY);
      expect(isLive(await provider.get(room.id))).toBe(true);
      turn(DAY + MINUTE);
      expect(isLive(await provider.get(room.id))).toBe(false);
      expect((await all(provider)).filter(isLive)).toEqual([]);
    });

    test('that has expired is not available any more, whoever looks', async () => {
      const { provider, turn } = at();
      const order = orderFor(at(), { expiresAt: at().now() + DAY });
      const room = await provider.create(order);
      turn(DAY + 2 * HOUR);
      expect(isLive(await provider.get(room.id))).toBe(false);
      expect((await provider.find(order.token)).filter(isLive)).toEqual([]);
      expect((await all(provider)).filter(isLive)).toEqual([]);
    });

    test('that has expired is gone for a change, or comes back whole', async () => {
      const { provider, now, turn, emulator } = at();
      if (!provider.capabilities.movableExpiry) return;
      const room = await provider.create(orderFor(at(), { expiresAt: now() + DAY }));
      turn(DAY + 2 * HOUR);
      const outcome = await provider.change(room.id, { expiresAt: now() + DAY }).catch((error) => error.code);
      if (outcome === 'room_gone') return;
      expect(outcome).toMatchObject({ id: room.id, available: true });
      expect(emulator.enter(room.guestUrl).role).toBe('guest');
    });

    test('that has expired, changed only in what it is like, is gone', async () => {
      const { provider, now, turn } = at();
      const [setting] = provider.capabilities.changeable;
      if (!setting) return;
      const room = await provider.create(orderFor(at(), { expiresAt: now() + DAY }));
      turn(DAY + 2 * HOUR);
      const changed = provider.change(room.id, { settings: { [setting]: CHANGES[setting] } });
      await expect(changed).rejects.toMatchObject({ code: 'room_gone' });
    });
  });

  describe('a link', () => {
    test('of a guest leads in as a guest, of a host as the host', async () => {
      const { provider, emulator } = at();
      const room = await provider.create(orderFor(at()));
      expect(emulator.enter(room.guestUrl).role).toBe('guest');
      expect(emulator.enter((await provider.hostUrl(room.id)) ?? '').role).toBe('host');
    });

    test('of a host is in no answer but the one to who asks for it', async () => {
      const { provider, emulator, now } = at();
      const room = await provider.create(orderFor(at(), { expiresAt: now() + 20 * DAY }));
      const { movableExpiry } = provider.capabilities;
      const answers = [
        room,
        await provider.get(room.id),
        await provider.find(room.token ?? ''),
        await all(provider),
        movableExpiry && (await provider.change(room.id, { expiresAt: now() + 30 * DAY })),
      ];
      const addresses = JSON.stringify(answers).match(/https?:[^"]+/g) ?? [];
      expect(addresses.length).toBeGreaterThan(3);
      for (const address of addresses) expect(emulator.enter(address).role).toBe('guest');
    });

    test('of a host works for as long as the provider is said to let it', async () => {
      const { provider, emulator, turn, now } = at();
      const room = await provider.create(orderFor(at(), { expiresAt: now() + 20 * DAY }));
      const link = (await provider.hostUrl(room.id)) ?? '';
      turn(3 * HOUR);
      if (provider.capabilities.hostLink === 'lasting') expect(emulator.enter(link).role).toBe('host');
      else expect(() => emulator.enter(link)).toThrow(/expired/);
    });

    test('of a host is there for another container too, and after the credential was rotated', async () => {
      const { provider, another, rotate, emulator } = at();
      const room = await provider.create(orderFor(at()));
      await provider.hostUrl(room.id);
      rotate();
      expect(emulator.enter((await provider.hostUrl(room.id)) ?? '').role).toBe('host');
      expect(emulator.enter((await another().hostUrl(room.id)) ?? '').role).toBe('host');
    });

    test('of a host is not made for a room that has ended or never was', async () => {
      const { provider, now, turn } = at();
      const room = await provider.create(orderFor(at(), { expiresAt: now() + DAY }));
      turn(DAY + 2 * HOUR);
      expect(await provider.hostUrl(room.id)).toBeUndefined();
      expect(await provider.hostUrl(NOBODY)).toBeUndefined();
    });
  });

  describe('a room that is retired', () => {
    test('ends when it was said to, and early', async () => {
      const { provider, now, turn, emulator } = at();
      const room = await provider.create(orderFor(at()));
      const endsAt = await provider.retire(room.id);
      expect(endsAt).toBeLessThanOrEqual(now() + 15 * MINUTE);
      turn(endsAt - now() + SECOND);
      const [seen] = at().showsDeleted ? await all(provider) : [await provider.get(room.id)];
      expect(isLive(seen)).toBe(false);
      expect(living(emulator)).toBe(0);
    });

    test('twice, or after its end, or without ever having been, has ended', async () => {
      const { provider, now, turn } = at();
      const room = await provider.create(orderFor(at(), { expiresAt: now() + DAY }));
      const first = await provider.retire(room.id);
      expect(await provider.retire(room.id)).toBeLessThanOrEqual(Math.max(first, now()));
      turn(DAY + 2 * HOUR);
      expect(await provider.retire(room.id)).toBeLessThanOrEqual(now());
      expect(await provider.retire(NOBODY)).toBeLessThanOrEqual(now());
    });

    test('leaves the others alone', async () => {
      const { provider } = at();
      const [room, other] = await Promise.all([
        provider.create(orderFor(at())),
        provider.create(orderFor(at())),
      ]);
      await provider.retire(room.id);
      expect(await provider.get(other.id)).toMatchObject({ available: true, expiresAt: other.expiresAt });
    });
  });
}

function describeList(at: Bench): void {
  describe('the list', () => {
    test('has every room once, those of others without a token', async () => {
      const { provider, addStrangers } = at();
      await addStrangers(60);
      const rooms = await Promise.all([1, 2, 3].map(() => provider.create(orderFor(at()))));
      await addStrangers(60);
      const listed = await all(provider);
      expect(new Set(listed.map(({ id }) => id)).size).toBe(123);
      expect(listed).toHaveLength(123);
      const ours = listed.filter(({ token }) => token !== undefined);
      expect(ours.map(({ id }) => id).sort()).toEqual(rooms.map(({ id }) => id).sort());
    });

    test('leaves out rooms of somebody else that cannot be read, and counts them', async () => {
      const { provider, addStrangers, emulator, skipped } = at();
      await addStrangers(3);
      const room = await provider.create(orderFor(at()));
      const untap = emulator.tap(illegible((entry) => !entry.includes(room.token ?? '')));
      expect((await all(provider)).map(({ id }) => id)).toEqual([room.id]);
      expect(skipped()).toBe(3);
      untap();
      expect(await all(provider)).toHaveLength(4);
      expect(skipped()).toBe(3);
    });

    test('is an error where a room cannot be read that may be ours: left out, it would pass for lost', async () => {
      const { provider, addStrangers, emulator, skipped } = at();
      await addStrangers(3);
      const { token = '' } = await provider.create(orderFor(at()));
      emulator.tap(illegible((entry) => entry.includes(token)));
      await expect(all(provider)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
      expect(skipped()).toBe(0);
    });

    test('of an empty account is empty', async () => {
      expect(await all(at().provider)).toEqual([]);
    });

    test('is found through to its end, also from a bookmark', async () => {
      const { provider, addStrangers } = at();
      await addStrangers(110);
      await all(provider);
      const order = orderFor(at());
      const bookmark = provider.bookmark();
      const room = await provider.create(order);
      await addStrangers(20);
      expect((await provider.find(order.token, bookmark)).map(({ id }) => id)).toEqual([room.id]);
      expect((await at().another().find(order.token)).map(({ id }) => id)).toEqual([room.id]);
    });
  });
}

const LOST_ANSWERS = [
  { fault: 'reset' },
  { fault: 'status', status: 500 },
  { fault: 'status', status: 503 },
  { fault: 'torn-body' },
  { fault: 'garbled-body' },
] as const;

function describeFaults(at: Bench): void {
  test.each(LOST_ANSWERS)('a create whose answer is lost ($fault) leaves open what happened', (fault) =>
    isFoundAfter(fault, at(), at().provider.create),
  );

  test('a create that is answered with another room is believed in nothing, and its own room can be found', async () => {
    const { provider, emulator, calls } = at();
    const other = await provider.create(orderFor(at()));
    emulator.faults.add({ fault: 'another-room', on: calls.create });
    const order = orderFor(at());
    await expect(provider.create(order)).rejects.toMatchObject({ code: 'provider_contract' });
    const [found] = await provider.find(order.token);
    expect(found?.id).not.toBe(other.id);
    expect(living(emulator)).toBe(2);
  });

  test('a create that is answered with a room which outlives what was asked for is believed in nothing', async () => {
    const { provider, emulator } = at();
    const order = orderFor(at());
    const untap = emulator.tap(postponed(order.expiresAt, 60 * DAY));
    await expect(provider.create(order)).rejects.toMatchObject({ code: 'provider_contract' });
    untap();
    expect(await provider.find(order.token)).toMatchObject([{ expiresAt: order.expiresAt }]);
  });

  test('a look or a change that is answered with another room is an error', async () => {
    const { provider, emulator, calls, now } = at();
    const [other, room] = [await provider.create(orderFor(at())), await provider.create(orderFor(at()))];
    await provider.get(other.id);
    emulator.faults.add({ fault: 'another-room', on: 'GET' });
    await expect(provider.get(room.id)).rejects.toMatchObject({ code: 'provider_contract' });
    if (calls.change === undefined) return;
    const expiresAt = now() + 60 * DAY;
    await provider.change(other.id, { expiresAt });
    emulator.faults.add({ fault: 'another-room', on: calls.change });
    const outcome = await provider.change(room.id, { expiresAt }).catch((error) => error.code);
    // an answer without a body is about no room: then the room is read, and must be the right one as it was asked for
    if (outcome === 'provider_contract') return;
    expect(outcome).toMatchObject({ id: room.id, guestUrl: room.guestUrl, expiresAt });
  });

  test('a verdict that something in between speaks is not the provider’s: nothing is gone, full, refused or done', async () => {
    const { provider, emulator } = at();
    const room = await provider.create(orderFor(at()));
    const attempts = [
      () => provider.create(orderFor(at())),
      () => provider.get(room.id),
      () => provider.change(room.id, { settings: { theme_id: null } }),
      () => provider.retire(room.id),
    ];
    for (const status of [200, 400, 403, 404, 410]) {
      for (const attempt of attempts) {
        emulator.faults.add({ fault: 'status', status, body: HTML, times: 'always' });
        await expect(attempt()).rejects.toMatchObject({ code: 'ambiguous_outcome' });
        emulator.faults.clear();
      }
    }
    expect(living(emulator)).toBe(1);
  });

  test('a provider that cannot be reached has done nothing', async () => {
    const { provider, emulator } = at();
    await emulator.close();
    await expect(provider.create(orderFor(at()))).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('a create that failed before its effect leaves nothing to be found', async () => {
    const { provider, emulator, calls } = at();
    emulator.faults.add({ fault: 'reset', on: calls.create, strikes: 'before' });
    const order = orderFor(at());
    await expect(provider.create(order)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
    expect(await provider.find(order.token)).toEqual([]);
    expect(living(emulator)).toBe(0);
  });

  test('a retirement whose answer is lost can be made again', async () => {
    const { provider, emulator, calls, now, turn } = at();
    const room = await provider.create(orderFor(at()));
    emulator.faults.add({ fault: 'reset', on: calls.retire, strikes: 'after' });
    await expect(provider.retire(room.id)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
    turn((await provider.retire(room.id)) - now() + SECOND);
    expect(living(emulator)).toBe(0);
  });

  test('a change whose answer is lost can be made again', async () => {
    const { provider, emulator, calls, now } = at();
    if (calls.change === undefined) return;
    const room = await provider.create(orderFor(at()));
    emulator.faults.add({ fault: 'torn-body', on: calls.change, strikes: 'after' });
    const expiresAt = now() + 60 * DAY;
    await expect(provider.change(room.id, { expiresAt })).rejects.toMatchObject({
      code: 'ambiguous_outcome',
    });
    expect((await provider.change(room.id, { expiresAt })).expiresAt).toBe(expiresAt);
  });

  test.each(['seconds', 'date'] as const)(
    'a throttle says how long to wait (%s), and has no effect',
    async (form) => {
      const { provider, emulator, calls } = at();
      emulator.faults.add({ fault: 'throttle', retryAfter: 17, retryAfterForm: form, on: calls.create });
      const error = await provider.create(orderFor(at())).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'throttled', ambiguous: false });
      expect(Math.abs(error.retryAfter - 17 * SECOND)).toBeLessThanOrEqual(SECOND);
      expect(living(emulator)).toBe(0);
    },
  );

  test('a page of the list that fails once does not fail the list', async () => {
    const { provider, emulator } = at();
    const room = await provider.create(orderFor(at()));
    for (const fault of ['reset', 'status', 'torn-body', 'throttle'] as const) {
      emulator.faults.add({ fault });
      expect((await all(provider)).map(({ id }) => id)).toContain(room.id);
      expect(emulator.faults.list()).toEqual([]);
    }
  });
}

/** Answers with a body go out as `alter` makes them. */
function altered(alter: (body: unknown) => { body: unknown; headers?: Record<string, string> }): Tap {
  return ({ sent }) => {
    if (!sent || sent.body === undefined) return undefined;
    const { body, headers } = alter(sent.body);
    return { ...sent, body, headers: { ...sent.headers, ...headers } };
  };
}

/** With nothing where a member of these names was, however deep. */
function emptied(names: readonly string[], nothing: null | undefined): Tap {
  const empty = (name: string, value: unknown) => (names.includes(name) ? nothing : value);
  return altered((body) => ({ body: JSON.parse(JSON.stringify(body, empty)) }));
}

/** Entries of lists that are meant have something else in every member, beside what has a token in it. */
function illegible(isMeant: (entry: string) => boolean): Tap {
  const spoil = (value: unknown) =>
    isEntry(value) && isMeant(JSON.stringify(value))
      ? Object.fromEntries(Object.entries(value).map(([name, was]) => [name, carriesToken(was) ? was : 7]))
      : value;
  const each = (_: string, value: unknown) => (Array.isArray(value) ? value.map(spoil) : value);
  return altered((body) => ({ body: JSON.parse(JSON.stringify(body), each) }));
}

const isEntry = (value: unknown): value is object => typeof value === 'object' && value !== null;
const carriesToken = (value: unknown) => typeof value === 'string' && /er[a-z2-7]{30}/.test(value);

/** With a later instant wherever an answer has this one, in seconds or in ISO 8601. */
function postponed(instant: Instant, by: Duration): Tap {
  const later = (_: string, value: unknown) => {
    if (typeof value === 'number' && value * SECOND === instant) return value + by / SECOND;
    const isText = typeof value === 'string' && Date.parse(value) === instant;
    return isText ? new Date(instant + by).toISOString() : value;
  };
  return altered((body) => ({ body: JSON.parse(JSON.stringify(body), later) }));
}

const { gzipSync, brotliCompressSync, deflateSync, zstdCompressSync } = zlib;
const asIs = (text: string) => Buffer.from(text);

const CODINGS = [
  ['a byte order mark', undefined, (text: string) => Buffer.from(`\ufeff${text}`)],
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'Deflate', deflateSync],
  ['brotli', 'br', brotliCompressSync],
  ['zstd', 'zstd', zstdCompressSync],
  ['two codings', 'gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
  ['an unknown coding', 'aws-chunked', asIs],
  ['no coding that is named', 'identity', asIs],
] as const;

/** No switch touches this, and it takes time: an answer that never comes costs the whole time-out. */
function describeOnce(at: Bench): void {
  test('a create whose answer never comes leaves open what happened', () =>
    isFoundAfter({ fault: 'hang' }, at(), (order) =>
      timingOutAt(at().emulator.calls.next(at().calls.create), () => at().provider.create(order)),
    ));

  test('a look that fails can be made again', async () => {
    const { provider, emulator, turn } = at();
    const order = orderFor(at());
    const room = await provider.create(order);
    const looks = [() => provider.get(room.id), () => provider.find(order.token), () => all(provider)];
    for (const look of looks) {
      await look();
      for (const fault of [...LOST_ANSWERS, { fault: 'throttle' } as const]) {
        emulator.faults.add({ ...fault, times: 'always' });
        const error = await look().catch((thrown) => thrown);
        expect(['ambiguous_outcome', 'throttled']).toContain(error.code);
        turn(error.retryAfter ?? 0);
        emulator.faults.clear();
      }
      await expect(look()).resolves.toBeDefined();
    }
  });

  test('no error tells a credential or a host link', async () => {
    const { provider, another, emulator, secrets } = at();
    const room = await provider.create(orderFor(at()));
    const known = [...secrets(), (await provider.hostUrl(room.id)) ?? ''];
    expect(known.every((secret) => secret.length > 8)).toBe(true);
    const echo = { message: known.join(' '), error: known.join(' '), info: known.join(' ') };
    for (const fault of [
      ...LOST_ANSWERS,
      { fault: 'status', status: 400, body: echo },
      { fault: 'status', status: 403, body: echo },
    ] as const) {
      emulator.faults.add({ ...fault, times: 'always' });
      // one that a fault has not taught patience
      const error: Error = await another()
        .create(orderFor(at()))
        .catch((thrown) => thrown);
      expect(error).toBeInstanceOf(Error);
      emulator.faults.clear();
      const told = `${error.stack} ${JSON.stringify(error)} ${error.cause}`;
      expect(known.filter((secret) => told.includes(secret))).toEqual([]);
    }
  });
}

/** A room whose creation had no answer can be found. */
async function isFoundAfter(
  fault: Fault,
  bench: ProviderBench,
  create: RoomProvider['create'],
): Promise<void> {
  const { emulator, calls, another } = bench;
  emulator.faults.add({ ...fault, on: calls.create, strikes: 'after' });
  const order = orderFor(bench);
  const error = await create(order).catch((thrown) => thrown);
  expect(error.code === 'ambiguous_outcome' || error.ambiguous).toBe(true);
  const found = await another().find(order.token);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ available: true, token: order.token });
  expect(living(emulator)).toBe(1);
}

function describeTouchedAnswers(at: Bench): void {
  describe('an answer that something in between has touched is read', () => {
    test('with a byte order mark, under every coding, and under one that nobody knows', async () => {
      const { provider, emulator } = at();
      for (const [name, coding, encode] of CODINGS) {
        const headers: Record<string, string> = coding ? { 'content-encoding': coding } : {};
        const untap = emulator.tap(altered((body) => ({ body: encode(JSON.stringify(body)), headers })));
        const order = orderFor(at());
        const room = await provider.create(order);
        expect([name, room.token, room.available]).toEqual([name, order.token, true]);
        expect(await provider.get(room.id)).toMatchObject({ id: room.id, guestUrl: room.guestUrl });
        expect((await provider.find(order.token)).map(({ id }) => id)).toEqual([room.id]);
        expect(await provider.get(NOBODY)).toBeUndefined();
        untap();
      }
    });

    test.each([
      ['null', null],
      ['missing', undefined],
    ])('with what may be empty %s', async (_, nothing) => {
      const { provider, emulator, mayBeEmpty } = at();
      const room = await provider.create(orderFor(at()));
      const untap = emulator.tap(emptied(mayBeEmpty, nothing));
      expect(await provider.get(room.id)).toMatchObject({ id: room.id, available: true });
      expect(await all(provider)).toEqual([]);
      untap();
      expect(await all(provider)).toHaveLength(1);
    });
  });

  test('an answer that cannot be decoded leaves open what happened', async () => {
    const { provider, emulator } = at();
    await provider.create(orderFor(at()));
    const headers = { 'content-encoding': 'gzip' };
    const untap = emulator.tap(altered((body) => ({ body: asIs(JSON.stringify(body)), headers })));
    const order = orderFor(at());
    await expect(provider.create(order)).rejects.toMatchObject({ code: 'ambiguous_outcome' });
    untap();
    expect(await provider.find(order.token)).toHaveLength(1);
  });
}

function describeCredentials(at: Bench): void {
  describe('a credential', () => {
    test('that is rotated mid-flight heals, whichever container has which', async () => {
      const { provider, another, rotate, emulator } = at();
      const old = another();
      await Promise.all([provider.create(orderFor(at())), old.create(orderFor(at()))]);
      rotate();
      const five = [provider, provider, provider, old, another()];
      if (at().oneToken) for (const each of five) await each.create(orderFor(at()));
      else await Promise.all(five.map((each) => each.create(orderFor(at()))));
      rotate();
      await old.create(orderFor(at()));
      expect(living(emulator)).toBe(8);
    });

    test('of a new version that is none leaves the previous one in use, and is told of', async () => {
      const { provider, another, spoil, unusable, emulator } = at();
      spoil('{"not": "a credential"}');
      await another().create(orderFor(at()));
      await provider.create(orderFor(at()));
      expect(unusable()).toBeGreaterThan(0);
      expect(living(emulator)).toBe(2);
    });

    test('that is refused for good is an error which says so, and makes nothing', async () => {
      const { provider, lockOut, emulator } = at();
      lockOut();
      await expect(provider.create(orderFor(at()))).rejects.toMatchObject({ code: 'unauthorized' });
      await expect(all(provider)).rejects.toMatchObject({ code: 'unauthorized' });
      expect(living(emulator)).toBe(0);
    });
  });
}
