import type { MeetingsApi } from '../../emulators/meetings-api/meetings-api.ts';
import type { RoomStore } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { DAY, HOUR } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { blankRoom } from '../../functions/rooms/model/transitions.ts';
import { APPLICATION, APPLICATION_ID, DEPLOYMENT } from './account.ts';

export interface Seeding {
  readonly rooms: RoomStore;
  readonly provider: MeetingsApi;
  readonly prefix: string;
  readonly count: number;
}

/** Concurrent writes, few enough for any engine. */
const LANES = 16;

const LIFE = 90 * DAY;

/** Creates rooms that are near their end: due for an hour, with six days left. */
export async function seedRooms({ rooms, provider, prefix, count }: Seeding): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      await rooms.write(dueRoom(`${prefix}${index}`, provider));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function dueRoom(key: string, provider: MeetingsApi): Room {
  const now = Date.now();
  const expiresAt = now + 6 * DAY;
  const settings = { display_name: `Room ${key}` };
  const made = provider.addRoom(APPLICATION_ID, {
    ...settings,
    type: 'long_term',
    metadata: roomToken(DEPLOYMENT, key, 1),
    expires_at: new Date(expiresAt).toISOString(),
  });
  return {
    ...blankRoom(key, expiresAt - LIFE),
    state: 'active',
    generation: 1,
    spec: { settings, lifetime: LIFE, renewal: { mode: 'recreate' } },
    current: {
      application: APPLICATION,
      id: made.id,
      meetingCode: made.meetingCode,
      guestUrl: `https://meetings.example/${made.meetingCode}`,
      createdAt: expiresAt - LIFE,
      expiresAt,
      renewedAt: expiresAt - LIFE,
    },
    sequences: { request: '1764000000000~0abcdefghijkl' },
    renewAt: now - HOUR,
    dueAt: now - HOUR,
    emergencyAt: expiresAt - 4 * DAY,
  };
}
