import type { Keeping } from './keeping.ts';
import type { Room } from './room.ts';

/** Writes the current generation into the history before the row forgets it. Safe to repeat. */
export async function archiveCurrent(room: Room, reason: string, { rooms, now }: Keeping): Promise<void> {
  const { current, generation, key, claim } = room;
  if (!current) return;
  const { application, id: roomId, guestUrl, createdAt: openedAt } = current;
  const expiresAt = claim?.gone ? Math.min(current.expiresAt, now()) : current.expiresAt;
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
