import { describe, expect, it } from 'vitest';
import type { Claim, Retiree } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import {
  abandoned,
  claimed,
  failed,
  failingSince,
  givenUp,
  hasExpired,
  isAccountedFor,
  nextRevision,
  opened,
  rejected,
  scheduled,
  settled,
  tooShortToRenew,
  unclaimed,
  used,
  warnedOfDisuse,
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

describe('a revision', () => {
  it('grows by time where time is ahead, so that it grows after the row was forgotten, and by one where it is behind', () => {
    expect(nextRevision(aRoom({ revision: 5 }), START + 0.5)).toBe(START);
    expect(nextRevision(aRoom({ revision: START + DAY }), START)).toBe(START + DAY + 1);
  });
});

describe('a row under a claim', () => {
  it('is opening while a room is made, and forgets a room that has ended', () => {
    const previous = aLiveRoom({ id: 'previous', expiresAt: START + HOUR });
    const row = aRoom({ state: 'held', previous });
    expect(claimed(row, aClaim(), START)).toMatchObject({
      state: 'opening',
      previous,
      claim: { from: 'held' },
    });
    expect(claimed(row, aClaim(), START + HOUR).previous).toBeUndefined();
  });

  it('is as it was while its room is changed', () => {
    const previous = aLiveRoom({ id: 'previous', expiresAt: START });
    const row = aRoom({ state: 'held', previous });
    expect(claimed(row, aClaim({ purpose: 'change' }), START)).toMatchObject({
      state: 'held',
      previous,
      claim: { from: 'held' },
    });
  });
});

describe('the schedule of a row', () => {
  it('has no warnings of its own', () => {
    expect(scheduled(aRoom(), aSpec(), POLICY).warnings).toEqual([]);
  });

  it('says of a life that is too short what would be long enough, in half hours', () => {
    expect(tooShortToRenew(20 * HOUR, POLICY)).toBe(
      'renewal: a life of 20 hours is too short to be renewed by a schedule that runs every 25 hours at the longest; ' +
        'ask for at least 28.5 hours, for mode none, or run the schedule more often',
    );
  });
});

describe('a room that lives by its use', () => {
  const current = aLiveRoom({ byUse: true, renewedAt: START - 300 * DAY, expiresAt: START + 65 * DAY });
  const warning =
    'unused: no use is known since 2026-05-05, so a new room with a new link takes its place before 2027-05-05; enter the room ' +
    'once and the link stays';

  it('is warned of once, beside what else there is to say', () => {
    const row = aRoom({ current, warnings: ['unused: long ago', 'theme_id: impossible'] });
    expect(warnedOfDisuse(row, current, START).warnings).toEqual(['theme_id: impossible', warning]);
  });

  it('is not warned of any more once it was used, and all else is still said', () => {
    const row = aRoom({ current, warnings: [warning, 'theme_id: impossible'] });
    const spec = aSpec();
    expect(used(row, { current, spec, life: 365 * DAY }, POLICY, START).warnings).toEqual([
      'theme_id: impossible',
    ]);
  });
});

describe('the end of a room that is not renewed', () => {
  const over = aRoom({ state: 'ending', current: aLiveRoom({ expiresAt: START }) });

  it('is told once, from the moment on at which it ends', () => {
    expect(hasExpired(over, START)).toBe(true);
    expect(hasExpired(over, START - 1)).toBe(false);
    expect(hasExpired({ ...over, ended: true }, START)).toBe(false);
  });

  it('is none of a room that is kept, of a key without one, or while another is made', () => {
    expect(hasExpired({ ...over, state: 'active' }, START)).toBe(false);
    expect(hasExpired({ ...over, current: undefined }, START)).toBe(false);
    expect(hasExpired({ ...over, claim: aClaim() }, START)).toBe(false);
  });
});

describe('a request that is refused', () => {
  it('is the state of a key that has no room, or was cancelled', () => {
    const states = (['opening', 'cancelled', 'active', 'ending'] as const).map(
      (state) => rejected(aRoom({ state }), aSpec(), 'no', START).state,
    );
    expect(states).toEqual(['rejected', 'rejected', 'active', 'ending']);
  });
});

describe('failures of changes', () => {
  it('belong together where they are two days apart and no more', () => {
    const unclear = { settings: [], since: START, triedAt: START + DAY };
    expect(failingSince({ unclear }, aClaim({ takenAt: START + 3 * DAY }))).toBe(START);
    expect(failingSince({ unclear }, aClaim({ takenAt: START + 3 * DAY + 1 }))).toBe(START + 3 * DAY + 1);
  });

  it('leave nothing unclear where nothing was', () => {
    const claim = aClaim({ purpose: 'change', change: { settings: { theme_id: null } } });
    expect(settled(aRoom({ claim }), claim, aLiveRoom(), POLICY, START).unclear).toBeUndefined();
  });
});

describe('a room that the row accounts for', () => {
  it('is its current one, the one before, and one that is still to end', () => {
    const row = aRoom({
      current: aLiveRoom({ id: 'current' }),
      previous: aLiveRoom({ id: 'previous' }),
      retirees: [STRAY, ENDING, ENDED],
    });
    const ids = ['current', 'previous', 'stray', 'ending', 'ended', 'other'];
    expect(ids.filter((id) => isAccountedFor(row, id, START))).toEqual(ids.slice(0, 4));
  });
});
