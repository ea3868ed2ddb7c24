import {
  type ChangeDecision,
  type DesiredRoom,
  decideEnsure,
  decideOpening,
  type EnsureDecision,
  type OpenDecision,
  openingExpiry,
} from '../decisions/ensure.ts';
import { candidates, limitationsOf } from '../lifecycle/candidates.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { withMovedEnd } from '../lifecycle/gone.ts';
import { openRoom } from '../lifecycle/open.ts';
import { flushAll, flushPending, onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { withAnnouncement, withoutLinks } from '../model/announcements.ts';
import { RequestRefusedError, RoomGoneError } from '../model/errors.ts';
import type { Capabilities } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { Room, RoomRequest } from '../model/room.ts';
import { sequenceOf, standing, withSequence } from '../model/sequence.ts';
import { isRefusedLate, mergeSpec, sameSpec } from '../model/spec.ts';
import { blankRoom, rejected, scheduled } from '../model/transitions.ts';
import { tombstone } from './cancel.ts';

/**
 * Ensures that the key has a live room as the request wants it. A repeated request changes nothing, and
 * neither does a request that is older than the row's.
 *
 * @throws RequestRefusedError for a permanent refusal; any other error: try again later
 */
export async function ensureRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  const ensure = async (found: Room | undefined) => {
    const room = await recoverRoom(found ?? blankRoom(request.key, context.now()), context);
    return ensureOn(room, request, context);
  };
  return onKey(request.key, context, ensure, await glanceFor(request, context));
}

/**
 * Returns the row, a blank one for a new key, if it has not seen the request: then a claim or a note comes next,
 * which fails if the row is older than it. Any other row is read in full, and so is that of a request which can be
 * refused before anything is written.
 */
async function glanceFor(request: RoomRequest, { rooms, now }: RoomContext): Promise<Room | undefined> {
  // its end may have come too near, but not for a room that the row has already
  if (request.spec && isRefusedLate(request.spec)) return undefined;
  const room = (await rooms.glance(request.key)) ?? blankRoom(request.key, now());
  const isNews = !room.claim && standing(room, sequenceOf(request)) === 'new';
  return isNews ? room : undefined;
}

/** The same for a row that was read and has no open claim. */
export async function ensureOn(room: Room, request: RoomRequest, context: RoomContext): Promise<Result> {
  const { key, spec: asked, origin } = request;
  if (!asked) throw new RequestRefusedError(`room ${key} was requested without its settings`);
  const desired = { spec: mergeSpec(room.spec, asked), sequence: sequenceOf(request), origin };
  const decision = decideEnsure(room, desired, context.now(), context);
  const living = decision.reason === 'expired' ? await withMovedEnd(room, context) : undefined;
  if (living) return ensureOn(living, request, context);
  return { ...(await perform(decision, room, desired, context)), reason: decision.reason };
}

async function perform(
  decision: EnsureDecision,
  room: Room,
  desired: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  switch (decision.action) {
    case 'ignore':
      return { outcome: decision.reason === 'repeated' ? 'unchanged' : 'outdated', room };
    case 'record':
      return { outcome: decision.reason, room: await recordOnly(room, desired, context) };
    case 'mark-over':
      return { outcome: 'over', room: await markOver(room, desired, context) };
    case 'refuse':
      return refuse(decision.reason, room, desired, context);
    case 'await-knock':
      return { outcome: 'noted', room: await awaitKnock(room, desired, context) };
    case 'open':
      return open(decision, room, desired, context);
    case 'change':
      return change(decision, room, desired, context);
  }
}

/** Writes the refusal to the row and announces it before the caller gets the error. */
async function refuse(
  reason: string,
  room: Room,
  { spec }: DesiredRoom,
  context: RoomContext,
): Promise<never> {
  await flushPending(await context.rooms.write(rejected(room, spec, reason, context.now())), context);
  throw new RequestRefusedError(reason);
}

async function open(
  decision: OpenDecision,
  room: Room,
  desired: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  const { reason, homes } = decision;
  const now = context.now();
  const expiry = (capabilities: Capabilities) => openingExpiry(desired.spec, decision, now, capabilities);
  const isFirst = reason === 'requested';
  const announcement = { type: isFirst ? 'Room Created' : 'Room Rotated', reason } as const;
  const gone = reason === 'lost';
  return {
    outcome: isFirst ? 'created' : 'rotated',
    room: await openRoom(room, { ...desired, announcement, expiry, homes, gone }, context),
  };
}

async function change(
  { current, change, reason }: ChangeDecision,
  room: Room,
  desired: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  const announcement = { type: 'Room Updated', reason } as const;
  try {
    const altered = await alterRoom(room, current, { ...desired, change, announcement }, context);
    return { outcome: 'updated', room: altered };
  } catch (error) {
    if (!(error instanceof NotAlteredError)) throw error;
    return openInstead(error, desired, context);
  }
}

/**
 * Opens a new room if the provider has lost the current one, or has given no clear answer to the change for
 * too long. If the provider refuses the change, a new room with the same content would be refused too if the
 * content is the reason.
 */
async function openInstead(
  { room, cause }: NotAlteredError,
  desired: DesiredRoom,
  context: RoomContext,
): Promise<Result> {
  const decision = decideOpening(desired, context.now(), context, {
    homes: candidates(room, desired.spec, context.pool),
    atLeast: 0,
    reason: cause instanceof RoomGoneError ? 'lost' : 'changed',
  });
  return perform(decision, room, desired, context);
}

/** Records that the room is not needed any more, so that older requests that arrive later change nothing. */
async function markOver(room: Room, { sequence }: DesiredRoom, context: RoomContext): Promise<Room> {
  const passed = await context.rooms.write({
    ...(await tombstone(room, context)),
    sequences: withSequence(room.sequences, sequence),
    unannounced: withoutLinks(room.unannounced),
  });
  return flushAll(passed, context);
}

/** Gives the key its link, but no room until a visitor knocks. The caller receives the link. */
async function awaitKnock(
  room: Room,
  { spec, sequence, origin }: DesiredRoom,
  context: RoomContext,
): Promise<Room> {
  const announcement = { type: 'Room Updated', reason: 'on-demand' } as const;
  return context.rooms.write({
    ...scheduled(room, spec, context.renewal),
    spec,
    unannounced: withAnnouncement(room, announcement),
    sequences: withSequence(room.sequences, sequence),
    origin: origin ?? room.origin,
    ended: undefined,
    attempts: 0,
    lastError: undefined,
    updatedAt: context.now(),
  });
}

/** Records what the request means for the future. It changes nothing at the provider. */
async function recordOnly(
  room: Room,
  { spec, sequence, origin }: DesiredRoom,
  context: RoomContext,
): Promise<Room> {
  const base: Room = {
    ...room,
    spec,
    sequences: withSequence(room.sequences, sequence),
    origin: origin ?? room.origin,
    updatedAt: context.now(),
  };
  return context.rooms.write(
    sameSpec(room.spec, spec) ? base : scheduled(base, spec, context.renewal, limitationsOf(base, context)),
  );
}
