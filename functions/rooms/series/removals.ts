import type { EventUpdate } from '../model/occurrences.ts';
import type { RoomRequest } from '../model/room.ts';
import type { OccurrenceRoom, RememberedRoom, SeriesMemory, SeriesUpdate, WholeUpdate } from './update.ts';

/** Returns the request for a room whose occurrence the newest update no longer plans. */
export function removals(
  room: RememberedRoom,
  whole: WholeUpdate,
  known: SeriesMemory,
  news: SeriesUpdate,
): readonly RoomRequest[] {
  return after(whole, room, known, news).map((event) => withEvent(removal(room, news), event));
}

/** Returns the event updates for such a room. */
function after(
  { at, cancelled, complete }: WholeUpdate,
  { planned }: RememberedRoom,
  known: SeriesMemory,
  news: SeriesUpdate,
): EventUpdate[] {
  if (cancelled) return [noEvent(news, at, true)];
  // it is no longer planned: its own exception stays valid, unless the update has all exceptions
  if (complete) return [{ ...noEvent(news, at, false), complete }];
  if (planned) return [noEvent(news, at, false)];
  // the series exists again, and so does the exception of the occurrence; a later plan is newer than this
  return known.cancelled ? [noEvent(news, `${known.at}~`, false)] : [];
}

/** Returns an update of an event that has no occurrences and needs no room. */
export function noEvent({ name, origin }: SeriesUpdate, at: string, cancelled: boolean): EventUpdate {
  return { at, epoch: at, name, origin, planned: [], ...(cancelled ? { cancelled } : { whole: true }) };
}

function removal({ key }: OccurrenceRoom, { origin }: SeriesUpdate): RoomRequest {
  return {
    key,
    action: 'cancel',
    sequence: { source: 'calendar', value: '' },
    origin,
    news: { occurrences: [] },
  };
}

/** Returns a request that also has the update of the event as a whole. */
export function withEvent(request: RoomRequest, event: EventUpdate): RoomRequest {
  const { sequence, news } = request;
  const value = event.at > sequence.value ? event.at : sequence.value;
  return {
    ...request,
    sequence: { ...sequence, value },
    news: { occurrences: news?.occurrences ?? [], event },
  };
}
