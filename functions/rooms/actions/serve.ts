import type { RoomContext } from '../lifecycle/context.ts';
import type { Result } from '../model/result.ts';
import type { RoomAction, RoomRequest } from '../model/room.ts';
import { applyCalendarUpdate } from './calendar-update.ts';
import { cancelRoom } from './cancel.ts';
import { ensureRoom } from './ensure.ts';
import { holdRoom, releaseRoom } from './hold.ts';
import { importRoom } from './import.ts';
import { knockRoom } from './knock.ts';
import { relinkRoom } from './relink.ts';
import { rotateNow } from './rotate.ts';

type Action = (request: RoomRequest, context: RoomContext) => Promise<Result>;

const ACTIONS: Readonly<Record<RoomAction, Action>> = {
  ensure: ensureRoom,
  cancel: cancelRoom,
  hold: holdRoom,
  release: releaseRoom,
  rotate: rotateNow,
  relink: relinkRoom,
  knock: knockRoom,
  import: importRoom,
};

/**
 * Executes a request.
 *
 * @throws RoomError what the action throws
 */
export function serveRequest(request: RoomRequest, context: RoomContext): Promise<Result> {
  return request.news ? applyCalendarUpdate(request, context) : ACTIONS[request.action](request, context);
}
