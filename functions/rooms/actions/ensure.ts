import { buried } from './cancel.ts';
import { assertMet, candidates, capabilitiesOf, limitationsOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import { unclearSettings } from '../model/drift.ts';
import { RequestRefusedError, RoomGoneError } from '../model/errors.ts';
import { finishRoom } from '../lifecycle/recover.ts';
import type { Keeping } from '../lifecycle/context.ts';
import { withoutLinks } from '../lifecycle/announcements.ts';
import { openRoom } from '../lifecycle/open.ts';
import type { Capabilities } from '../model/ports.ts';
import { blankRoom, isAlive, rejected, scheduled, tooShortToRenew } from '../model/transitions.ts';
import { renewalWindow } from '../model/renewal.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { AnnouncementType, Instant, LiveRoom, Room, RoomChange, RoomRequest, RoomSpec } from '../model/room.ts';
import { SECOND } from '../model/room.ts';
import { sequenceOf, withSequence } from '../model/sequence.ts';
import { onKey, settle, settleFully } from '../lifecycle/pending.ts';
import { changedSettings, expiryFromNow, isOver, mergeSpec, sameSpec } from '../model/spec.ts';

/** An expiry that differs by less is the same: providers round, and clocks differ. */
const SAME_EXPIRY = 30 * SECOND;

/**
 * Makes sure that there is a live room under the request's key, as the request wants it. Asking twice changes
 * nothing; older news than the row has seen changes nothing.
 *
 * @throws RequestRefusedError for good; any other error: not now
 */
export async function ensureRoom(request: RoomRequest, keeping: Keeping): Promise<Result> {
  return onKey(request.key, keeping, async (found) => {
    const room = await finishRoom(found ?? blankRoom(request.key, keeping.now()), keeping);
    return ensureOn(room, request, keeping);
  });
}

/** The same for a row that was read, and on which nothing is under way. */
export async function ensureOn(room: Room, request: RoomRequest, keeping: Keeping): Promise<Result> {
  const { key, spec: asked, origin } = request;
  if (!asked) throw new RequestRefusedError(`room ${key} was asked for without saying what it shall be like`);
  const sequence = sequenceOf(request);
  const known = alreadySeen(room, sequence);
  if (known) return known;
  const spec = mergeSpec(room.spec, asked);
  return satisfy(room, { spec, sequence, origin }, keeping);
}

type Wish = Pick<RoomRequest, 'origin' | 'sequence'> & { readonly spec: RoomSpec };

async function satisfy(room: Room, wish: Wish, keeping: Keeping): Promise<Result> {
  const now = keeping.now();
  const { current } = room;
  if (isOver(wish.spec, now))
    return isAlive(current, now) ? note(room, wish, keeping) : pass(room, wish, keeping);
  // a room that lives where not all can be had is no better than a new one there
  await refusing(room, wish, keeping, () => assertMet(room, wish.spec, keeping.pool));
  if (room.state === 'cancelled' || !current) return open(room, wish, 'Room Created', 'requested', keeping);
  if (!isAlive(current, now)) return open(room, wish, 'Room Rotated', 'expired', keeping);
  const capabilities = capabilitiesOf(current, keeping);
  const settings = {
    ...unclearSettings(room, wish.spec.settings, capabilities),
    ...changedSettings(room.spec?.settings, wish.spec.settings),
  };
  const names = Object.keys(settings) as (keyof typeof settings)[];
  const expiresAt = wantedExpiry(room.spec, wish.spec, capabilities, now);
  const later = expiresAt > current.expiresAt + SAME_EXPIRY;
  if (names.length === 0 && !later) return note(room, wish, keeping);
  const possible =
    names.every((name) => capabilities.changeable.includes(name)) && (!later || capabilities.movableExpiry);
  if (!possible) return open(room, wish, 'Room Rotated', 'changed', keeping, { atLeast: current.expiresAt });
  return alter(room, current, wish, { expiresAt: later ? expiresAt : undefined, settings }, keeping);
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
  wish: Wish,
  type: AnnouncementType,
  reason: string,
  keeping: Keeping,
  { atLeast = 0, gone }: { atLeast?: Instant; gone?: boolean } = {},
): Promise<Result> {
  const now = keeping.now();
  const expiry = (capabilities: Capabilities) =>
    Math.min(Math.max(expiryFromNow(wish.spec, now, capabilities), atLeast), now + capabilities.longestLife);
  await refusing(room, wish, keeping, () => {
    const [home = ''] = candidates(room, wish.spec, keeping.pool);
    assertRenewable(wish.spec, expiry(keeping.pool.provider(home).capabilities) - now, keeping);
  });
  const opened = await openRoom(room, { ...wish, announcement: { type, reason }, expiry, gone }, keeping);
  return { outcome: type === 'Room Created' ? 'created' : 'rotated', room: opened };
}

/** A refusal is on the row and announced before its caller hears of it. */
async function refusing(room: Room, { spec }: Wish, keeping: Keeping, rule: () => unknown): Promise<void> {
  try {
    rule();
  } catch (error) {
    if (error instanceof RequestRefusedError) {
      await settle(await keeping.rooms.write(rejected(room, spec, error.message, keeping.now())), keeping);
    }
    throw error;
  }
}

/** A caller who named the renewal is told that it cannot be had; who did not gets the room and a warning. */
function assertRenewable(spec: RoomSpec, life: number, { renewal }: Keeping): void {
  if (!spec.renewal.explicit || spec.renewal.mode === 'none') return;
  if (renewalWindow(life, renewal) === undefined)
    throw new RequestRefusedError(tooShortToRenew(life, renewal));
}

async function alter(
  room: Room,
  current: LiveRoom,
  wish: Wish,
  change: RoomChange,
  keeping: Keeping,
): Promise<Result> {
  const reason = change.expiresAt === undefined ? 'changed' : 'extended';
  try {
    const altered = await alterRoom(
      room,
      current,
      { ...wish, change, announcement: { type: 'Room Updated', reason } },
      keeping,
    );
    return { outcome: 'updated', room: altered };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    return unaltered(error, wish, keeping);
  }
}

/**
 * The provider has lost the room: a new one. It refuses the change: so does a new room, if it is the content's fault.
 * It gives no clear answer for too long: a new room needs no change.
 */
async function unaltered({ room, cause }: NotAlteredError, wish: Wish, keeping: Keeping): Promise<Result> {
  const gone = cause instanceof RoomGoneError;
  return open(room, wish, 'Room Rotated', gone ? 'lost' : 'changed', keeping, { gone });
}

/** Nobody needs a room any more. The row says so, for older news that may still come. */
async function pass(room: Room, { sequence }: Wish, keeping: Keeping): Promise<Result> {
  const over = await buried(room, keeping);
  const sequences = withSequence(room.sequences, sequence);
  const passed = await keeping.rooms.write({
    ...over,
    sequences,
    unannounced: withoutLinks(room.unannounced),
  });
  return { outcome: 'over', room: await settleFully(passed, keeping) };
}

/** The wish changes nothing at the provider; what it means for the future is written down. */
async function note(room: Room, { spec, sequence, origin }: Wish, keeping: Keeping): Promise<Result> {
  const same = sameSpec(room.spec, spec);
  const base: Room = {
    ...room,
    spec,
    sequences: withSequence(room.sequences, sequence),
    origin: origin ?? room.origin,
    updatedAt: keeping.now(),
  };
  const noted = await keeping.rooms.write(
    same ? base : scheduled(base, spec, keeping.renewal, limitationsOf(base, keeping)),
  );
  return { outcome: same ? 'unchanged' : 'noted', room: noted };
}
