import { randomUUID } from 'node:crypto';
import type { MeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import type { RoomStore } from '../../functions/rooms/model/ports.ts';
import type { LiveRoom, Room } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { blankRoom } from '../../functions/rooms/model/transitions.ts';
import { APPLICATION, APPLICATION_ID, DEPLOYMENT } from './account.ts';

export interface Seeding {
  readonly rooms: RoomStore;
  readonly provider: MeetingsApi;
  readonly prefix: string;
  readonly count: number;
  /** They are the second rooms of their keys. */
  readonly rotated: boolean;
}

/** Concurrent writes, few enough for any engine. */
const LANES = 16;

const LIFE = 90 * DAY;

/** A provider begins a room a little after it was asked for, and its answer is recorded a little later. */
const ASKED = 100;
const ANSWERED = 110;

/** Creates rooms that are near their end: due for an hour, with six days left. */
export async function seedRooms({ rooms, provider, prefix, count, rotated }: Seeding): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      const room = dueRoom(`${prefix}${index}`, provider, rotated ? 2 : 1);
      await rooms.write(rotated ? { ...room, ...earlierRoom(room) } : room);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** The room before, which has ended since, as the rotation left it on the row. */
function earlierRoom({ key, current, createdAt }: Room): Pick<Room, 'previous' | 'past'> {
  if (!current) return {};
  const { renewedAt: _renewedAt, ...place } = current;
  const expiresAt = createdAt + 7 * DAY;
  const previous = {
    ...place,
    id: randomUUID(),
    ...linkOf('123456789'),
    createdAt: expiresAt - LIFE + ASKED,
    expiresAt,
  };
  const { application, id: roomId, createdAt: openedAt } = previous;
  const times = { openedAt, expiresAt, replacedAt: current.renewedAt };
  return { previous, past: [{ key, generation: 1, application, roomId, ...times, reason: 'renewal' }] };
}

function dueRoom(key: string, provider: MeetingsApi, generation: number): Room {
  const now = Date.now();
  const expiresAt = now + 6 * DAY;
  const settings = { display_name: `Room ${key}` };
  const made = provider.addRoom(APPLICATION_ID, {
    ...settings,
    type: 'long_term',
    metadata: roomToken(DEPLOYMENT, key, generation),
    expires_at: new Date(expiresAt).toISOString(),
  });
  return {
    ...blankRoom(key, expiresAt - LIFE),
    state: 'active',
    generation,
    spec: { settings, lifetime: LIFE, renewal: { mode: 'recreate' } },
    current: {
      application: APPLICATION,
      id: made.id,
      ...linkOf(made.meetingCode),
      createdAt: expiresAt - LIFE + ASKED,
      expiresAt,
      renewedAt: expiresAt - LIFE + ASKED + ANSWERED,
    },
    sequences: { request: '1764000000000~0abcdefghijkl' },
    renewAt: now - HOUR,
    dueAt: now - HOUR,
    emergencyAt: expiresAt - 4 * DAY,
  };
}

function linkOf(meetingCode: string): Pick<LiveRoom, 'meetingCode' | 'guestUrl'> {
  return { meetingCode, guestUrl: `https://meetings.vonage.com/${meetingCode}` };
}
