import { describe, expect, it } from 'vitest';
import { cancelRoom } from '../../../functions/rooms/actions/cancel.ts';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { holdRoom } from '../../../functions/rooms/actions/hold.ts';
import { handleProviderEvent } from '../../../functions/rooms/actions/provider-event.ts';
import { rotateNow, rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { AmbiguousOutcomeError } from '../../../functions/rooms/model/errors.ts';
import type { ProviderEvent } from '../../../functions/rooms/model/ports.ts';
import type { RoomSettings, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World, type WorldOptions } from '../../support/world.ts';

const callbacks = { address: async (key: string) => `https://callbacks.example/${key}/secret` };

async function keptWorld(spec: Partial<RoomSpec> = {}, options: WorldOptions = {}) {
  const world = makeWorld(options);
  const context = { ...world.context, callbacks };
  await ensureRoom(aRequest({ spec: aSpec(spec) }), context);
  const provider = world.providers.first as World['providers'][string];
  const hear = (news: ProviderEvent['news'], roomId = 'first-1') =>
    handleProviderEvent({ key: 'weekly', roomId, news }, context);
  const rotate = () => rotateRoom({ key: 'weekly', generation: 1, cause: 'due' }, context);
  return { ...world, context, provider, hear, rotate };
}

describe('news of a meeting', () => {
  it('that began keeps the link until the meeting ends, and then the room is due as before', async () => {
    const { hear, rotate, row, clock } = await keptWorld();
    const { renewAt = 0, emergencyAt } = row('weekly');
    clock.now = renewAt + HOUR;
    expect((await hear('meeting-started')).outcome).toBe('noted');
    expect(row('weekly').meetingSince).toBe(clock.now);
    expect((await rotate()).outcome).toBe('postponed');
    expect(row('weekly').dueAt).toBe(emergencyAt);
    expect((await hear('meeting-ended')).outcome).toBe('noted');
    expect(row('weekly')).toMatchObject({ meetingSince: undefined, dueAt: renewAt });
    expect((await rotate()).outcome).toBe('rotated');
  });

  it('that ended leaves alone a room that was not waiting for it', async () => {
    const { hear, row, rooms } = await keptWorld();
    await hear('meeting-started');
    const resting = row('weekly').dueAt as number;
    await rooms.write({ ...row('weekly'), attempts: 3, dueAt: resting + HOUR });
    await hear('meeting-ended');
    expect(row('weekly')).toMatchObject({ meetingSince: undefined, dueAt: resting + HOUR, attempts: 3 });
    expect((await hear('meeting-ended')).outcome).toBe('unchanged');
  });

  it('that ended leaves a held room to wait for its emergency', async () => {
    const { hear, row, context } = await keptWorld();
    await hear('meeting-started');
    await holdRoom(aRequest({ action: 'hold' }), context);
    const { emergencyAt } = row('weekly');
    expect((await hear('meeting-ended')).outcome).toBe('noted');
    expect(row('weekly')).toMatchObject({ state: 'held', dueAt: emergencyAt });
  });

  it('means nothing for a room that the provider shows closed, or at its end', async () => {
    for (const more of [{ available: false }, { expiresAt: START }]) {
      const { hear, row, provider } = await keptWorld();
      const { get } = provider;
      provider.get = async (id) => {
        const seen = await get(id);
        return seen && { ...seen, ...more };
      };
      expect((await hear('meeting-started')).outcome).toBe('unchanged');
      expect(row('weekly').meetingSince).toBeUndefined();
    }
  });

  it('of a key that was cancelled changes nothing', async () => {
    const { hear, context, row } = await keptWorld();
    await cancelRoom(aRequest({ action: 'cancel' }), context);
    const { revision } = row('weekly');
    expect((await hear('meeting-started')).outcome).toBe('outdated');
    expect(row('weekly').revision).toBe(revision);
  });

  it('counts from the first of several beginnings', async () => {
    const { hear, row, clock } = await keptWorld();
    await hear('meeting-started');
    clock.now += HOUR;
    expect((await hear('meeting-started')).outcome).toBe('unchanged');
    expect(row('weekly').meetingSince).toBe(START);
  });

  it('means nothing where the provider does not have the room', async () => {
    const { hear, row, provider } = await keptWorld();
    provider.lose('first-1');
    expect((await hear('meeting-started')).outcome).toBe('unchanged');
    expect(row('weekly').meetingSince).toBeUndefined();
  });

  it('changes nothing where the application has left the pool, since nobody can be asked there', async () => {
    const { context, row } = await keptWorld({}, { applications: ['first', 'second'] });
    const { current, revision } = row('weekly');
    const pool = makeWorld({ applications: ['second'] }).context.pool;
    const left = current?.application === 'first' ? pool : makeWorld().context.pool;
    for (const news of ['meeting-started', 'expired'] as const) {
      const told = { key: 'weekly', roomId: current?.id ?? '', news };
      expect((await handleProviderEvent(told, { ...context, pool: left })).outcome).toBe('unchanged');
    }
    expect(row('weekly').revision).toBe(revision);
  });

  it('is heard again later where the provider cannot be asked', async () => {
    const { hear, provider } = await keptWorld();
    provider.get = async () => {
      throw new AmbiguousOutcomeError('no answer');
    };
    await expect(hear('meeting-started')).rejects.toThrow(AmbiguousOutcomeError);
  });

  it('of another room than the current one changes nothing and asks nobody', async () => {
    const { hear, row, provider, context } = await keptWorld();
    await rotateNow(aRequest({ action: 'rotate' }), context);
    const { revision } = row('weekly');
    for (const news of ['meeting-started', 'meeting-ended', 'expired'] as const) {
      expect((await hear(news, 'first-1')).outcome).toBe('outdated');
      expect((await hear(news, 'somebody-elses')).outcome).toBe('outdated');
    }
    expect(row('weekly').revision).toBe(revision);
    expect(provider.calls.get).toBeUndefined();
  });

  it('of a key that has no row is nobody’s concern', async () => {
    const { context } = makeWorld();
    const news = { key: 'nobody', roomId: 'first-1', news: 'expired' } as const;
    expect(await handleProviderEvent(news, context)).toEqual({ outcome: 'outdated' });
  });
});

describe('news that a room expired', () => {
  it('opens a new one at once where the room is kept', async () => {
    const { hear, row, clock, announced } = await keptWorld();
    clock.now = START + 90 * DAY + SECOND;
    expect((await hear('expired')).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    expect(announced.at(-1)).toMatchObject({ type: 'Room Rotated', reason: 'expired' });
    expect((await hear('expired')).outcome).toBe('outdated');
  });

  it('opens a new one also where our clock is a little behind', async () => {
    const { hear, clock, provider, announced, row } = await keptWorld();
    clock.now = START + 90 * DAY - 5 * MINUTE;
    provider.lose('first-1');
    expect((await hear('expired')).outcome).toBe('rotated');
    expect(announced.at(-1)).toMatchObject({ reason: 'expired' });
    expect(row('weekly').previous).toBeUndefined();
  });

  it('is not believed while the provider shows the room', async () => {
    const { hear, row, clock, provider } = await keptWorld();
    for (const at of [START + DAY, START + 90 * DAY - MINUTE]) {
      clock.now = at;
      expect((await hear('expired')).outcome).toBe('unchanged');
    }
    expect(row('weekly').generation).toBe(1);
    expect(provider.calls).toEqual({ create: 1, get: 2 });
  });

  it('before its time is news of a lost room', async () => {
    const { hear, row, clock, announced, provider } = await keptWorld();
    clock.now = START + DAY;
    provider.lose('first-1');
    expect((await hear('expired')).outcome).toBe('rotated');
    expect(row('weekly')).toMatchObject({ generation: 2, previous: undefined });
    expect(announced.at(-1)).toMatchObject({ reason: 'lost' });
  });

  it('opens nothing where a person holds the room', async () => {
    const { hear, context, clock, row } = await keptWorld();
    await holdRoom(aRequest({ action: 'hold' }), context);
    clock.now = START + 91 * DAY;
    expect((await hear('expired')).outcome).toBe('unchanged');
    expect(row('weekly').generation).toBe(1);
  });

  it.each([
    ['that is not renewed', { renewal: { mode: 'none' } }],
    ['that nobody needs any more', { renewal: { mode: 'recreate', until: START + 90 * DAY } }],
  ] as const)('opens nothing for a room %s', async (_, spec) => {
    const { hear, clock, provider } = await keptWorld(spec);
    provider.lose('first-1');
    for (const at of [START + 90 * DAY - MINUTE, START + 90 * DAY + SECOND]) {
      clock.now = at;
      expect((await hear('expired')).outcome).toBe('unchanged');
    }
    expect(provider.calls).toEqual({ create: 1 });
  });

  it('after its use opens a new one where the room is renewed, and none where it is not', async () => {
    for (const [mode, outcome] of [
      ['recreate', 'rotated'],
      ['none', 'unchanged'],
    ] as const) {
      const settings = { display_name: 'Once', expire_after_use: true };
      const { hear, clock, provider } = await keptWorld({ settings, renewal: { mode } });
      clock.now = START + DAY;
      provider.lose('first-1');
      expect((await hear('expired')).outcome).toBe(outcome);
    }
  });
});

describe('a room whose news are to be heard', () => {
  const OURS = 'https://callbacks.example/weekly/secret';
  const named = (callback_urls?: RoomSettings['callback_urls']): Partial<RoomSpec> => ({
    settings: { display_name: 'Weekly', ...(callback_urls && { callback_urls }) },
  });

  it('is made with our addresses, which are neither on its row nor announced', async () => {
    const { provider, row } = await keptWorld();
    expect(provider.made[0]?.settings.callback_urls).toEqual({
      rooms_callback_url: OURS,
      sessions_callback_url: OURS,
    });
    expect(JSON.stringify(row('weekly'))).not.toContain('secret');
    expect(row('weekly').warnings).toEqual([]);
  });

  it("tells its caller's addresses instead of ours, and its caller of what that means", async () => {
    const theirs = 'https://caller.example/sessions';
    const { provider, row } = await keptWorld(named({ sessions_callback_url: theirs }));
    expect(provider.made[0]?.settings.callback_urls).toEqual({
      rooms_callback_url: OURS,
      sessions_callback_url: theirs,
    });
    expect(row('weekly').warnings).toEqual([
      'callback_urls: your addresses replace those of this stack, so a meeting that is going on does not postpone the renewal',
    ]);
  });

  it("tells ours again once its caller's are gone", async () => {
    const { provider, row, context } = await keptWorld(
      named({ rooms_callback_url: 'https://caller.example/' }),
    );
    expect(row('weekly').warnings).toHaveLength(1);
    await ensureRoom(aRequest({ spec: aSpec(named()) }), context);
    expect(provider.made[0]?.settings.callback_urls).toEqual({
      rooms_callback_url: OURS,
      sessions_callback_url: OURS,
    });
    expect(row('weekly').warnings).toEqual([]);
    expect(JSON.stringify(row('weekly'))).not.toContain('secret');
  });

  it('is made as it was asked for where the provider tells nobody anything', async () => {
    const { provider } = await keptWorld({}, { capabilities: { news: undefined } });
    expect(provider.made[0]?.settings).toEqual({ display_name: 'Weekly' });
  });

  it('is made as it was asked for where callbacks are off', async () => {
    const { context, providers, row } = makeWorld();
    const settings = {
      display_name: 'Weekly',
      callback_urls: { sessions_callback_url: 'https://caller.example/' },
    };
    await ensureRoom(aRequest({ spec: aSpec({ settings }) }), context);
    expect(providers.first?.made[0]?.settings).toEqual(settings);
    expect(row('weekly').warnings).toEqual([]);
  });
});
