import {
  AmbiguousOutcomeError,
  ChangeGivenUpError,
  ClaimLostError,
  ProviderRefusedError,
  RoomGoneError,
  toError,
} from '../model/errors.ts';
import type { Origin } from '../model/origin.ts';
import type { Announcement, LiveRoom, Room, RoomChange, RoomSpec, Sequence } from '../model/room.ts';
import type { Duration } from '../model/time.ts';
import { DAY } from '../model/time.ts';
import { failingSince, settled, unclaimed } from '../model/transitions.ts';
import { heardSettings, warningsOf } from './callbacks.ts';
import { type ClaimedRoom, completeClaim, mayHaveActed, releaseClaim, takeClaim } from './claim.ts';
import type { RoomContext } from './context.ts';
import { isGone } from './gone.ts';
import { withWarnings } from './open.ts';

/** The new values of the current room, and those that the room does not have yet. */
export interface Alteration {
  readonly spec: RoomSpec;
  readonly change: RoomChange;
  readonly announcement: Announcement;
  readonly sequence?: Sequence;
  readonly origin?: Origin;
  /** Warnings besides the settings that the provider does not have. */
  readonly warnings?: readonly string[];
}

/** Why a room does not take a change. */
type Cause = RoomGoneError | ProviderRefusedError | ChangeGivenUpError;

/**
 * How long changes of a room may fail without a clear answer before a change is given up: as long as an
 * outage takes.
 */
const MAX_WAIT: Duration = DAY;

/**
 * A living room did not take a change. The error contains the row without the claim, so that the caller can
 * try another way.
 */
export class NotAlteredError extends Error {
  // private, so that no logger prints the host URL on the row
  readonly #room: Room;
  override readonly cause: Cause;

  constructor(room: Room, cause: Cause) {
    super(cause.message);
    this.#room = room;
    this.cause = cause;
  }

  get room(): Room {
    return this.#room;
  }
}

/**
 * Changes the current room; the link stays. Claims, changes, records.
 *
 * @param maxWait how long changes of this room may stay without a clear answer before this one is given up;
 * with 0, a change that clearly failed is given up too
 * @throws NotAlteredError if the provider refuses the change, has lost the room, or gives no clear answer for
 * too long
 */
export async function alterRoom(
  room: Room,
  current: LiveRoom,
  alteration: Alteration,
  context: RoomContext,
  maxWait = MAX_WAIT,
): Promise<Room> {
  const { application } = current;
  const expiresAt = alteration.change.expiresAt ?? current.expiresAt;
  const warnings = [...warningsOf(alteration.spec, application, context), ...(alteration.warnings ?? [])];
  const claimed = await takeClaim(
    room,
    { ...alteration, purpose: 'change', generation: room.generation, application, expiresAt, warnings },
    context,
  );
  return applyClaim(claimed, current, context, maxWait);
}

/** Changes the current room as the claim says. Safe to repeat. */
async function applyClaim(
  claimed: ClaimedRoom,
  current: LiveRoom,
  context: RoomContext,
  maxWait: Duration,
): Promise<Room> {
  const { claim } = claimed;
  try {
    const change = await heardChange(claimed, current, context);
    const found = await context.pool.provider(current.application).change(current.id, change);
    const now = context.now();
    const live: LiveRoom = {
      ...current,
      // if uses move the end, the provider may know fewer uses than the row
      expiresAt: found.byUse ? Math.max(found.expiresAt, current.expiresAt) : found.expiresAt,
      // a room whose expiry was moved has a fixed end
      byUse: found.byUse,
      // restoring an earlier end starts no new life; a new life starts when it was requested
      renewedAt: found.expiresAt > current.expiresAt ? claim.takenAt : current.renewedAt,
    };
    const outcome = withWarnings(claimed, found.warnings ?? []).claim;
    return await completeClaim(
      claimed,
      (ours) => settled(ours, outcome, live, context.renewal, now),
      context,
    );
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const error = await believed(thrown, claimed, current, context);
    const cause = causeOf(error, claimed, context, maxWait);
    if (cause) throw new NotAlteredError(await withoutChange(claimed, cause, context), cause);
    await releaseClaim(claimed, error, context);
    throw error;
  }
}

/** Asks the provider before it concludes from a failed change that the room is gone. */
async function believed(
  error: Error,
  { key }: ClaimedRoom,
  current: LiveRoom,
  context: RoomContext,
): Promise<Error> {
  if (!(error instanceof RoomGoneError)) return error;
  try {
    if (await isGone(current, context)) return error;
  } catch (unanswered) {
    return toError(unanswered);
  }
  return new AmbiguousOutcomeError(
    `the provider found no room to change for ${key}, but shows it: it is unknown whether it was changed`,
    { cause: error },
  );
}

/** @returns undefined if the change must be tried again */
function causeOf(
  error: Error,
  { key, claim, unclear }: ClaimedRoom,
  { now }: RoomContext,
  maxWait: Duration,
): Cause | undefined {
  if (error instanceof RoomGoneError || error instanceof ProviderRefusedError) return error;
  const since = failingSince({ unclear }, claim);
  const isClear = maxWait > 0 && !mayHaveActed(error);
  if (error instanceof ClaimLostError || isClear || now() - since < maxWait) return undefined;
  return new ChangeGivenUpError(
    `room ${key} takes no change since ${new Date(since).toISOString()}, so this one is given up: ${error.message}`,
    { cause: error },
  );
}

/** Removes the claim from the row. It is unknown whether the abandoned change took effect. */
async function withoutChange(claimed: ClaimedRoom, cause: Cause, context: RoomContext): Promise<Room> {
  if (!(cause instanceof ChangeGivenUpError)) {
    const { unclear } = claimed;
    return completeClaim(claimed, (ours) => ({ ...unclaimed(ours), unclear }), context);
  }
  context.notice?.('change-given-up');
  return completeClaim(
    claimed,
    (ours) => ({
      ...unclaimed(ours),
      lastError: cause.message,
      warnings: [...new Set([...ours.warnings, cause.message])],
    }),
    context,
  );
}

/**
 * Adds this stack's callback addresses if the caller's own are removed, and removes them if the caller sets
 * its own.
 */
async function heardChange(
  { key, claim: { change = {} } }: ClaimedRoom,
  { application }: LiveRoom,
  context: RoomContext,
): Promise<RoomChange> {
  const { settings } = change;
  if (!settings || !('callback_urls' in settings)) return change;
  return { ...change, settings: await heardSettings(key, settings, application, context) };
}
