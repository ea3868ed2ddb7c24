import type { Keeping } from './keeping.ts';
import type { Room } from './room.ts';

/** Writes the current generation into the history before the row forgets it. Safe to repeat. */
export async function archiveCurrent(room: Room, reason: string, { rooms, now }: Keeping): Promise<void> {
  const { current, generation, key } = room;
  if (!current) return;
  const { application, id: roomId, guestUrl, createdAt: openedAt, expiresAt } = current;
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
