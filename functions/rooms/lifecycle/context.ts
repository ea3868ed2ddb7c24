import { RoomChangedError } from '../model/errors.ts';
import type { Links } from '../model/link.ts';
import type { Callbacks, EventBus, Pool, RoomStore } from '../model/ports.ts';
import type { RenewalPolicy } from '../model/renewal.ts';
import type { Room } from '../model/room.ts';
import type { Duration, Instant } from '../model/time.ts';

/** The dependencies of all work on rooms. */
export interface RoomContext {
  readonly rooms: RoomStore;
  readonly pool: Pool;
  readonly events: EventBus;
  readonly now: () => Instant;
  /** Returns a name that is unique to one attempt of one worker. */
  readonly newOwner: () => string;
  /** Names this deployment in its rooms' tokens: five of `a-z2-7`. */
  readonly deployment: string;
  /** Names it in tokens of an earlier version, to find a room that an open claim of that version created. */
  readonly formerly?: string;
  /** How long a claim is valid: longer than an invocation can last. */
  readonly lease: Duration;
  readonly renewal: RenewalPolicy;
  /** Reports a fallback that a person should look into. */
  readonly notice?: (notice: Notice) => void;
  /** Absent: providers are not asked to report meetings and ends. */
  readonly callbacks?: Callbacks;
  /** Absent: keys have no links of their own. `rooms` is then without `withLinks`. */
  readonly links?: Links;
}

/**
 * - `change-given-up`: a room gave no clear answer to any change for too long (`change.ts`).
 * - `prolonged`: no new room could be created, so the current one was extended (`prolong.ts`).
 * - `pool-full`: the same, because every application is full.
 * - `passed-over`: an application allowed no call or refused the room, which was opened in another one
 *   (`open.ts`).
 */
export type Notice = 'change-given-up' | 'prolonged' | 'passed-over' | 'pool-full';

/** How often an operation starts over because another worker wrote the row first. */
const ATTEMPTS = 8;

/**
 * Runs an operation on the row of a key. Reads the row again and starts over whenever another worker wrote it
 * first. Everything that an operation does before its write must be safe to repeat.
 *
 * @param glanced the row, if it is known and the operation begins with a write of it
 */
export function withRoom<T>(
  key: string,
  { rooms }: Pick<RoomContext, 'rooms'>,
  operation: (room: Room | undefined) => Promise<T>,
  glanced?: Room,
): Promise<T> {
  let known = glanced;
  return retryOnConflict(async () => {
    const room = known ?? (await rooms.read(key));
    known = undefined;
    return operation(room);
  });
}

/** The same for an operation that reads the row itself. */
export async function retryOnConflict<T>(operation: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof RoomChangedError) || attempt === ATTEMPTS) throw error;
    }
  }
}
