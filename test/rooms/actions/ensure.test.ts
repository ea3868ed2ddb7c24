import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom } from '../../../functions/rooms/actions/hold.ts';
import { rotateNow } from '../../../functions/rooms/actions/rotate.ts';
import {
  ClaimHeldError,
  PoolFullError,
  ProviderRefusedError,
  RequestRefusedError,
} from '../../../functions/rooms/model/errors.ts';
import type { Room, RoomRequest } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { roomToken } from '../../../functions/rooms/model/token.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, DEPLOYMENT, makeWorld, type World } from '../../support/world.ts';

const named = (display_name: string) => aSpec({ settings: { display_name } });

/** Requests that see at first the row of this moment, however much is written meanwhile. */
function lateGlance({ context, rooms }: World) {
  const old = rooms.rows.get('weekly');
  const reads = { read: 0, glance: 0 };
  const counted = {
    ...context.rooms,
    async glance() {
      reads.glance += 1;
      return old;
    },
    async read(key: string) {
      reads.read += 1;
      return rooms.read(key);
    },
  };
  const ask = (request: RoomRequest) => ensureRoom(request, { ...context, rooms: counted });
  return { ask, reads };
}

describe('a glance at the row', () => {
  it('is enough for a new key, and for a known one that is asked for again', async () => {
    const world = makeWorld();
    const first = lateGlance(world);
    expect((await first.ask(aRequest())).outcome).toBe('created');
    const again = lateGlance(world);
    expect((await again.ask(aRequest())).outcome).toBe('unchanged');
    const changed = lateGlance(world);
    expect((await changed.ask(aRequest({ spec: named('Monthly') }))).outcome).toBe('rotated');
    const ending = lateGlance(world);
    await ending.ask(aRequest({ spec: aSpec({ renewal: { mode: 'none' } }) }));
    for (const { reads } of [first, again, changed, ending]) expect(reads).toEqual({ read: 0, glance: 1 });
  });

  it('makes no second room where another worker was faster', async () => {
    const world = makeWorld();
    const { ask } = lateGlance(world);
    await ensureRoom(aRequest(), world.context);
    expect((await ask(aRequest())).outcome).toBe('unchanged');
    expect(world.providers.first?.calls).toEqual({ create: 1 });
  });

  it('opens a room for a request that is newer than a cancellation which it does not show', async () => {
    const world = makeWorld();
    await ensureRoom(aRequest(), world.context);
    const { ask } = lateGlance(world);
    await cancelRoom(aRequest({ action: 'cancel' }), world.context);
    expect((await ask(aRequest())).outcome).toBe('created');
    expect(world.row('weekly')).toMatchObject({ state: 'active', generation: 2 });
  });

  it('refuses no request that has its room already, which it does not show', async () => {
    const world = makeWorld();
    const request = aRequest({ spec: aSpec({ expiresAt: START + HOUR, renewal: { mode: 'none' } }) });
    const { ask } = lateGlance(world);
    await ensureRoom(request, world.context);
    world.clock.now = START + HOUR - SECOND;
    expect((await ask(request)).outcome).toBe('unchanged');
  });

  it('announces what an earlier attempt at the request left, which it does not show', async () => {
    const world = makeWorld();
    const request = aRequest();
    await ensureRoom(request, world.context);
    const { ask, reads } = lateGlance(world);
    const room = world.row('weekly');
    await world.rooms.write({ ...room, unannounced: [{ type: 'Room Updated', reason: 'changed' }] });
    expect((await ask(request)).outcome).toBe('unchanged');
    expect(world.announced.map(({ type }) => type)).toEqual(['Room Created', 'Room Updated']);
    expect(reads).toEqual({ read: 1, glance: 1 });
  });

  it('waits for no claim that has been completed since', async () => {
    const world = makeWorld();
    const claimed: Room[] = [];
    const { write } = world.context.rooms;
    const rooms = {
      ...world.context.rooms,
      async write(room: Room) {
        const written = await write(room);
        claimed.push(written);
        return written;
      },
    };
    await ensureRoom(aRequest(), { ...world.context, rooms });
    const late = { ...world.context, rooms: { ...world.context.rooms, glance: async () => claimed[0] } };
    expect(claimed[0]?.claim).toBeDefined();
    expect((await ensureRoom(aRequest(), late)).outcome).toBe('unchanged');
  });
});

