import * as z from 'zod/mini';
import { RequestRefusedError } from '../../rooms/model/errors.ts';
import type { ProviderEvent, RoomNews, RotationOrder } from '../../rooms/model/ports.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { readJson } from '../json.ts';

const rotationMessage = z.object({
  key: z.string(),
  generation: z.int(),
  cause: z.enum(['due', 'lost', 'drifted', 'used', 'unfinished', 'ended', 'recovered', 'link']),
  found: z.optional(z.array(z.object({ application: z.string(), id: z.string(), generation: z.int() }))),
  notBefore: z.optional(z.iso.datetime()),
});

const news = { roomId: z.string(), news: z.enum(['expired', 'meeting-started', 'meeting-ended']) };

const newsMessage = z.union([
  z.object({ key: z.string(), ...news }),
  z.object({ application: z.string(), ...news }),
]);

/**
 * Reads a message of the rotations queue.
 *
 * @throws RequestRefusedError if the message does not come from the planner or reconciliation
 */
export function readRotation(body: string): { readonly order: RotationOrder; readonly notBefore: Instant } {
  try {
    const { notBefore, ...order } = rotationMessage.parse(readJson(body));
    return { order, notBefore: notBefore === undefined ? 0 : Date.parse(notBefore) };
  } catch (cause) {
    throw new RequestRefusedError(
      'body: must be a rotation as the planner writes it, {"key", "generation", "cause"}; to rotate a room by hand send ' +
        '{"action": "rotate", "key": ...} to the requests queue',
      { cause },
    );
  }
}

/**
 * Reads a message of the rotations queue that has a provider's callback.
 *
 * @returns undefined if the message is a rotation
 */
export function readNews(body: string): ProviderEvent | RoomNews | undefined {
  try {
    return newsMessage.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
