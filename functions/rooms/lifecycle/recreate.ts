import type { Capabilities } from '../model/ports.ts';
import type { Result } from '../model/result.ts';
import type { LiveRoom, Room, RoomSpec } from '../model/room.ts';
import { renewedExpiry } from '../model/spec.ts';
import type { Instant } from '../model/time.ts';
import type { RoomContext } from './context.ts';
import { type Opening, openRoom } from './open.ts';

/** Row, room and spec of a room that is kept. */
export interface KeptRoom {
  readonly room: Room;
  readonly current: LiveRoom;
  readonly spec: RoomSpec;
}

/** Opens a new room in place of the current one, which is not changed. */
export async function recreate(
  { room, spec }: KeptRoom,
  reason: string,
  context: RoomContext,
  { expiry: wanted, ...more }: { expiry?: Instant } & Pick<Opening, 'sequence' | 'to' | 'gone' | 'ends'> = {},
): Promise<Result> {
  const now = context.now();
  const announcement = { type: 'Room Rotated', reason } as const;
  const expiry = (capabilities: Capabilities) =>
    wanted === undefined
      ? renewedExpiry(spec, now, capabilities)
      : Math.max(wanted, now + capabilities.shortestLife);
  return {
    outcome: 'rotated',
    room: await openRoom(room, { spec, announcement, expiry, ...more }, context),
  };
}
