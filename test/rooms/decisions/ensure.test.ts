import { describe, expect, it } from 'vitest';
import { type DesiredRoom, decideEnsure, decideOpening } from '../../../functions/rooms/decisions/ensure.ts';
import type { Capabilities } from '../../../functions/rooms/model/ports.ts';
import type { Renewal, Room, RoomSpec } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR, SECOND } from '../../../functions/rooms/model/time.ts';
import { blankRoom } from '../../../functions/rooms/model/transitions.ts';
import { accountsWith } from '../../support/accounts.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const NOW = START + DAY;

function policyWith(capabilities: Partial<Capabilities> = {}, lacks: readonly string[] = []) {
  return {
    pool: accountsWith(capabilities, lacks),
    renewal: { renewBefore: 7 * DAY, longestGap: 25 * HOUR },
  };
}

function desire(spec: Partial<RoomSpec> = {}, value = 'b'): DesiredRoom {
  return { spec: aSpec(spec), sequence: { source: 'request', value } };
}

const row = (more: Partial<Room> = {}) => aRoom({ sequences: { request: 'a' }, ...more });
const renamed = { settings: { display_name: 'Monthly' } };
const onDemand = { renewal: { mode: 'on-demand' } } as const;
const waiting = { state: 'on-demand', current: undefined, spec: aSpec(onDemand) } as const;
const ended = { current: aLiveRoom({ expiresAt: NOW }) };

describe('what is done for a room that is wanted, and why', () => {
  it.each<[string, Room, DesiredRoom, string, string]>([
    [
      'has been asked for in the same words by the same request',
      row(),
      desire({}, 'a'),
      'ignore',
      'repeated',
    ],
    ['is asked for by an older request', row(), desire({}, '0'), 'ignore', 'outdated'],
    ['is asked for again', row(), desire(), 'record', 'unchanged'],
    ['is asked for with another renewal', row(), desire({ renewal: { mode: 'none' } }), 'record', 'noted'],
    ['is not there', blankRoom('weekly', NOW), desire(), 'open', 'requested'],
    ['was cancelled', row({ state: 'cancelled', current: undefined }), desire(), 'open', 'requested'],
    ['was cancelled, though the row names one', row({ state: 'cancelled' }), desire(), 'open', 'requested'],
    ['is wanted on demand', blankRoom('weekly', NOW), desire(onDemand), 'await-knock', 'on-demand'],
    ['waits for a knock already', row(waiting), desire(onDemand), 'record', 'unchanged'],
    [
      'waits for a knock, and gets another name',
      row(waiting),
      desire({ ...onDemand, ...renamed }),
      'await-knock',
      'on-demand',
    ],
    [
      'was on demand, and was cancelled',
      row({ ...waiting, state: 'cancelled' }),
      desire(onDemand),
      'await-knock',
      'on-demand',
    ],
    ['has ended', row(ended), desire(), 'open', 'expired'],
    [
      'is needed by nobody any more',
      row(ended),
      desire({ renewal: { mode: 'recreate', until: NOW } }),
      'mark-over',
      'over',
    ],
    [
      'is needed by nobody any more, and lives',
      row(),
      desire({ renewal: { mode: 'recreate', until: NOW } }),
      'record',
      'noted',
    ],
    ['gets another name', row(), desire(renamed), 'change', 'changed'],
    ['is to live longer', row(), desire({ lifetime: 120 * DAY }), 'change', 'extended'],
    [
      'is to live as long, but for half a minute',
      row(),
      desire({ expiresAt: START + 90 * DAY + 30 * SECOND }),
      'record',
      'noted',
    ],
    [
      'is to live longer by more than half a minute',
      row(),
      desire({ expiresAt: START + 90 * DAY + 31 * SECOND }),
      'change',
      'extended',
    ],
  ])('a room that %s', (_, found, desired, action, reason) => {
    expect(decideEnsure(found, desired, NOW, policyWith())).toMatchObject({ action, reason });
  });

  it.each<[string, Partial<Capabilities>, Partial<RoomSpec>]>([
    ['a setting that cannot be changed in place', { changeable: [] }, renamed],
    ['an expiry that cannot be moved', { movableExpiry: false }, { lifetime: 120 * DAY }],
  ])('%s needs a new room, which lives at least as long as the old one', (_, capabilities, spec) => {
    const found = row();
    expect(decideEnsure(found, desire(spec), NOW, policyWith(capabilities))).toEqual({
      action: 'open',
      reason: 'changed',
      homes: ['first'],
      atLeast: found.current?.expiresAt,
    });
  });

  it('a setting is changed in place also where an expiry cannot be moved', () => {
    const policy = policyWith({ movableExpiry: false });
    expect(decideEnsure(row(), desire(renamed), NOW, policy)).toMatchObject({ action: 'change' });
  });

  it('a strict request is refused where no application can meet it, also for a room that exists', () => {
    const decision = decideEnsure(row(), desire({ strict: true }), NOW, policyWith({}, ['theme_id: none']));
    expect(decision).toEqual({
      action: 'refuse',
      reason: expect.stringMatching(/^strict: .*theme_id: none/),
    });
  });

  it('a setting of which nobody knows what the provider has is asked for again', () => {
    const found = row({ unclear: { settings: ['display_name'], since: START, triedAt: START } });
    expect(decideEnsure(found, desire(), NOW, policyWith())).toMatchObject({
      action: 'change',
      change: { settings: { display_name: 'Weekly' } },
    });
  });
});

describe('a life that is too short for a renewal', () => {
  const opening = { homes: ['first'], atLeast: 0, reason: 'requested' } as const;

  it.each<[string, Renewal, string]>([
    ['is refused to a caller who named the renewal', { mode: 'recreate', explicit: true }, 'refuse'],
    ['is given to a caller who did not', { mode: 'recreate' }, 'open'],
    ['is given to a caller who asked for none by name', { mode: 'none', explicit: true }, 'open'],
  ])('%s', (_, renewal, action) => {
    const desired = desire({ lifetime: 2 * HOUR, renewal });
    expect(decideOpening(desired, NOW, policyWith(), opening)).toMatchObject({ action });
  });
});
