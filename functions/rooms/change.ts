import { heardSettings, warningsOf } from './callbacks.ts';
import { type ClaimedRoom, completeClaim, releaseClaim, takeClaim } from './claim.ts';
import { ProviderRefusedError, RoomGoneError } from './errors.ts';
import type { Keeping } from './keeping.ts';
import { restState, settled } from './record.ts';
import type {
  Announcement,
  Instant,
  LiveRoom,
  Origin,
  Room,
  RoomChange,
  RoomSpec,
  Sequence,
} from './room.ts';
import { settle } from './settle.ts';

/** What the current room shall become, and what of that it is not yet. */
export interface Alteration {
  readonly spec: RoomSpec;
  readonly change: RoomChange;
  readonly announcement: Announcement;
  readonly sequence?: Sequence;
  readonly origin?: Origin;
  /** When it was first tried. Default: now. */
  readonly takenAt?: Instant;
}

/** A living room that does not take a change: the row without the claim, for the caller to go another way. */
export class NotAlteredError extends Error {
  // out of sight of a logger, since there is a host URL on the row
  readonly #room: Room;
  override readonly cause: RoomGoneError | ProviderRefusedError;

  constructor(room: Room, cause: RoomGoneError | ProviderRefusedError) {
    super(cause.message);
    this.#room = room;
    this.cause = cause;
  }

  get room(): Room {
    return this.#room;
  }
}

/**
 * Alters the current room, its link staying: claim, change, record, announce.
 *
 * @throws NotAlteredError where the provider refuses the change or has lost the room
 */
export async function alterRoom(
  room: Room,
  current: LiveRoom,
  alteration: Alteration,
  keeping: Keeping,
): Promise<Room> {
  const { application } = current;
  const expiresAt = alteration.change.expiresAt ?? current.expiresAt;
  const warnings = warningsOf(alteration.spec, application, keeping);
  const claimed = await takeClaim(
    room,
    { ...alteration, purpose: 'change', generation: room.generation, application, expiresAt, warnings },
    keeping,
  );
  return settle(await applyClaim(claimed, current, keeping), keeping);
}

/** Makes the current room what the claim says it shall be. Safe to repeat. */
async function applyClaim(claimed: ClaimedRoom, current: LiveRoom, keeping: Keeping): Promise<Room> {
  const { claim } = claimed;
  try {
    const change = await heardChange(claimed, current, keeping);
    const found = await keeping.pool.provider(current.application).change(current.id, change);
    const now = keeping.now();
    const live: LiveRoom = {
      ...current,
      hostUrl: found.hostUrl ?? current.hostUrl,
      expiresAt: found.expiresAt,
      // an end that was put back to where it had been is no new life; a new one is counted from when it was asked for
      renewedAt: found.expiresAt > current.expiresAt ? claim.takenAt : current.renewedAt,
    };
    return await completeClaim(claimed, (ours) => settled(ours, claim, live, keeping.renewal, now), keeping);
  } catch (error) {
    if (error instanceof RoomGoneError || error instanceof ProviderRefusedError) {
      const state = restState(claimed) ?? 'active';
      const free = await completeClaim(claimed, (ours) => ({ ...ours, claim: undefined, state }), keeping);
      throw new NotAlteredError(free, error);
    }
    if (error instanceof Error) await releaseClaim(claimed, error, keeping);
    throw error;
  }
}

/** A caller's own callback addresses that come or go leave ours where there are none. */
async function heardChange(
  { key, claim: { change = {} } }: ClaimedRoom,
  { application }: LiveRoom,
  keeping: Keeping,
): Promise<RoomChange> {
  const { settings } = change;
  if (!settings || !('callback_urls' in settings)) return change;
  return { ...change, settings: await heardSettings(key, settings, application, keeping) };
}
