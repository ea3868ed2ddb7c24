import { describe, expect, it } from 'vitest';
import type { Claim, Retiree } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import {
  abandoned,
  failed,
  givenUp,
  opened,
  rejected,
  unclaimed,
  withRetirees,
} from '../../../functions/rooms/model/transitions.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const POLICY = { renewBefore: 7 * DAY, longestGap: 25 * HOUR };
const STRAY: Retiree = { application: 'first', id: 'stray' };
const ENDING: Retiree = { application: 'first', id: 'ending', endsAt: START + HOUR };
const ENDED: Retiree = { application: 'first', id: 'ended', endsAt: START };

function aClaim(more: Partial<Claim> = {}): Claim {
  return {
    owner: 'worker',
    purpose: 'open',
    generation: 2,
    takenAt: START,
    leaseUntil: START + HOUR,
    application: 'first',
    spec: aSpec(),
    expiresAt: START + 90 * DAY,
    announcement: { type: 'Room Rotated', reason: 'renewal' },
    from: 'active',
    ...more,
  };
}

describe('the rooms of a row that are to end', () => {
  it('stay on it with one that was made in vain, and what has ended is forgotten', () => {
    const row = aRoom({ retirees: [STRAY, ENDING, ENDED] });
    const { retirees } = givenUp(row, aLiveRoom({ id: 'made' }), 2, START);
    expect(retirees).toEqual([STRAY, ENDING, { application: 'first', id: 'made' }]);
  });

  it('stay on it when the next generation opens, with the current one where that is gone', () => {
    const row = aRoom({ retirees: [STRAY, ENDED], current: aLiveRoom({ id: 'old' }) });
    const next = aLiveRoom({ id: 'new' });
    expect(opened(row, aClaim(), next, POLICY, START)).toMatchObject({
      retirees: [STRAY],
      previous: { id: 'old' },
    });
    const gone = opened(row, aClaim({ gone: true, ends: [ENDING] }), next, POLICY, START);
    expect(gone.retirees).toEqual([STRAY, ENDING, { application: 'first', id: 'old' }]);
    expect(gone.previous).toBeUndefined();
  });

  it('are each there once, as they were known first', () => {
    const row = aRoom({ retirees: [ENDING] });
    expect(withRetirees(row, [{ application: 'first', id: 'ending' }], START)).toEqual([ENDING]);
  });
});

describe('the number of a generation that was given up', () => {
  it('never falls, whoever comes late', () => {
    const made = aLiveRoom({ id: 'made' });
    expect(givenUp(aRoom({ spent: 5 }), made, 3, START).spent).toBe(5);
    expect(givenUp(aRoom({ spent: 5 }), made, 6, START).spent).toBe(6);
    expect(givenUp(aRoom(), made, 2, START).spent).toBe(2);
    expect(abandoned(aRoom({ spent: 5, claim: aClaim() })).spent).toBe(5);
    expect(abandoned(aRoom({ claim: aClaim() }))).toMatchObject({
      spent: 2,
      avoid: 'first',
      claim: undefined,
    });
  });

  it('is not given up with a change', () => {
    const { spent, avoid, claim } = abandoned(aRoom({ claim: aClaim({ purpose: 'change', generation: 1 }) }));
    expect({ spent, avoid, claim }).toEqual({ spent: undefined, avoid: undefined, claim: undefined });
  });
});

describe('a row without its claim', () => {
  it('is as it was before', () => {
    const row = aRoom({ state: 'opening', claim: aClaim({ from: 'held' }) });
    expect(unclaimed(row)).toEqual({ ...row, state: 'held', claim: undefined });
    expect(unclaimed(aRoom({ state: 'opening', claim: aClaim({ from: undefined }) })).state).toBe('opening');
    const free = aRoom();
    expect(unclaimed(free)).toBe(free);
  });

  it('remembers what a change may have changed, with what changes before it may have', () => {
    const change = { settings: { join_approval_level: 'none' as const } };
    const claim = aClaim({ purpose: 'change', takenAt: START + DAY, change });
    const unclear = {
      settings: ['theme_id' as const, 'join_approval_level' as const],
      since: START,
      triedAt: START,
    };
    expect(unclaimed(aRoom({ claim, unclear })).unclear).toEqual({
      settings: ['theme_id', 'join_approval_level'],
      since: START,
      triedAt: START + DAY,
    });
    const late = { ...claim, takenAt: START + 3 * DAY };
    expect(unclaimed(aRoom({ claim: late, unclear })).unclear?.since).toBe(START + 3 * DAY);
  });
});

describe('a refusal or a failure', () => {
  it('leaves a living room as it was, with the reason', () => {
    const row = aRoom({ state: 'opening', claim: aClaim({ from: 'held' }) });
    expect(rejected(row, aSpec(), 'no', START)).toMatchObject({
      state: 'held',
      claim: undefined,
      lastError: 'no',
      unannounced: [{ type: 'Room Rejected', reason: 'no' }],
    });
  });

  it('keeps the claim only where a room may have been made', () => {
    const row = aRoom({ state: 'opening', claim: aClaim() });
    expect(failed(row, new Error('x'), true, START).claim?.leaseUntil).toBe(START);
    expect(failed(row, new Error('x'), false, START)).toMatchObject({ claim: undefined, state: 'active' });
  });
});
