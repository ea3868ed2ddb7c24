import { PoolFullError } from '../model/errors.ts';
import { placementOrder } from '../model/placement.ts';
import type { Accounts, Capabilities } from '../model/ports.ts';
import type { LiveRoom, Room, RoomSpec } from '../model/room.ts';
import { warningsOf } from './callbacks.ts';
import type { RoomContext } from './context.ts';
import { unsupportedSettings } from './unsupported-settings.ts';

/**
 * Returns the applications that may hold the next room of a key, in the order of asking. A key that must move
 * goes to the target only. Other keys ask their current application first, then the others at the same
 * provider. A key stays with its provider until it is moved on purpose, because another provider means
 * another kind of link. Only a new key may go to any application. A strict request goes to the applications
 * that support all its settings, if there are any.
 */
export function candidates(room: Room, spec: RoomSpec, pool: Accounts, target?: string): readonly string[] {
  const place = pool.names.find((name) => name === room.current?.application);
  const order = target
    ? [target]
    : unavoided(room, placementOrder(room.key, place ? pool.siblings(place) : pool.names, place));
  if (order.length === 0) throw new PoolFullError('the pool has no application: configure at least one');
  const able = spec.strict
    ? order.filter((name) => unsupportedSettings(spec, pool.provider(name)).length === 0)
    : order;
  // a new request is refused earlier; an existing room is kept, even if its provider has dropped a setting
  // since
  return able.length > 0 ? able : order;
}

function unavoided({ avoid }: Room, order: readonly string[]): readonly string[] {
  return order.includes(avoid ?? '') ? [...order.filter((name) => name !== avoid), avoid ?? ''] : order;
}

/**
 * @param homes the candidates
 * @returns why none of them can meet a strict request; undefined if one can
 */
export function unmetSettings(
  { key }: Room,
  spec: RoomSpec,
  pool: Accounts,
  [best = '']: readonly string[],
): string | undefined {
  const lacks = spec.strict ? unsupportedSettings(spec, pool.provider(best)) : [];
  if (lacks.length === 0) return undefined;
  return `strict: no application that may hold room ${key} can give all that is asked for: ${lacks.join('; ')}`;
}

/** The input of a change of a live room. */
type InPlace = Pick<
  Capabilities,
  'changeable' | 'movableExpiry' | 'shortestLife' | 'longestLife' | 'livesByUse'
>;

/**
 * For a room whose application has left the pool: it cannot be changed or read, and continues until its end.
 */
const OUT_OF_REACH: InPlace = {
  changeable: [],
  movableExpiry: false,
  shortestLife: 0,
  longestLife: Number.POSITIVE_INFINITY,
};

/** Returns what can be done with a room in its current application. */
export function capabilitiesOf({ application }: LiveRoom, { pool }: { readonly pool: Accounts }): InPlace {
  return pool.names.includes(application) ? pool.provider(application).capabilities : OUT_OF_REACH;
}

/** Returns the requested settings that the room's provider does not support. */
export function limitationsOf(
  { current, spec }: Room,
  context: Pick<RoomContext, 'callbacks' | 'pool'>,
): readonly string[] {
  if (!current || !spec || !context.pool.names.includes(current.application)) return [];
  return warningsOf(spec, current.application, context);
}
