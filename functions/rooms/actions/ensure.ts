import { assertMet, candidates, capabilitiesOf, limitationsOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { openRoom } from '../lifecycle/open.ts';
import { flushAll, flushPending, onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withoutLinks } from '../model/announcements.ts';
import { unclearSettings } from '../model/drift.ts';
import { RequestRefusedError, RoomGoneError } from '../model/errors.ts';
import type { Capabilities } from '../model/ports.ts';
import { renewalWindow } from '../model/renewal.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { AnnouncementType, LiveRoom, Room, RoomChange, RoomRequest, RoomSpec } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { changedSettings, expiryFromNow, isOver, mergeSpec, sameSpec } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import { SECOND } from '../model/time.ts';
import { blankRoom, isAlive, rejected, scheduled, tooShortToRenew } from '../model/transitions.ts';
import { tombstone } from './cancel.ts';

/** An expiry that differs by less is the same: providers round, and clocks differ. */
const SAME_EXPIRY = 30 * SECOND;

/**
 * Makes sure that there is a live room under the request's key, as the request wants it. Asking twice changes
 * nothing; older news than the row has seen changes nothing.
 *
 * @throws RequestRefusedError for good; any other error: not now
 */
export async function ensureRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  return onKey(request.key, context, async (found) => {
    const room = await recoverRoom(found ?? blankRoom(request.key, context.now()), context);
    return ensureOn(room, request, context);
  });
}

/** The same for a row that was read, and on which nothing is under way. */
export async function ensureOn(room: Room, request: RoomRequest, context: RoomContext): Promise<Result> {
  const { key, spec: asked, origin } = request;
  if (!asked) throw new RequestRefusedError(`room ${key} was asked for without saying what it shall be like`);
  const sequence = sequenceOf(request);
  const known = alreadySeen(room, sequence);
  if (known) return known;
  const spec = mergeSpec(room.spec, asked);
  return converge(room, { spec, sequence, origin }, context);
}

type DesiredRoom = Pick<RoomRequest, 'origin' | 'sequence'> & { readonly spec: RoomSpec };

async function converge(room: Room, wish: DesiredRoom, context: RoomContext): Promise<Result> {
  const now = context.now();
  const { current } = room;
  if (isOver(wish.spec, now))
    return isAlive(current, now) ? recordOnly(room, wish, context) : markOver(room, wish, context);
  // a room that lives where not all can be had is no better than a new one there
  await refusing(room, wish, context, () => assertMet(room, wish.spec, context.pool));
  if (room.state === 'cancelled' || !current) return open(room, wish, 'Room Created', 'requested', context);
  if (!isAlive(current, now)) return open(room, wish, 'Room Rotated', 'expired', context);
  const capabilities = capabilitiesOf(current, context);
  const settings = {
    ...unclearSettings(room, wish.spec.settings, capabilities),
    ...changedSettings(room.spec?.settings, wish.spec.settings),
  };
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const expiresAt = wantedExpiry(room.spec, wish.spec, capabilities, now);
  const later = expiresAt > current.expiresAt + SAME_EXPIRY;
  if (names.length === 0 && !later) return recordOnly(room, wish, context);
  const possible =
    names.every((name) => capabilities.changeable.includes(name)) && (!later || capabilities.movableExpiry);
  if (!possible) return open(room, wish, 'Room Rotated', 'changed', context, { atLeast: current.expiresAt });
  return alter(room, current, wish, { expiresAt: later ? expiresAt : undefined, settings }, context);
}

/** When the wish wants the current room to end; an expiry is never moved to an earlier time. */
function wantedExpiry(
  old: RoomSpec | undefined,
  asked: RoomSpec,
  { longestLife }: Pick<Capabilities, 'longestLife'>,
  now: Instant,
): Instant {
  const longer = asked.expiresAt ?? (asked.lifetime > (old?.lifetime ?? 0) ? now + asked.lifetime : 0);
  return Math.min(longer, now + longestLife);
}

async function open(
  room: Room,
  wish: DesiredRoom,
  type: AnnouncementType,
  reason: string,
  context: RoomContext,
  { atLeast = 0, gone }: { atLeast?: Instant; gone?: boolean } = {},
): Promise<Result> {
  const now = context.now();
  const expiry = (capabilities: Capabilities) =>
    Math.min(Math.max(expiryFromNow(wish.spec, now, capabilities), atLeast), now + capabilities.longestLife);
  await refusing(room, wish, context, () => {
    const [home = ''] = candidates(room, wish.spec, context.pool);
    assertRenewable(wish.spec, expiry(context.pool.provider(home).capabilities) - now, context);
  });
  const opened = await openRoom(room, { ...wish, announcement: { type, reason }, expiry, gone }, context);
  return { outcome: type === 'Room Created' ? 'created' : 'rotated', room: opened };
}

/** A refusal is on the row and announced before its caller hears of it. */
async function refusing(
  room: Room,
  { spec }: DesiredRoom,
  context: RoomContext,
  rule: () => unknown,
): Promise<void> {
  try {
    rule();
  } catch (error) {
    if (error instanceof RequestRefusedError) {
      await flushPending(
        await context.rooms.write(rejected(room, spec, error.message, context.now())),
        context,
      );
    }
    throw error;
  }
}

/** A caller who named the renewal is told that it cannot be had; who did not gets the room and a warning. */
function assertRenewable(spec: RoomSpec, life: number, { renewal }: RoomContext): void {
  if (!spec.renewal.explicit || spec.renewal.mode === 'none') return;
  if (renewalWindow(life, renewal) === undefined)
    throw new RequestRefusedError(tooShortToRenew(life, renewal));
}

async function alter(
  room: Room,
  current: LiveRoom,
  wish: DesiredRoom,
  change: RoomChange,
  context: RoomContext,
): Promise<Result> {
  const reason = change.expiresAt === undefined ? 'changed' : 'extended';
  try {
    const altered = await alterRoom(
      room,
      current,
      { ...wish, change, announcement: { type: 'Room Updated', reason } },
      context,
    );
    return { outcome: 'updated', room: altered };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    return unaltered(error, wish, context);
  }
}

/**
 * The provider has lost the room: a new one. It refuses the change: so does a new room, if it is the content's fault.
 * It gives no clear answer for too long: a new room needs no change.
 */
async function unaltered(
  { room, cause }: NotAlteredError,
  wish: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  const gone = cause instanceof RoomGoneError;
  return open(room, wish, 'Room Rotated', gone ? 'lost' : 'changed', context, { gone });
}

/** Nobody needs a room any more. The row says so, for older news that may still come. */
async function markOver(room: Room, { sequence }: DesiredRoom, context: RoomContext): Promise<Result> {
  const over = await tombstone(room, context);
  const sequences = withSequence(room.sequences, sequence);
  const passed = await context.rooms.write({
    ...over,
    sequences,
    unannounced: withoutLinks(room.unannounced),
  });
  return { outcome: 'over', room: await flushAll(passed, context) };
}

/** The wish changes nothing at the provider; what it means for the future is written down. */
async function recordOnly(
  room: Room,
  { spec, sequence, origin }: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  const same = sameSpec(room.spec, spec);
  const base: Room = {
    ...room,
    spec,
    sequences: withSequence(room.sequences, sequence),
    origin: origin ?? room.origin,
    updatedAt: context.now(),
  };
  const noted = await context.rooms.write(
    same ? base : scheduled(base, spec, context.renewal, limitationsOf(base, context)),
  );
  return { outcome: same ? 'unchanged' : 'noted', room: noted };
}
