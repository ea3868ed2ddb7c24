import type { Accounts, Capabilities } from '../../functions/rooms/model/ports.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';

/** The capabilities of a provider that changes names and moves expiries. */
export const CAPABILITIES: Capabilities = {
  changeable: ['display_name'],
  movableExpiry: true,
  shortestLife: HOUR,
  longestLife: 365 * DAY,
  idempotentCreate: false,
  findable: 'by-token',
  retires: 'at-once',
  grace: 0,
  hostLink: 'lasting',
};

/** Returns a pool of one account for decisions. */
export function accountsWith(
  capabilities: Partial<Capabilities> = {},
  lacks: readonly string[] = [],
): Accounts {
  const account = { capabilities: { ...CAPABILITIES, ...capabilities }, limitations: () => lacks };
  return { names: ['first'], siblings: () => ['first'], provider: () => account };
}