describe('asking for a room', () => {
  it('opens generation 1, records and announces it', async () => {
    const { context, providers, announced, row } = makeWorld();
    expect((await ensureRoom(aRequest(), context)).outcome).toBe('created');
    expect(row('weekly')).toMatchObject({
      state: 'active',
      generation: 1,
      current: { application: 'first', id: 'first-1', expiresAt: START + 90 * DAY },
      claim: undefined,
      unannounced: undefined,
    });
    expect(providers.first?.made[0]?.token).toBe(roomToken(DEPLOYMENT, 'weekly', 1, aSpec()));
    expect(announced).toEqual([
      { key: 'weekly', generation: 1, type: 'Room Created', reason: 'requested', roomId: 'first-1' },
    ]);
  });

  it('never looks before a first attempt', async () => {
    const { context, providers } = makeWorld();
    await ensureRoom(aRequest(), context);
    expect(providers.first?.calls).toEqual({ create: 1 });
  });

  it('changes nothing when it is asked for twice, however often the message comes', async () => {
    const { context, announced, row, providers } = makeWorld();
    const request = aRequest();
    await ensureRoom(request, context);
    const { revision } = row('weekly');
    expect((await ensureRoom(request, context)).outcome).toBe('unchanged');
    expect(row('weekly').revision).toBe(revision);
    expect((await ensureRoom(aRequest(), context)).outcome).toBe('unchanged');
    expect(providers.first?.calls).toEqual({ create: 1 });
    expect(announced).toHaveLength(1);
  });

  it('takes the same expiry asked for an hour later as the same request', async () => {
    const { context, row, providers } = makeWorld();
    const expiresAt = START + 30 * DAY;
    await ensureRoom(aRequest({ spec: aSpec({ expiresAt, lifetime: 30 * DAY }) }), context);
    const again = aRequest({ spec: aSpec({ expiresAt, lifetime: 30 * DAY - HOUR }) });
    expect((await ensureRoom(again, context)).outcome).toBe('unchanged');
    expect(row('weekly').spec?.lifetime).toBe(30 * DAY);
    expect(providers.first?.calls).toEqual({ create: 1 });
  });

  it('moves the expiry when a later one is asked for, the link staying', async () => {
    const { context, row, announced } = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ expiresAt: START + 30 * DAY }) }), context);
    const guestUrl = row('weekly').current?.guestUrl;
    await ensureRoom(aRequest({ spec: aSpec({ expiresAt: START + 60 * DAY }) }), context);
    expect(row('weekly')).toMatchObject({
      generation: 1,
      current: { guestUrl, expiresAt: START + 60 * DAY },
    });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'extended' });
  });

  it('never moves an expiry to an earlier time', async () => {
    const { context, row, providers } = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ expiresAt: START + 60 * DAY }) }), context);
    const result = await ensureRoom(aRequest({ spec: aSpec({ expiresAt: START + 30 * DAY }) }), context);
    expect(result.outcome).toBe('noted');
    expect(row('weekly').current?.expiresAt).toBe(START + 60 * DAY);
    expect(providers.first?.calls).toEqual({ create: 1 });
  });

  it('changes in place what the provider can change', async () => {
    const { context, row, providers } = makeWorld();
    await ensureRoom(aRequest(), context);
    const spec = aSpec({ settings: { display_name: 'Weekly', join_approval_level: 'explicit_approval' } });
    expect((await ensureRoom(aRequest({ spec }), context)).outcome).toBe('updated');
    expect(row('weekly').generation).toBe(1);
    expect(providers.first?.made[0]?.settings.join_approval_level).toBe('explicit_approval');
  });

  it('opens a new generation for a new name, and leaves the old room alone', async () => {
    const { context, row, kept, announced, rooms } = makeWorld();
    await ensureRoom(aRequest({ spec: named('Weekly') }), context);
    expect((await ensureRoom(aRequest({ spec: named('Monthly') }), context)).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({
      generation: 2,
      current: { id: 'first-2' },
      previous: { id: 'first-1' },
    });
    expect(kept()).toEqual(['first-1', 'first-2']);
    expect(announced.at(-1)).toMatchObject({ generation: 2, type: 'Room Rotated', reason: 'changed' });
    expect(await rooms.history('weekly')).toMatchObject([
      { generation: 1, roomId: 'first-1', reason: 'changed' },
    ]);
  });

  it('opens a new room where the old one has expired unnoticed', async () => {
    const { context, clock, row } = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode: 'none' }, lifetime: DAY }) }), context);
    clock.now += 2 * DAY;
    expect((await ensureRoom(aRequest(), context)).outcome).toBe('rotated');
    expect(row('weekly').current?.expiresAt).toBe(clock.now + 90 * DAY);
  });

  it('lets older news change nothing, in any order', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ at: 900, spec: named('New') }), context);
    expect((await ensureRoom(aRequest({ at: 800, spec: named('Old') }), context)).outcome).toBe('outdated');
    expect(row('weekly').spec?.settings.display_name).toBe('New');
  });

  it('remembers newer news that changed nothing, so that what it confirmed stays', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ at: 100, spec: named('Same') }), context);
    await ensureRoom(aRequest({ at: 300, spec: named('Same') }), context);
    await ensureRoom(aRequest({ at: 200, spec: named('Other') }), context);
    expect(row('weekly').spec?.settings.display_name).toBe('Same');
  });

  it('ends the same for two requests of the same instant, whichever comes first', async () => {
    const one = aRequest({ at: 50, spec: named('One') });
    const two = aRequest({ at: 50, spec: named('Two') });
    const names = [];
    for (const order of [
      [one, two],
      [two, one],
      [two, one, two],
    ]) {
      const { context, row } = makeWorld();
      for (const request of order) await ensureRoom(request, context);
      names.push(row('weekly').spec?.settings.display_name);
    }
    expect(new Set(names).size).toBe(1);
  });

  it('ends a room that is not to be renewed', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ renewal: { mode: 'none' } }) }), context);
    expect(row('weekly')).toMatchObject({ state: 'ending', dueAt: undefined, warnings: [] });
  });

  it('makes a room whose life is too short to renew, and says so', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ lifetime: 3 * HOUR }) }), context);
    expect(row('weekly').state).toBe('ending');
    expect(row('weekly').warnings).toEqual([expect.stringContaining('a life of 3 hours is too short')]);
  });

  it('refuses it where renewal was asked for by name', async () => {
    const { context, row, announced, providers } = makeWorld();
    const spec = aSpec({ lifetime: 3 * HOUR, renewal: { mode: 'recreate', explicit: true } });
    await expect(ensureRoom(aRequest({ spec }), context)).rejects.toThrow(RequestRefusedError);
    expect(row('weekly')).toMatchObject({ state: 'rejected', generation: 0 });
    expect(announced).toEqual([expect.objectContaining({ type: 'Room Rejected' })]);
    expect(providers.first?.made).toEqual([]);
  });

  it('opens a kept room also when its first expiry passed while it waited', async () => {
    const { context, row, clock } = makeWorld();
    clock.now += DAY;
    await ensureRoom(aRequest({ spec: aSpec({ expiresAt: START + HOUR, lifetime: 10 * DAY }) }), context);
    expect(row('weekly').current?.expiresAt).toBe(clock.now + 10 * DAY);
  });

  it('refuses a room that is not to be kept when its expiry passed while it waited', async () => {
    const { context, clock } = makeWorld();
    clock.now += DAY;
    const spec = aSpec({ expiresAt: START + HOUR, renewal: { mode: 'none' } });
    await expect(ensureRoom(aRequest({ spec }), context)).rejects.toThrow(
      /2027-03-01T13:00:00.000Z had come too near/,
    );
  });

  it('opens nothing for what is over, and remembers that it is', async () => {
    const { context, row, providers } = makeWorld();
    const over = aSpec({ expiresAt: START - HOUR, renewal: { mode: 'extend', until: START - HOUR } });
    expect((await ensureRoom(aRequest({ at: 20, spec: over }), context)).outcome).toBe('over');
    expect((await ensureRoom(aRequest({ at: 10 }), context)).outcome).toBe('outdated');
    expect(row('weekly').state).toBe('cancelled');
    expect(providers.first?.made).toEqual([]);
  });

  it('keeps a held room held through a change', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ spec: named('Weekly') }), context);
    await holdRoom(aRequest({ action: 'hold' }), context);
    await ensureRoom(aRequest({ spec: named('Monthly') }), context);
    expect(row('weekly')).toMatchObject({ state: 'held', generation: 2 });
  });
});

