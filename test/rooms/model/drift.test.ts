import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ensureRoom } from '../../../functions/rooms/actions/ensure.ts';
import { rotateRoom } from '../../../functions/rooms/actions/rotate.ts';
import { NotAlteredError } from '../../../functions/rooms/lifecycle/change.ts';
import { driftOf } from '../../../functions/rooms/model/drift.ts';
import {
  ProviderRefusedError,
  RoomGoneError,
  ThrottledError,
} from '../../../functions/rooms/model/errors.ts';
import type { RoomSettings } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/rooms/model/time.ts';
import type { StoredRoom } from '../../support/memory-provider.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';
import { aRequest, makeWorld, type World } from '../../support/world.ts';

const ORDER = { key: 'weekly', generation: 1, cause: 'drifted' } as const;
const ASKED: RoomSettings = {
  display_name: 'Weekly',
  join_approval_level: 'explicit_approval',
  available_features: { is_chat_available: false },
};

const capabilities = makeWorld().context.pool.provider('first').capabilities;

function seen(settings: Partial<RoomSettings>, expiresAt: Instant = START + 90 * DAY) {
  return { ...aLiveRoom(), available: true, settings, expiresAt };
}

describe('what has drifted', () => {
  const drift = (shown: Partial<RoomSettings>, expiresAt?: Instant, asked = ASKED) =>
    driftOf(
      { current: aLiveRoom(), spec: aSpec({ settings: asked }) },
      seen(shown, expiresAt),
      capabilities,
      START,
    );

  it('is a setting that shows another value, and is told as it was asked for', () => {
    expect(drift({ join_approval_level: 'none' })?.settings).toEqual({
      join_approval_level: 'explicit_approval',
    });
    expect(drift({ available_features: { is_chat_available: true } })?.settings).toEqual({
      available_features: { is_chat_available: false },
    });
  });

  it('is not what the provider adds, does not show or cannot change', () => {
    expect(drift({})).toBeUndefined();
    expect(
      drift({ available_features: { is_chat_available: false, is_recording_available: true } }),
    ).toBeUndefined();
    expect(drift({ theme_id: 'its own default' })).toBeUndefined();
    expect(drift({ display_name: 'Renamed' })).toBeUndefined();
  });

  it('is any part of a setting that differs, and none that is not shown', () => {
    const asked: RoomSettings = {
      ...ASKED,
      available_features: { is_chat_available: false, is_recording_available: false },
    };
    expect(drift({ available_features: {} })).toBeUndefined();
    for (const shown of [
      { is_chat_available: false, is_recording_available: true },
      { is_chat_available: true, is_recording_available: false },
    ]) {
      const { settings } = drift({ available_features: shown }, undefined, asked) ?? {};
      expect(settings).toEqual({ available_features: asked.available_features });
    }
  });

  it('is a value where none was asked for by name', () => {
    const asked: RoomSettings = { display_name: 'Weekly', theme_id: null };
    expect(drift({ theme_id: null }, undefined, asked)).toBeUndefined();
    expect(drift({ theme_id: 'another' }, undefined, asked)?.settings).toEqual({ theme_id: null });
  });

  it('is an end that came nearer by more than rounding, and never one that went away', () => {
    expect(drift({}, START + 90 * DAY - MINUTE)).toBeUndefined();
    expect(drift({}, START + 90 * DAY - MINUTE - SECOND)).toBeDefined();
    expect(drift({}, START + 91 * DAY)).toBeUndefined();
    expect(drift({}, START + DAY)).toEqual({ settings: {}, expiresAt: START + 90 * DAY });
  });

  it('is not an end so near that it cannot be moved any more', () => {
    // the shortest life is 11 minutes, and an expiry may come back rounded by one
    const endingIn = (life: number) => {
      const current = aLiveRoom({ expiresAt: START + life });
      return driftOf({ current, spec: aSpec() }, seen({}, START + MINUTE), capabilities, START);
    };
    expect(endingIn(12 * MINUTE - SECOND)).toBeUndefined();
    expect(endingIn(12 * MINUTE)).toEqual({ settings: {}, expiresAt: START + 12 * MINUTE });
  });
});

