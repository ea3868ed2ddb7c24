import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../functions/rooms/lifecycle/callbacks.ts';
import {
  candidates,
  capabilitiesOf,
  limitationsOf,
  unmetSettings,
} from '../../../functions/rooms/lifecycle/candidates.ts';
import { unsupportedSettings } from '../../../functions/rooms/lifecycle/unsupported-settings.ts';
import { PoolFullError } from '../../../functions/rooms/model/errors.ts';
import type { Accounts, Pool } from '../../../functions/rooms/model/ports.ts';
import { blankRoom } from '../../../functions/rooms/model/transitions.ts';
import { memoryProvider } from '../../support/memory-provider.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const now = () => START;
const RECORDED = aSpec({ settings: { display_name: 'Weekly', recording_options: { auto_record: true } } });

/** Two accounts at one provider, where rooms do not record, and one at another. */
const PROVIDERS = {
  'daily-1': memoryProvider({ name: 'daily-1', now, unmet: ['recording_options'] }),
  'daily-2': memoryProvider({ name: 'daily-2', now, unmet: ['recording_options'] }),
  other: memoryProvider({ name: 'other', now, capabilities: { movableExpiry: false } }),
};

const POOL: Pool = {
  names: Object.keys(PROVIDERS),
  siblings: (name) =>
    Object.keys(PROVIDERS).filter((it) => it.startsWith('daily') === name.startsWith('daily')),
  provider: (name) => PROVIDERS[name as keyof typeof PROVIDERS],
};

const living = (application: string) => aRoom({ current: aLiveRoom({ application }) });

describe('the applications that may hold a room', () => {
  const blank = blankRoom('weekly', START);

  it('are all, for a new key', () => {
    expect([...candidates(blank, aSpec(), POOL)].sort()).toEqual(['daily-1', 'daily-2', 'other']);
  });

  it('are its own and then the others of its provider, for a key that has a room', () => {
    expect(candidates(living('daily-1'), aSpec(), POOL)).toEqual(['daily-1', 'daily-2']);
    expect(candidates(living('daily-2'), aSpec(), POOL)).toEqual(['daily-2', 'daily-1']);
    expect(candidates(living('other'), aSpec(), POOL)).toEqual(['other']);
  });

  it('are all, for a key whose application has left the pool', () => {
    expect(candidates(living('gone'), aSpec(), POOL)).toHaveLength(3);
  });

  it('are the one to which a person moves it, and no other', () => {
    expect(candidates(living('daily-1'), aSpec(), POOL, 'other')).toEqual(['other']);
  });

  it('end with the one in which a lost room could not be looked up', () => {
    const room = { ...living('daily-1'), avoid: 'daily-1' };
    expect(candidates(room, aSpec(), POOL)).toEqual(['daily-2', 'daily-1']);
    expect(candidates({ ...room, avoid: 'gone' }, aSpec(), POOL)).toEqual(['daily-1', 'daily-2']);
  });

  it('are those that can give all, for a strict request', () => {
    expect(candidates(blank, { ...RECORDED, strict: true }, POOL)).toEqual(['other']);
    expect(candidates(blank, RECORDED, POOL)).toHaveLength(3);
  });

  it('are all that there are where none can give all: a room is kept', () => {
    expect(candidates(living('daily-1'), { ...RECORDED, strict: true }, POOL)).toEqual([
      'daily-1',
      'daily-2',
    ]);
  });

  it('are none in an empty pool, which says what to do', () => {
    const empty: Accounts = { ...POOL, names: [] };
    expect(() => candidates(blank, aSpec(), empty)).toThrow(PoolFullError);
    expect(() => candidates(blank, aSpec(), empty)).toThrow(
      'the pool has no application: configure at least one',
    );
  });
});

describe('a strict request', () => {
  const strict = { ...RECORDED, strict: true };

  it('is unmet where not even the best can give all, and says what', () => {
    expect(unmetSettings(aRoom(), strict, POOL, ['daily-1', 'other'])).toBe(
      'strict: no application that may hold room weekly can give all that is asked for: ' +
        'recording_options: not to be had here',
    );
  });

  it('names all that cannot be had', () => {
    const both = { ...strict, renewal: { mode: 'extend', explicit: true } as const };
    const pool: Pool = {
      ...POOL,
      provider: () =>
        memoryProvider({ now, unmet: ['recording_options'], capabilities: { movableExpiry: false } }),
    };
    expect(unmetSettings(aRoom(), both, pool, ['other'])).toMatch(
      /recording_options: not to be had here; renewal\.mode extend: impossible, each renewal is a new room/,
    );
  });

  it('is met where the best can give all, and so is one that is not strict', () => {
    expect(unmetSettings(aRoom(), strict, POOL, ['other', 'daily-1'])).toBeUndefined();
    expect(unmetSettings(aRoom(), RECORDED, POOL, ['daily-1'])).toBeUndefined();
  });
});