describe('a request that changes nothing at the provider', () => {
  it('keeps the ids to write back to the calendar, or takes newer ones', async () => {
    for (const [origin, kept] of [
      [undefined, 'old'],
      [{ calendarId: 'new' }, 'new'],
    ] as const) {
      const { context, row } = makeWorld();
      await ensureRoom(aRequest({ origin: { calendarId: 'old' } }), context);
      expect((await ensureRoom(aRequest({ origin }), context)).outcome).toBe('unchanged');
      expect(row('weekly').origin).toEqual({ calendarId: kept });
    }
  });

  it('is refused where it does not say what the room shall be like', async () => {
    const asked = ensureRoom(aRequest({ spec: undefined }), makeWorld().context);
    await expect(asked).rejects.toThrow('room weekly was requested without its settings');
  });
});

describe('a request that nobody needs any more when it is served', () => {
  it('is noted, and a room that lives goes on to its end', async () => {
    const { context, row, kept, announced, clock } = makeWorld();
    await ensureRoom(aRequest(), context);
    clock.now += 2 * DAY;
    const spec = aSpec({ renewal: { mode: 'recreate', until: clock.now - DAY } });
    expect((await ensureRoom(aRequest({ spec }), context)).outcome).toBe('noted');
    expect(row('weekly')).toMatchObject({ state: 'ending', spec, current: { id: 'first-1' }, retirees: [] });
    expect(kept()).toEqual(['first-1']);
    expect(announced).toHaveLength(1);
  });
});

