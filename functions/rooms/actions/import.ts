import { changeOfImported, decideImport, hasRoom, type ImportDecision } from '../decisions/import.ts';
import { warningsOf } from '../lifecycle/callbacks.ts';
import { alterRoom, NotAlteredError } from '../lifecycle/change.ts';
import type { RoomContext } from '../lifecycle/context.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { ClaimHeldError, RequestRefusedError } from '../model/errors.ts';
import { notOfPool } from '../model/placement.ts';
import type { ProviderRoom, Reservation } from '../model/ports.ts';
import { alreadySeen, type Result } from '../model/result.ts';
import type { ImportedRoom, Room, RoomPlace, RoomRequest } from '../model/room.ts';
import { sequenceOf } from '../model/sequence.ts';
import { blankRoom, isAccountedFor, opened, restState } from '../model/transitions.ts';

/**
 * Gives a key a room that somebody else made at a provider: it keeps its link, and is kept from then on. Nothing of the
 * room is changed before it is on the row. No room is made here, so there is no claim; the write of the row is
 * conditional, as every write is.
 *
 * @throws RequestRefusedError for good; any other error: not now
 */
export async function importRoom(request: RoomRequest, context: RoomContext): Promise<Result> {
  const { key, imported } = request;
  if (!imported) throw new RequestRefusedError(`the import under ${key} does not name a room`);
  mustBeOfThePool(imported.place, context);
  return onKey(key, context, async (found) => {
    const room = await recoverRoom(found ?? blankRoom(key, context.now()), context);
    const known = hasRoom(room, imported) ? undefined : alreadySeen(room, sequenceOf(request));
    return known ?? takeOver(room, request, imported, context);
  });
}

function mustBeOfThePool({ application }: RoomPlace, { pool }: RoomContext): void {
  if (pool.names.includes(application)) return;
  throw new RequestRefusedError(`application: ${notOfPool(pool.names, application)}`);
}

async function takeOver(
  room: Room,
  request: RoomRequest,
  imported: ImportedRoom,
  context: RoomContext,
): Promise<Result> {
  const { place } = imported;
  const seen = await context.pool.provider(place.application).get(place.id);
  const decision = decideImport(room, imported, seen, context.now(), context);
  const { action, reason } = decision;
  if (action === 'leave') {
    const whole = seen ? await complete(room, imported, seen, context) : room;
    return { outcome: 'unchanged', reason, room: whole };
  }
  if (action === 'refuse' || !seen) throw new RequestRefusedError(reason);
  await reserve(place, room.key, context);
  const taken = await record(room, request, decision, context);
  return { outcome: 'imported', reason, room: await complete(taken, imported, seen, context) };
}

/**
 * Notes the key that takes over a room, so that no other key can. A note is replaced if its key no longer has
 * the room, or never had it. The worker that wrote it has ended by then, because no invocation is longer than
 * a lease.
 */
async function reserve(place: RoomPlace, key: string, context: RoomContext): Promise<void> {
  let noted = await context.rooms.reserve(place, key);
  if (noted.key !== key && !(await isStale(noted, place, context))) throw takenBy(noted, place);
  if (noted.key !== key) noted = await context.rooms.reserve(place, key, noted);
  if (noted.key !== key) throw takenBy(noted, place);
}

function takenBy({ key }: Reservation, { application, id }: RoomPlace): RequestRefusedError {
  return new RequestRefusedError(
    `room: ${id} of application ${application} is the room of key ${key} already`,
  );
}

/** @throws ClaimHeldError where the other key may be about to take it over */
async function isStale(
  { key, since }: Reservation,
  { id }: RoomPlace,
  { rooms, now, lease }: RoomContext,
): Promise<boolean> {
  const other = await rooms.read(key);
  if (other && isAccountedFor(other, id, now())) return false;
  // a cancellation of the other key ends its earlier rooms too
  const past = other ? await rooms.history(key) : [];
  if (past.some(({ roomId, expiresAt }) => roomId === id && expiresAt > now())) return false;
  const left = since + lease - now();
  if (left > 0) throw new ClaimHeldError(key, left);
  return true;
}

async function record(
  room: Room,
  request: RoomRequest,
  { spec, current }: Extract<ImportDecision, { action: 'take' }>,
  context: RoomContext,
): Promise<Room> {
  const reason = 'imported';
  const settlement = {
    generation: Math.max(room.generation, room.spent ?? 0) + 1,
    spec,
    announcement: { type: 'Room Created', reason },
    sequence: sequenceOf(request),
    warnings: warningsOf(spec, current.application, context),
    from: restState(room),
  } as const;
  return context.rooms.write(opened(room, settlement, current, context.renewal, context.now()));
}

/** Gives the room what the caller asked for and it does not have. Reconciliation asks again for what it does not take. */
async function complete(
  room: Room,
  imported: ImportedRoom,
  seen: ProviderRoom,
  context: RoomContext,
): Promise<Room> {
  const { current, spec, unclear } = room;
  if (!current || !spec) return room;
  const change = changeOfImported({ current, spec, unclear }, imported, seen, context.now(), context);
  if (!change) return room;
  const announcement = { type: 'Room Updated', reason: 'imported' } as const;
  try {
    return await alterRoom(room, current, { spec, change, announcement }, context);
  } catch (error) {
    if (error instanceof NotAlteredError) return error.room;
    throw error;
  }
}
