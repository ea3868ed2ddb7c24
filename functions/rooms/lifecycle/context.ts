import { RoomChangedError } from '../model/errors.ts';
import type { Links } from '../model/link.ts';
import type { Callbacks, EventBus, Pool, RoomStore } from '../model/ports.ts';
import type { RenewalPolicy } from '../model/renewal.ts';
import type { Room } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';

/** What it takes to keep rooms. */
export interface RoomContext {
  readonly rooms: RoomStore;
  readonly pool: Pool;
  readonly events: EventBus;
  readonly now: () => Instant;
  /** A name that no other attempt of any worker has. */
  readonly newOwner: () => string;
  /** Names this deployment in its rooms' tokens: five of `a-z2-7`. */
  readonly deployment: string;
  /** Names it in tokens of an earlier version: a room that an open claim of that version made is looked for by it too. */
  readonly formerly?: string;
  /** How long a claim is good for: longer than an invocation can last. */
  readonly lease: Duration;
  readonly renewal: RenewalPolicy;
  /** Hears of what was done in place of what could not be done, so that somebody sees to it. */
  readonly notice?: (notice: Notice) => void;
  /** Absent: providers are not asked to tell of meetings and ends. */
  readonly callbacks?: Callbacks;
  /** Absent: keys have no links of their own. `rooms` is then without `withLinks`. */
  readonly links?: Links;
}

/**
 * - `change-given-up`: a room gave no clear answer to any change for too long (`change.ts`).
 * - `prolonged`: no new room could be had, so that the living one was given a longer life (`prolong.ts`) ...
 * - `pool-full`: ... since every application is full.
 * - `passed-over`: an application allowed no call or refused the room, which was opened in another one (`open.ts`).
 */
export type Notice = 'change-given-up' | 'prolonged' | 'passed-over' | 'pool-full';

/** How often an operation starts over because another worker wrote the row first. */
const ATTEMPTS = 8;

/**
 * Runs an operation on what the table has for a key, and starts over with a fresh look whenever another worker
 * wrote first. Whatever an operation has done before it lost the race must be safe to do again.
 */
export function withRoom<T>(
  key: string,
  { rooms }: Pick<RoomContext, 'rooms'>,
  operation: (room: Room | undefined) => Promise<T>,
): Promise<T> {
  return retryOnConflict(async () => operation(await rooms.read(key)));
}

/** The same for an operation that takes the look itself. */
export async function retryOnConflict<T>(operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof RoomChangedError) || attempt === ATTEMPTS) throw error;
    }
  }
}