describe('correcting drift', () => {
  /** A room whose settings and end somebody else has changed. */
  async function drifted(): Promise<{ world: World; room: StoredRoom }> {
    const world = makeWorld();
    await ensureRoom(aRequest({ spec: aSpec({ settings: ASKED }) }), world.context);
    world.clock.now += HOUR;
    const room = world.providers.first?.made[0];
    if (!room) throw new Error('no room was made');
    room.settings = { ...room.settings, join_approval_level: 'none' };
    room.expiresAt = world.clock.now + DAY;
    return { world, room };
  }

  /** Lets the provider's next change fail. */
  function failChange({ providers }: World, error: Error): void {
    const provider = providers.first;
    if (!provider) throw new Error('no provider');
    const { change } = provider;
    provider.change = async () => {
      provider.change = change;
      throw error;
    };
  }

  const restored = (world: World, room: StoredRoom) => {
    expect(room).toMatchObject({ settings: ASKED, expiresAt: START + 90 * DAY });
    expect(world.row('weekly')).toMatchObject({
      spec: { settings: ASKED },
      current: { expiresAt: START + 90 * DAY, renewedAt: START },
      claim: undefined,
    });
  };

  it('puts the room right in place and tells the bus', async () => {
    const { world, room } = await drifted();
    const before = world.row('weekly');
    expect((await rotateRoom(ORDER, world.context)).outcome).toBe('updated');
    restored(world, room);
    expect(world.row('weekly')).toMatchObject({ renewAt: before.renewAt, dueAt: before.dueAt });
    expect(world.announced.at(-1)).toMatchObject({ type: 'Room Updated', reason: 'drift' });
  });

  it('remembers what was asked for when the provider throttles the call', async () => {
    const { world, room } = await drifted();
    failChange(world, new ThrottledError('later', { retryAfter: SECOND, ambiguous: false }));
    await expect(rotateRoom(ORDER, world.context)).rejects.toThrow(ThrottledError);
    expect(world.row('weekly').spec?.settings).toEqual(ASKED);
    expect((await rotateRoom(ORDER, world.context)).outcome).toBe('updated');
    restored(world, room);
  });

  it('opens a new room when the room is gone meanwhile', async () => {
    const { world, room } = await drifted();
    failChange(world, new RoomGoneError('gone'));
    world.providers.first?.lose(room.id);
    const provider = world.providers.first;
    if (provider) provider.get = async () => undefined;
    expect((await rotateRoom(ORDER, world.context)).outcome).toBe('rotated');
    expect(world.row('weekly')).toMatchObject({ generation: 2, previous: undefined });
  });

  it('leaves a room alone that is only said to be gone', async () => {
    const { world } = await drifted();
    failChange(world, new RoomGoneError('gone'));
    await expect(rotateRoom(ORDER, world.context)).rejects.toThrow('but shows it');
    const order = { ...ORDER, cause: 'lost' } as const;
    expect(await rotateRoom(order, world.context)).toMatchObject({
      outcome: 'unchanged',
      reason: 'found again',
    });
    expect(world.row('weekly').generation).toBe(1);
  });

  it('hands the message over for good when the provider refuses the correction', async () => {
    const { world } = await drifted();
    failChange(world, new ProviderRefusedError('no'));
    await expect(rotateRoom(ORDER, world.context)).rejects.toThrow(ProviderRefusedError);
    expect(world.row('weekly')).toMatchObject({
      state: 'active',
      claim: undefined,
      spec: { settings: ASKED },
      current: { expiresAt: START + 90 * DAY },
    });
  });

  it('is refused with an error that keeps the row, and the link in it, out of sight', () => {
    const room = aRoom({ current: aLiveRoom({ guestUrl: 'https://meetings.example/?canary' }) });
    const error = new NotAlteredError(room, new ProviderRefusedError('no'));
    expect(error.room).toBe(room);
    expect(`${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`).not.toContain(
      'canary',
    );
  });

  it('does nothing where nothing has drifted any more', async () => {
    const { world, room } = await drifted();
    await rotateRoom(ORDER, world.context);
    const { revision } = world.row('weekly');
    expect((await rotateRoom(ORDER, world.context)).outcome).toBe('unchanged');
    expect(world.row('weekly').revision).toBe(revision);
    restored(world, room);
  });
});
