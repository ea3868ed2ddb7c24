import * as z from 'zod/mini';
import type { ProviderEvent } from '../../rooms/model/ports.ts';

/** The Meetings API's names of the events that matter here; all others are ignored. */
const NEWS = {
  'room:expired': 'expired',
  'session:started': 'meeting-started',
  'session:ended': 'meeting-ended',
} as const satisfies Record<string, ProviderEvent['news']>;

/** Its bodies have a few hundred bytes. */
export const LONGEST_CALLBACK = 8 * 1024;

const callback = z.object({ event: z.string(), room_id: z.string().check(z.minLength(1), z.maxLength(100)) });

/**
 * Reads the body of a callback about the rooms of a key.
 *
 * @returns undefined if the event does not matter
 * @throws if it is not a callback
 */
export function readCallback(body: string, key: string): ProviderEvent | undefined {
  const { event, room_id: roomId } = callback.parse(JSON.parse(body));
  const news = Object.entries(NEWS).find(([name]) => name === event)?.[1];
  return news && { key, roomId, news };
}
