import type { EventUpdate } from '../model/occurrences.ts';
import type { RoomRequest } from '../model/room.ts';
import type { OccurrenceRoom, RememberedRoom, SeriesMemory, SeriesUpdate, WholeUpdate } from './update.ts';

/** What the room of an occurrence is asked that the newest news does not plan any more. */
export function removals(
  room: RememberedRoom,
  whole: WholeUpdate,
  known: SeriesMemory,
  news: SeriesUpdate,
): readonly RoomRequest[] {
  return after(whole, room, known, news).map((event) => withEvent(removal(room, news), event));
}

/** What an occurrence's room is to hear that the newest news does not plan. */
function after(
  { at, cancelled, complete }: WholeUpdate,
  { planned }: RememberedRoom,
  known: SeriesMemory,
  news: SeriesUpdate,
): EventUpdate[] {
  if (cancelled) return [noEvent(news, at, true)];
  // it is not planned any more: what was told of itself still holds, unless all was told anew
  if (complete) return [{ ...noEvent(news, at, false), complete }];
  if (planned) return [noEvent(news, at, false)];
  // the series is back, and with it what was told of the occurrence alone; what is planned later is newer than this
  return known.cancelled ? [noEvent(news, `${known.at}~`, false)] : [];
}

/** An event that has no occurrences, and so no need of a room. */
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

/** A request that tells its room of the event as a whole, too. */
export function withEvent(request: RoomRequest, event: EventUpdate): RoomRequest {
  const { sequence, news } = request;
  const value = event.at > sequence.value ? event.at : sequence.value;
  return {
    ...request,
    sequence: { ...sequence, value },
    news: { occurrences: news?.occurrences ?? [], event },
  };
}
