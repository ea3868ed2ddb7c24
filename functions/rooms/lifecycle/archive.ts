import type { Room } from '../model/room.ts';
import type { RoomContext } from './context.ts';

/**
 * Writes the current generation into the history before the row drops it. Safe to repeat.
 *
 * @param ends whether its room ends now and not at its expiry: the room is gone, or the row ends it
 */
export async function archiveCurrent(
  room: Room,
  { reason, ends }: { readonly reason: string; readonly ends: boolean },
  { rooms, now }: RoomContext,
): Promise<void> {
  const { current, generation, key } = room;
  if (!current) return;
  const { application, id: roomId, guestUrl, createdAt: openedAt } = current;
  const expiresAt = ends ? Math.min(current.expiresAt, now()) : current.expiresAt;
  await rooms.archive({
    key,
    generation,
    application,
    roomId,
    guestUrl,
    openedAt,
    expiresAt,
    replacedAt: now(),
    reason,
  });
}