describe('an extension that was asked for by name', () => {
  const extend = (explicit?: boolean) => aSpec({ renewal: { mode: 'extend', explicit } });

  it('is not to be had where no expiry moves', () => {
    expect(unsupportedSettings(extend(true), PROVIDERS.other)).toEqual([
      'renewal.mode extend: impossible, each renewal is a new room with a new link',
    ]);
  });

  it.each([
    ['the expiry moves', extend(true), PROVIDERS['daily-1']],
    ['nobody named it', extend(false), PROVIDERS.other],
    ['it is another renewal', aSpec({ renewal: { mode: 'recreate', explicit: true } }), PROVIDERS.other],
  ])('is no complaint where %s', (_, spec, provider) => {
    expect(unsupportedSettings(spec, provider)).toEqual([]);
  });
});

describe('what can be done with a living room', () => {
  it('is what its provider can do', () => {
    expect(capabilitiesOf(aLiveRoom({ application: 'other' }), { pool: POOL })).toBe(
      PROVIDERS.other.capabilities,
    );
  });

  it('is nothing where its application has left the pool: it lives on to its end', () => {
    expect(capabilitiesOf(aLiveRoom({ application: 'gone' }), { pool: POOL })).toEqual({
      changeable: [],
      movableExpiry: false,
      shortestLife: 0,
      longestLife: Number.POSITIVE_INFINITY,
    });
  });
});

describe('what a caller does not get', () => {
  const spec = RECORDED;
  const lacks = ['recording_options: not to be had here'];
  const callbacks = { address: async () => 'https://ours.example/' };
  const heard = (urls: object) =>
    warningsOf(aSpec({ settings: { display_name: 'W', callback_urls: urls } }), 'daily-1', {
      pool: POOL,
      callbacks,
    });

  it('is what the provider of the room lacks', () => {
    expect(limitationsOf({ ...living('daily-1'), spec }, { pool: POOL })).toEqual(lacks);
    expect(limitationsOf({ ...living('other'), spec }, { pool: POOL })).toEqual([]);
  });

  it('is unknown without a room, a request or its application', () => {
    expect(limitationsOf({ ...aRoom({ current: undefined }), spec }, { pool: POOL })).toEqual([]);
    expect(limitationsOf({ ...living('daily-1'), spec: undefined }, { pool: POOL })).toEqual([]);
    expect(limitationsOf({ ...living('gone'), spec }, { pool: POOL })).toEqual([]);
  });

  it('is what this stack does for those whose callbacks it hears', () => {
    const meeting = 'a meeting that is going on does not postpone the renewal';
    const early = 'a room that ends early is opened again by the next reconciliation only';
    const used = 'callback_urls: your addresses replace those of this stack, so';
    expect(heard({})).toEqual([]);
    expect(heard({ sessions_callback_url: 'https://theirs.example' })).toEqual([`${used} ${meeting}`]);
    expect(heard({ rooms_callback_url: 'https://theirs.example' })).toEqual([`${used} ${early}`]);
    const both = {
      sessions_callback_url: 'https://theirs.example',
      rooms_callback_url: 'https://theirs.example',
    };
    expect(heard(both)).toEqual([`${used} ${meeting}, and ${early}`]);
  });

  it('is nothing of callbacks where this stack hears none, or the provider tells nobody', () => {
    const settings = { display_name: 'W', callback_urls: { rooms_callback_url: 'https://theirs.example' } };
    expect(warningsOf(aSpec({ settings }), 'daily-1', { pool: POOL })).toEqual([]);
    const silent: Pool = {
      ...POOL,
      provider: () => memoryProvider({ now, capabilities: { news: undefined } }),
    };
    expect(warningsOf(aSpec({ settings }), 'daily-1', { pool: silent, callbacks })).toEqual([]);
  });
});