describe('a change that needs a new room', () => {
  it('is announced as a change, also where the provider has only just refused it', async () => {
    const { context, providers, announced, row } = makeWorld();
    await ensureRoom(aRequest(), context);
    const change = async () => {
      throw new ProviderRefusedError('expires_at: must be within a year of created_at');
    };
    Object.assign(providers.first ?? {}, { change });
    expect((await ensureRoom(aRequest({ spec: aSpec({ lifetime: 120 * DAY }) }), context)).outcome).toBe(
      'rotated',
    );
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'changed' });
    expect(row('weekly').previous?.id).toBe('first-1');
  });

  it('gives it the end that the old one had at least', async () => {
    const { context, row } = makeWorld();
    await ensureRoom(aRequest({ spec: named('Weekly') }), context);
    const shorter = { ...named('Monthly'), lifetime: 30 * DAY };
    expect((await ensureRoom(aRequest({ spec: shorter }), context)).outcome).toBe('rotated');
    expect(row('weekly').current?.expiresAt).toBe(START + 90 * DAY);
  });
});

describe('a pool of applications', () => {
  it('passes a room to the next application when its home is full', async () => {
    const { context, row } = makeWorld({ applications: ['one', 'two'], limit: 1 });
    for (const key of ['a', 'b']) await ensureRoom(aRequest({ key }), context);
    const homes = ['a', 'b'].map((key) => row(key).current?.application);
    expect(new Set(homes)).toEqual(new Set(['one', 'two']));
  });

  it('keeps the message and says so when all are full', async () => {
    const { context, row } = makeWorld({ applications: ['one', 'two'], limit: 0 });
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow(PoolFullError);
    expect(row('weekly')).toMatchObject({ state: 'opening', claim: undefined, attempts: 1 });
    expect(row('weekly').lastError).toMatch(/are full \(one, two\)/);
  });

  it('leaves a room in its application when another is added', async () => {
    const world = makeWorld({ applications: ['one', 'two'] });
    const keys = Array.from({ length: 20 }, (_, index) => `room-${index}`);
    const small = { ...world.context, pool: { ...world.context.pool, names: ['one'] } };
    for (const key of keys) await ensureRoom(aRequest({ key, spec: named('A') }), small);
    for (const key of keys) await ensureRoom(aRequest({ key, spec: named('B') }), world.context);
    expect(new Set(keys.map((key) => world.row(key).current?.application))).toEqual(new Set(['one']));
  });
});

