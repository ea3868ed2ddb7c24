import { json } from 'node:stream/consumers';
import { readFeed } from '../../functions/feeds/read-feed.ts';
import { CALENDAR_DEFAULTS } from '../../functions/requests/calendar/event/settings.ts';
import { parseMessage } from '../../functions/requests/parse.ts';
import { reconcileRooms } from '../../functions/rooms/fleet/reconcile.ts';
import type { ProviderRoom, RoomProvider } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { DAY, MINUTE } from '../../functions/rooms/model/time.ts';
import { roomToken } from '../../functions/rooms/model/token.ts';
import { aLiveRoom, aRoom, START } from './rooms.ts';

/** The work of a function with one message, one feed or one list, for a process with limited memory. */
interface Work {
  readonly kind: 'message' | 'feed' | 'list';
  readonly text: string;
}

const PAGE = 100;

/** The settings that a provider shows of every room, and that can be changed. */
const SHOWN = {
  expire_after_use: false,
  join_approval_level: 'none',
  initial_join_options: { microphone_state: 'default' },
  available_features: {
    is_recording_available: true,
    is_chat_available: true,
    is_whiteboard_available: true,
    is_locale_switcher_available: true,
    is_captions_available: true,
  },
} as const;

const { kind, text } = (await json(process.stdin)) as Work;
const refused = () => {};

if (kind === 'list') {
  await compare(Number(text));
} else if (kind === 'message') {
  const settings = { calendar: CALENDAR_DEFAULTS };
  await parseMessage({ body: text, messageId: 'm', sentAt: 0 }, settings).catch(refused);
} else {
  await readFeed(
    { name: 'team', secret: 'feed/team', timeZone: 'Europe/Berlin' },
    {
      source: { fetch: async () => ({ text, validators: {} }) },
      memories: { read: async () => undefined, prepare: () => async () => {} },
      outbox: { send: async () => {} },
      now: () => Date.parse('2027-01-15T10:00:00Z'),
    },
  ).catch(refused);
}

/** The most expensive comparison: both sides have this many rooms, and none is on both. */
async function compare(rooms: number): Promise<void> {
  const now = START + DAY;
  const provider = {
    capabilities: { shortestLife: MINUTE, changeable: Object.keys(SHOWN) },
    async *list() {
      for (let start = 0; start < rooms; start += PAGE) yield pageFrom(start, listedRoom);
    },
    retire: async () => now,
    bookmark: () => undefined,
  } as unknown as RoomProvider;
  let nominated = 0;
  const { applications } = await reconcileRooms(
    { applications: ['main'], confirmed: { application: 'main', findings: 2 * rooms, until: now + DAY } },
    {
      pool: { names: ['main'], siblings: () => ['main'], provider: () => provider },
      deployment: 'abcde',
      now: () => now,
      rooms: {
        scan: async (cursor = '0') => {
          const next = Number(cursor) + PAGE;
          return {
            items: pageFrom(Number(cursor), lostRow),
            cursor: next < rooms ? String(next) : undefined,
          };
        },
        noteListEnd: async () => {},
      },
      rotations: {
        send: async (orders) => {
          nominated += orders.length;
        },
      },
      events: { report: async () => {} },
      mode: 'repair',
      timeLeft: () => 15 * MINUTE,
    },
  );
  const retired = applications.main?.retired;
  if (nominated !== rooms || retired !== rooms) {
    throw new Error(`of ${rooms} each, ${nominated} were nominated and ${retired} retired`);
  }
}

function pageFrom<T>(start: number, item: (index: number) => T): readonly T[] {
  return Array.from({ length: PAGE }, (_, place) => item(start + place));
}

/** As long as an adapter's room: the strings are created for each room, like those of an answer. */
function listedRoom(index: number): ProviderRoom {
  const token = roomToken('abcde', `another/meeting-${index}`, 1);
  return {
    ...aLiveRoom({
      id: `${token}-${index}`,
      createdAt: START - index,
      guestUrl: `https://team.daily.co/${token}?number=${index}`,
    }),
    token,
    available: true,
    settings: { display_name: `Meeting ${index}`, ...structuredClone(SHOWN) },
  };
}

function lostRow(index: number): Room {
  const current = aLiveRoom({ application: 'main', id: `lost-${index}` });
  return aRoom({ key: `team-${index % 100}/meeting-${index}`, current });
}
