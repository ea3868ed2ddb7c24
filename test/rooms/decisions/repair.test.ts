import { expect, it } from 'vitest';
import { decideLoss, decideRepair } from '../../../functions/rooms/decisions/repair.ts';
import type { ProviderRoom } from '../../../functions/rooms/model/ports.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { CAPABILITIES } from '../../support/accounts.ts';
import { aLiveRoom, aRoom, aSpec, START } from '../../support/rooms.ts';

const NOW = START + DAY;
const none = { mode: 'none' } as const;
const current = aLiveRoom();

it.each([
  ['is kept past its expiry', aSpec(), current, { action: 'reopen', reason: 'lost' }],
  [
    'is not, and had time left',
    aSpec({ renewal: none }),
    current,
    { action: 'reopen', reason: 'lost', expiry: current.expiresAt },
  ],
  [
    'was to end with its use',
    aSpec({ renewal: none, settings: { display_name: 'Weekly', expire_after_use: true } }),
    current,
    { action: 'leave', reason: 'ended' },
  ],
  [
    'has reached its end',
    aSpec({ renewal: none }),
    aLiveRoom({ expiresAt: NOW }),
    { action: 'leave', reason: 'ended' },
  ],
])('a room that cannot be found and %s', (_, spec, lost, decision) => {
  expect(decideLoss({ current: lost, spec }, NOW)).toEqual(decision);
});

it.each<[string, Partial<ProviderRoom> | undefined, string, string]>([
  ['as it was asked for', {}, 'leave', 'as asked'],
  ['with another name', { settings: { display_name: 'Other' } }, 'change', 'drift'],
  ['as one that nobody can enter', { available: false }, 'reopen', 'lost'],
  ['not at all', undefined, 'reopen', 'lost'],
])('a room that the provider shows %s', (_, shown, action, reason) => {
  const { id, guestUrl, createdAt, expiresAt } = current;
  const seen: ProviderRoom | undefined = shown && {
    id,
    guestUrl,
    createdAt,
    expiresAt,
    available: true,
    settings: { display_name: 'Weekly' },
    ...shown,
  };
  const kept = { room: aRoom(), current, spec: aSpec() };
  expect(decideRepair(kept, seen, NOW, { capabilities: CAPABILITIES })).toMatchObject({ action, reason });
});