describe('a request that the provider refuses', () => {
  const refusing = () => {
    const world = makeWorld();
    const provider = world.providers.first;
    if (!provider) throw new Error('no provider');
    const create = provider.create;
    provider.create = async (order) => {
      if (order.settings.display_name === 'bad') throw new ProviderRefusedError('theme_id: unknown theme');
      return create(order);
    };
    return world;
  };

  it('leaves the reason on the row and tells the bus', async () => {
    const { context, row, announced } = refusing();
    await expect(ensureRoom(aRequest({ spec: named('bad') }), context)).rejects.toThrow(ProviderRefusedError);
    expect(row('weekly')).toMatchObject({
      state: 'rejected',
      lastError: 'theme_id: unknown theme',
      claim: undefined,
    });
    expect(announced).toEqual([
      expect.objectContaining({ type: 'Room Rejected', reason: 'theme_id: unknown theme' }),
    ]);
  });

  it('leaves a room that lives as it was', async () => {
    const { context, row } = refusing();
    await ensureRoom(aRequest({ spec: named('good') }), context);
    await expect(ensureRoom(aRequest({ spec: named('bad') }), context)).rejects.toThrow(ProviderRefusedError);
    expect(row('weekly')).toMatchObject({ state: 'active', generation: 1, spec: named('good') });
    expect(row('weekly').dueAt).toBeDefined();
  });

  it('can be sent again once the cause is gone', async () => {
    const { context, row, providers } = refusing();
    const request = aRequest({ spec: named('bad') });
    await expect(ensureRoom(request, context)).rejects.toThrow(ProviderRefusedError);
    const fresh = makeWorld();
    if (providers.first && fresh.providers.first) providers.first.create = fresh.providers.first.create;
    expect((await ensureRoom(request, context)).outcome).toBe('created');
    expect(row('weekly').state).toBe('active');
  });
});

describe('another worker', () => {
  it('is waited for while its lease runs', async () => {
    const { context, row, rooms, clock } = makeWorld();
    await ensureRoom(aRequest({ spec: named('Weekly') }), context);
    const claim = {
      owner: 'other',
      purpose: 'open',
      generation: 2,
      takenAt: clock.now,
      leaseUntil: clock.now + MINUTE,
      application: 'first',
      spec: aSpec(),
      expiresAt: clock.now + DAY,
      announcement: { type: 'Room Rotated', reason: 'changed' },
    } as const;
    await rooms.write({ ...row('weekly'), claim });
    await expect(ensureRoom(aRequest(), context)).rejects.toThrow(ClaimHeldError);
    await expect(cancelRoom(aRequest({ action: 'cancel' }), context)).rejects.toThrow(ClaimHeldError);
    clock.now += 2 * MINUTE;
    expect((await cancelRoom(aRequest({ action: 'cancel' }), context)).outcome).toBe('cancelled');
  });
});

describe('a provider that lacks a setting', () => {
  const themed = (more: object = {}) =>
    aSpec({ settings: { display_name: 'Weekly', theme_id: null }, ...more });

  it('is named in the warnings of the row', async () => {
    const { context, row } = makeWorld({ unmet: ['theme_id'] });
    await ensureRoom(aRequest({ spec: themed() }), context);
    expect(row('weekly').warnings).toEqual(['theme_id: not to be had here']);
  });

  it('is named where it is a mode of renewal that was asked for by name', async () => {
    const { context, row } = makeWorld({ capabilities: { movableExpiry: false } });
    const extend = (explicit: boolean) => aSpec({ renewal: { mode: 'extend', explicit } });
    await ensureRoom(aRequest({ spec: extend(true) }), context);
    const warning = 'renewal.mode extend: impossible, each renewal is a new room with a new link';
    expect(row('weekly').warnings).toEqual([warning]);
    await ensureRoom(aRequest({ spec: extend(false) }), context);
    expect(row('weekly').warnings).toEqual([]);
    const strict = ensureRoom(aRequest({ spec: { ...extend(true), strict: true } }), context);
    await expect(strict).rejects.toThrow(warning);
  });

  it('is a refusal where the request is strict', async () => {
    const { context, row, providers } = makeWorld({ unmet: ['theme_id'] });
    const strict = ensureRoom(aRequest({ spec: themed({ strict: true }) }), context);
    await expect(strict).rejects.toThrow(
      'strict: no application that may hold room weekly can give all that is asked for: theme_id',
    );
    expect(row('weekly').state).toBe('rejected');
    expect(providers.first?.made).toEqual([]);
  });

  it.each([
    ['the same', themed()],
    ['less', aSpec()],
  ])('is a refusal of a strict request for a living room that was asked for %s', async (_, before) => {
    const { context, row, announced } = makeWorld({ unmet: ['theme_id'] });
    await ensureRoom(aRequest({ spec: before }), context);
    const { current, warnings } = row('weekly');
    const strict = ensureRoom(aRequest({ spec: themed({ strict: true }) }), context);
    await expect(strict).rejects.toThrow(RequestRefusedError);
    expect(row('weekly')).toMatchObject({ state: 'active', spec: before, current, warnings });
    expect(announced.at(-1)?.type).toBe('Room Rejected');
  });

  it('does not put off the renewal of the living room by the refusal', async () => {
    const { context, row, clock } = makeWorld({ unmet: ['theme_id'] });
    await ensureRoom(aRequest(), context);
    const { dueAt = 0 } = row('weekly');
    clock.now = dueAt + HOUR;
    const strict = ensureRoom(aRequest({ spec: themed({ strict: true }) }), context);
    await expect(strict).rejects.toThrow(RequestRefusedError);
    expect(row('weekly')).toMatchObject({ dueAt, attempts: 0 });
  });
});

