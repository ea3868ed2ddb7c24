import { describe, expect, it } from 'vitest';
import { RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import type { RenewalMode, RoomSpec } from '../../../functions/rooms/model/room.ts';
import {
  changedSettings,
  expiryFromNow,
  isByUse,
  isKeptPast,
  isOnDemand,
  isOver,
  isRenewed,
  mergeSpec,
  renewedExpiry,
  sameSpec,
} from '../../../functions/rooms/model/spec.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/rooms/model/time.ts';
import { aSpec, START } from '../../support/rooms.ts';

const LIVES = { shortestLife: 11 * MINUTE, longestLife: 365 * DAY };
const BY_USE = { ...LIVES, livesByUse: 200 * DAY };
const MODES: readonly RenewalMode[] = ['recreate', 'extend', 'none', 'on-demand'];

const until = (end: number, mode: RenewalMode = 'recreate') => aSpec({ renewal: { mode, until: end } });

describe('a key that is asked for again', () => {
  const expiresAt = START + 30 * DAY;

  it('keeps the life that was calculated for the same expiry', () => {
    const old = aSpec({ expiresAt, lifetime: 30 * DAY });
    const asked = aSpec({ expiresAt, lifetime: 29 * DAY, settings: { display_name: 'Other' } });
    expect(mergeSpec(old, asked)).toEqual({ ...asked, lifetime: 30 * DAY });
  });

  it.each<[string, RoomSpec | undefined, RoomSpec]>([
    [
      'another expiry',
      aSpec({ expiresAt, lifetime: DAY }),
      aSpec({ expiresAt: expiresAt + 1, lifetime: HOUR }),
    ],
    ['no expiry', aSpec({ lifetime: DAY }), aSpec({ lifetime: HOUR })],
    ['nothing before', undefined, aSpec({ expiresAt, lifetime: HOUR })],
    ['nothing before and no expiry', undefined, aSpec({ lifetime: HOUR })],
  ])('takes the life that was asked for now: %s', (_, old, asked) => {
    expect(mergeSpec(old, asked)).toEqual(asked);
  });

  it('wants the same whatever the order of the fields, and something else where one differs', () => {
    const { renewal, lifetime, settings } = aSpec();
    expect(sameSpec(aSpec(), { settings, renewal, lifetime })).toBe(true);
    expect(sameSpec(aSpec(), aSpec({ lifetime: DAY }))).toBe(false);
    expect(sameSpec(undefined, aSpec())).toBe(false);
  });

  it('changes the settings that differ: new, other and left out', () => {
    const old = { display_name: 'Weekly', theme_id: 'a', metadata: 'm' };
    const asked = { display_name: 'Weekly', theme_id: 'b', join_approval_level: 'none' as const };
    const changed = changedSettings(old, asked);
    expect(Object.keys(changed).sort()).toEqual(['join_approval_level', 'metadata', 'theme_id']);
    expect(changed).toEqual({ theme_id: 'b', join_approval_level: 'none', metadata: undefined });
    expect(changedSettings(undefined, asked)).toEqual(asked);
  });
});

describe('a room', () => {
  it('is over from the end of its renewal on', () => {
    expect(isOver(until(START), START - 1)).toBe(false);
    expect(isOver(until(START), START)).toBe(true);
    expect(isOver(aSpec(), START)).toBe(false);
  });

  it('is renewed by itself where that was asked for', () => {
    expect(MODES.filter((mode) => isRenewed(aSpec({ renewal: { mode } })))).toEqual(['recreate', 'extend']);
  });

  it('waits for a knock where that was asked for', () => {
    expect(MODES.filter((mode) => isOnDemand(aSpec({ renewal: { mode } })))).toEqual(['on-demand']);
    expect(isOnDemand(undefined)).toBe(false);
  });

  it('is followed by another one that is needed for longer', () => {
    expect(isKeptPast(aSpec(), START)).toBe(true);
    expect(isKeptPast(until(START), START - 1)).toBe(true);
    expect(isKeptPast(until(START), START)).toBe(false);
    expect(isKeptPast(aSpec({ renewal: { mode: 'none' } }), START)).toBe(false);
  });
});

describe('a room lives by its use', () => {
  it('at a provider that has such rooms, where no other life was asked for', () => {
    expect(isByUse(aSpec(), BY_USE)).toBe(true);
    expect(isByUse(aSpec({ renewal: { mode: 'recreate', explicit: false } }), BY_USE)).toBe(true);
  });

  it.each<[string, RoomSpec]>([
    ['an expiry', aSpec({ expiresAt: START + DAY })],
    ['the end of the renewal', until(START + DAY)],
    ['another renewal', aSpec({ renewal: { mode: 'extend' } })],
    ['the renewal by name', aSpec({ renewal: { mode: 'recreate', explicit: true } })],
  ])('but not where the request says %s', (_, spec) => {
    expect(isByUse(spec, BY_USE)).toBe(false);
  });

  it('but not at another provider', () => {
    expect(isByUse(aSpec(), { livesByUse: undefined })).toBe(false);
  });
});

describe('a room that is opened now', () => {
  const soonest = START + LIVES.shortestLife;
  const ends = (more: Partial<RoomSpec>, lives: typeof BY_USE | typeof LIVES = LIVES) =>
    expiryFromNow(aSpec(more), START, lives);

  it('lives as long as was asked for', () => {
    expect(ends({ lifetime: 90 * DAY })).toBe(START + 90 * DAY);
  });

  it('ends when it was asked to, while that is ahead', () => {
    expect(ends({ expiresAt: START + 30 * DAY })).toBe(START + 30 * DAY);
    expect(ends({ expiresAt: soonest })).toBe(soonest);
    expect(ends({ expiresAt: soonest - 1, lifetime: 30 * DAY })).toBe(START + 30 * DAY);
  });

  it('lives no longer than anybody needs it', () => {
    expect(ends({ renewal: { mode: 'recreate', until: START + 2 * DAY } })).toBe(START + 2 * DAY);
    expect(ends({ lifetime: DAY, renewal: { mode: 'recreate', until: START + 2 * DAY } })).toBe(START + DAY);
  });

  it('lives as long as the provider allows: no shorter, no longer', () => {
    expect(ends({ lifetime: MINUTE })).toBe(soonest);
    expect(ends({ renewal: { mode: 'recreate', until: START + MINUTE } })).toBe(soonest);
    expect(ends({ lifetime: 400 * DAY })).toBe(START + LIVES.longestLife);
  });

  it("lives for the provider's own time where it lives by its use", () => {
    expect(ends({ lifetime: DAY }, BY_USE)).toBe(START + 200 * DAY);
    expect(ends({ lifetime: DAY, expiresAt: START + 3 * DAY }, BY_USE)).toBe(START + 3 * DAY);
  });

  it('is refused where its only end has come too near', () => {
    const once = { expiresAt: soonest - 1, renewal: { mode: 'none' } } as const;
    expect(() => ends(once)).toThrow(RequestRefusedError);
    expect(() => ends(once)).toThrow(
      'expires_at: 2027-03-01T12:10:59.999Z had come too near when the room was to be opened at ' +
        '2027-03-01T12:00:00.000Z, and renewal is none; ask again with a later expires_at',
    );
    expect(ends({ ...once, expiresAt: soonest })).toBe(soonest);
    expect(ends({ lifetime: DAY, renewal: { mode: 'none' } })).toBe(START + DAY);
  });
});

describe('a room that is renewed', () => {
  const renewed = (more: Partial<RoomSpec>) => renewedExpiry(aSpec(more), START, BY_USE);

  it('lives from now on, whatever its first expiry was', () => {
    expect(renewed({ lifetime: 30 * DAY, expiresAt: START + DAY })).toBe(START + 30 * DAY);
    expect(renewed({ lifetime: 30 * DAY, expiresAt: START - DAY })).toBe(START + 30 * DAY);
  });

  it('lives by its use where it did before', () => {
    expect(renewed({ lifetime: 30 * DAY })).toBe(START + 200 * DAY);
  });

  it('is still needed no longer than was said', () => {
    expect(renewed({ renewal: { mode: 'recreate', until: START + 5 * DAY } })).toBe(START + 5 * DAY);
  });
});
