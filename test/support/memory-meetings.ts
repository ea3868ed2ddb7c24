import type { Meeting, Meetings } from '../../functions/connections/meetings.ts';
import { RoomChangedError } from '../../functions/rooms/model/errors.ts';

/** Meetings in memory. They pass the same tests as the real ones (`test/adapters/tables/meetings-table.test.ts`). */
export function memoryMeetings(): Meetings & { all(): readonly Meeting[] } {
  const items = new Map<string, Meeting>();
  return {
    all: () => [...items.values()],
    async read(id) {
      return items.get(id);
    },
    async write(meeting) {
      if ((items.get(meeting.id)?.version ?? 0) !== meeting.version)
        throw new RoomChangedError('the copies of a meeting are written by another worker too');
      items.set(meeting.id, { ...meeting, version: meeting.version + 1 });
    },
  };
}
