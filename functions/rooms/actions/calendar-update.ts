import { recall } from '../series/calendar.ts';
import { cancelOn } from './cancel.ts';
import { ensureOn } from './ensure.ts';
import { finishRoom } from '../lifecycle/recover.ts';
import type { Keeping } from '../lifecycle/context.ts';
import { isInItsLast } from '../model/occurrences.ts';
import { blankRoom } from '../model/transitions.ts';
import type { Result } from '../model/result.ts';
import type { RoomRequest } from '../model/room.ts';
import { onKey } from '../lifecycle/pending.ts';

/**
 * Does what a calendar's news means together with all that the row knows from it already. The row remembers the
 * news with the same write that claims or records what follows from it, so that neither is ever without the other.
 *
 * @throws RequestRefusedError for good; any other error: not now
 */
export async function heedCalendar(request: RoomRequest, keeping: Keeping): Promise<Result> {
  const { key } = request;
  return onKey(key, keeping, async (found) => {
    const room = await finishRoom(found ?? blankRoom(key, keeping.now()), keeping);
    const { request: asked, calendar } = recall(room, request);
    if (asked.action === 'cancel' && isInItsLast(room.calendar, request.news, keeping.now())) {
      return { outcome: 'unchanged', room };
    }
    const informed = { ...room, calendar };
    return asked.action === 'cancel'
      ? cancelOn(informed, asked, keeping)
      : ensureOn(informed, asked, keeping);
  });
}
