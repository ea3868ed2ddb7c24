import type { RoomContext } from '../lifecycle/context.ts';
import { onKey } from '../lifecycle/pending.ts';
import { recoverRoom } from '../lifecycle/recover.ts';
import { isInItsLast } from '../model/occurrences.ts';
import type { Result } from '../model/result.ts';
import type { RoomRequest } from '../model/room.ts';
import { blankRoom } from '../model/transitions.ts';
import { mergeIntoRow } from '../series/calendar.ts';
import { cancelOn } from './cancel.ts';
import { ensureOn } from './ensure.ts';

/**
 * Applies a calendar's update, together with all that the row already knows from the calendar. One write both
 * remembers the update and claims or records its consequence, so the row never has one without the other.
 *
 * @throws RequestRefusedError for a permanent refusal; any other error: try again later
 */
export async function applyCalendarUpdate(request: RoomRequest, context: RoomContext): Promise<Result> {
  const { key } = request;
  return onKey(key, context, async (found) => {
    const room = await recoverRoom(found ?? blankRoom(key, context.now()), context);
    const { request: asked, calendar } = mergeIntoRow(room, request);
    if (asked.action === 'cancel' && isInItsLast(room.calendar, request.news, context.now())) {
      return { outcome: 'unchanged', room };
    }
    const informed = { ...room, calendar };
    return asked.action === 'cancel'
      ? cancelOn(informed, asked, context)
      : ensureOn(informed, asked, context);
  });
}
