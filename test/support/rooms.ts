import type { LiveRoom, Room, RoomSpec } from '../../functions/rooms/model/room.ts';
import { DAY } from '../../functions/rooms/model/time.ts';
import { blankRoom } from '../../functions/rooms/model/transitions.ts';

/** The instant at which most tests start. */
export const START = Date.parse('2027-03-01T12:00:00.000Z');

export function aSpec(more: Partial<RoomSpec> = {}): RoomSpec {
  return { settings: { display_name: 'Weekly' }, lifetime: 90 * DAY, renewal: { mode: 'recreate' }, ...more };
}

export function aLiveRoom(more: Partial<LiveRoom> = {}): LiveRoom {
  return {
    application: 'first',
    id: '5b2b0d7e-1f7c-4d5e-9c3c-0a8e2f6f1a11',
    meetingCode: '123456789',
    guestUrl: 'https://meetings.example/123456789',
    createdAt: START,
    expiresAt: START + 90 * DAY,
    renewedAt: START,
    ...more,
  };
}

export function aRoom(more: Partial<Room> = {}): Room {
  return {
    ...blankRoom('weekly', START),
    state: 'active',
    generation: 1,
    spec: aSpec(),
    current: aLiveRoom(),
    ...more,
  };
}