describe('a provider that cannot move an expiry', () => {
  it('opens a new room for a longer life, without asking for a change in vain', async () => {
    const { context, row, providers } = makeWorld({ capabilities: { movableExpiry: false } });
    await ensureRoom(aRequest(), context);
    expect((await ensureRoom(aRequest({ spec: aSpec({ lifetime: 120 * DAY }) }), context)).outcome).toBe(
      'rotated',
    );
    expect(row('weekly')).toMatchObject({ generation: 2, previous: { id: 'first-1' } });
    expect(providers.first?.calls).toEqual({ create: 2 });
  });
});

describe('a pool of several providers', () => {
  const pool = ['daily-1', 'daily-2', 'whereby-1'];

  it('keeps a key with its provider, also when its account is full', async () => {
    const world = makeWorld({ applications: pool, limit: 1 });
    const daily = { ...world.context, pool: { ...world.context.pool, names: ['daily-1'] } };
    await ensureRoom(aRequest({ spec: named('A') }), daily);
    await ensureRoom(aRequest({ spec: named('B') }), world.context);
    expect(world.row('weekly').current?.application).toBe('daily-2');
    await expect(ensureRoom(aRequest({ spec: named('C') }), world.context)).rejects.toThrow(PoolFullError);
  });

  it('moves a key on purpose, and announces it', async () => {
    const { context, row, announced } = makeWorld({ applications: pool });
    await ensureRoom(aRequest({ spec: named('A') }), context);
    const from = row('weekly').current?.application;
    const to = from === 'whereby-1' ? 'daily-1' : 'whereby-1';
    await rotateNow(aRequest({ action: 'rotate', to }), context);
    expect(row('weekly')).toMatchObject({ current: { application: to }, previous: { application: from } });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'moved' });
  });

  it('moves a key nowhere else where the place it is to be moved to is full', async () => {
    const world = makeWorld({ applications: ['daily-1', 'daily-2'], limit: 2 });
    const only = (name: string) => ({ ...world.context, pool: { ...world.context.pool, names: [name] } });
    await ensureRoom(aRequest(), only('daily-1'));
    const { provider } = world.context.pool;
    const order = { settings: aSpec().settings, expiresAt: world.clock.now + DAY };
    for (const token of ['a', 'b']) await provider('daily-2').create({ ...order, token });
    const moved = rotateNow(aRequest({ action: 'rotate', to: 'daily-2' }), world.context);
    await expect(moved).rejects.toThrow('are full (daily-2)');
    expect(world.row('weekly')).toMatchObject({ generation: 1, current: { application: 'daily-1' } });
  });

  it('refuses to move a key to where nothing is', async () => {
    const { context } = makeWorld({ applications: pool });
    await ensureRoom(aRequest(), context);
    const astray = rotateNow(aRequest({ action: 'rotate', to: 'zoom-1' }), context);
    await expect(astray).rejects.toThrow(
      'to: must be an application of the pool (daily-1, daily-2, whereby-1), got zoom-1',
    );
  });
});
