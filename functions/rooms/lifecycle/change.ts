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

/** The new values of the current room, and those of them that it does not have yet. */
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

/** For how long a room may give no clear answer to any change before a change is given up: as long as an outage takes. */
const MAX_WAIT: Duration = DAY;

/** A living room that does not take a change: the row without the claim, for the caller to go another way. */
export class NotAlteredError extends Error {
  // out of sight of a logger, since there is a host URL on the row
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
 * Alters the current room, its link staying: claim, change, record.
 *
 * @param maxWait how long changes of this room may go without a clear answer before this one is given up; with 0,
 *   one that clearly failed is given up too
 * @throws NotAlteredError where the provider refuses the change, has lost the room, or gives no clear answer for too long
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
      // where a use moves the end, the provider may know of fewer uses than we do
      expiresAt: found.byUse ? Math.max(found.expiresAt, current.expiresAt) : found.expiresAt,
      // one whose end was moved has an end
      byUse: found.byUse,
      // an end that was put back to where it had been is no new life; a new one is counted from when it was asked for
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

/** A room is not gone because a change did not meet it. */
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
    `the provider found no room to change for ${key}, and shows it: nobody knows whether it was changed`,
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

/** The row without the claim. It is unknown whether a change that was given up was made. */
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

/** A caller's own callback addresses that come or go leave ours where there are none. */
async function heardChange(
  { key, claim: { change = {} } }: ClaimedRoom,
  { application }: LiveRoom,
  context: RoomContext,
): Promise<RoomChange> {
  const { settings } = change;
  if (!settings || !('callback_urls' in settings)) return change;
  return { ...change, settings: await heardSettings(key, settings, application, context) };
}
