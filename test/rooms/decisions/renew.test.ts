import { expect, it } from 'vitest';
import { decideRenewal } from '../../../functions/rooms/decisions/renew.ts';
import type { LiveRoom, RenewalMode, Room } from '../../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../../functions/rooms/model/time.ts';
import { accountsWith } from '../../support/accounts.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const END = START + 90 * DAY;
const NOW = END - 7 * DAY;

function policyWith(movableExpiry: boolean, longestLife = 365 * DAY) {
  return { pool: accountsWith({ movableExpiry, longestLife }) };
}

function kept(
  mode: RenewalMode,
  more: { room?: Partial<Room>; current?: Partial<LiveRoom>; until?: number } = {},
) {
  const { until } = more;
  const spec = aSpec({ renewal: { mode, ...(until !== undefined && { until }) } });
  const current = aLiveRoom(more.current);
  return {
    room: aRoom({ spec, current, renewAt: NOW, emergencyAt: END - 3 * DAY, ...more.room }),
    current,
    spec,
  };
}

const meeting = { meetingSince: NOW - HOUR };
const ended = { expiresAt: NOW };

it.each([
  ['is not due yet', kept('recreate', { room: { renewAt: NOW + 1 } }), 'leave', 'not due'],
  ['is being changed', kept('recreate', { room: { state: 'opening' } }), 'leave', 'not due'],
  ['is due', kept('recreate'), 'recreate', 'renewal'],
  ['is in use, and can wait', kept('recreate', { room: meeting }), 'postpone', 'meeting'],
  [
    'is in use, and cannot wait',
    kept('recreate', { room: { ...meeting, emergencyAt: NOW } }),
    'recreate',
    'renewal',
  ],
  ['is to keep its link', kept('extend', { room: meeting }), 'extend', 'renewal'],
  ['has ended', kept('recreate', { current: ended }), 'recreate', 'expired'],
  ['has ended, and nobody needs another', kept('recreate', { current: ended, until: NOW }), 'rest', 'over'],
])('a room that %s', (_, room, action, reason) => {
  expect(decideRenewal(room, NOW, policyWith(true))).toMatchObject({ action, reason });
});

it.each([
  ['the provider cannot move an expiry', policyWith(false)],
  ['the provider has no longer life to give', policyWith(true, 6 * DAY)],
  ['the provider has just the life to give that is left', policyWith(true, 7 * DAY)],
])('a room that is to keep its link gets a new one where %s', (_, policy) => {
  expect(decideRenewal(kept('extend'), NOW, policy)).toEqual({ action: 'recreate', reason: 'renewal' });
});
