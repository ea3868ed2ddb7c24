import { afterAll, beforeAll } from 'vitest';
import type { DeadLetter } from '../../local/rooms/client.ts';
import { type LocalRooms, startLocalRooms } from '../../local/rooms/local-rooms.ts';
import {
  type LocalProvider,
  type MeetingsApiProvider,
  startMeetingsApiProvider,
} from '../../local/rooms/provider.ts';
import type { ShownRoom } from '../../local/rooms/shown-room.ts';
import { synthesiseHere } from '../support/synthesise.ts';

export const DAY = 24 * 3_600_000;

/** The whole system, and what its tests ask of it again and again. */
export interface Journey<P extends LocalProvider> extends LocalRooms {
  readonly provider: P;
  readonly emulator: P['emulator'];
  /** What the system has in the application's secret. */
  readonly credential: string;
  /** Sends a request through the SDK, as it is or as JSON, and waits until all that came of it is over. */
  ask(body: unknown): Promise<void>;
  /** Puts an event on the bus through the SDK, and waits likewise. */
  tell(type: string, detail: object): Promise<void>;
  /** A room that is there. */
  room(key: string): Promise<ShownRoom>;
  /** What was announced of a key: type, generation, reason. */
  news(key: string): readonly (readonly [type: unknown, generation: unknown, reason: unknown])[];
  deadLetters(): DeadLetter[];
  /** So many days from the stack's now. */
  inDays(count: number): string;
}

/** The system with the Meetings API, started once for all tests of a file. */
export function journey(
  settings: Readonly<Record<string, unknown>> = {},
): () => Journey<MeetingsApiProvider> {
  return journeyWith(startMeetingsApiProvider, settings);
}

/** The system with any provider, started once for all tests of a file or of a `describe`. */
export function journeyWith<P extends LocalProvider>(
  startProvider: () => Promise<P>,
  settings: Readonly<Record<string, unknown>> = {},
): () => Journey<P> {
  let started: Journey<P> | undefined;
  beforeAll(async () => {
    started = await startJourney(await startProvider(), settings);
  });
  afterAll(() => started?.stop());
  return () => {
    if (!started) throw new Error('the system has not started');
    return started;
  };
}

async function startJourney<P extends LocalProvider>(
  provider: P,
  settings: Readonly<Record<string, unknown>>,
): Promise<Journey<P>> {
  const rooms = await startLocalRooms({
    settings,
    startProvider: async () => provider,
    synthesise: synthesiseHere,
  });
  const { doors, stack } = rooms;
  return {
    ...rooms,
    provider,
    emulator: provider.emulator,
    credential: provider.credential,
    async ask(body) {
      await doors.send(typeof body === 'string' ? body : JSON.stringify(body));
      await stack.settle();
    },
    async tell(type, detail) {
      await doors.put({ source: 'team.test', 'detail-type': type, detail });
      await stack.settle();
    },
    async room(key) {
      const room = await doors.room(key);
      if (!room) throw new Error(`there is no room ${key}: ${JSON.stringify(doors.deadLetters())}`);
      return room;
    },
    news: (key) =>
      doors.announcements().flatMap(({ event }) => {
        const detail = event.detail as { key?: string; generation?: number; reason?: string };
        return detail.key === key ? [[event['detail-type'], detail.generation, detail.reason] as const] : [];
      }),
    deadLetters: () => doors.deadLetters(),
    inDays: (count) => new Date(stack.clock.now() + count * DAY).toISOString(),
  };
}
