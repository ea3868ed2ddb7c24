import type { DueRoom } from '../../functions/rooms/model/ports.ts';
import type { Room } from '../../functions/rooms/model/room.ts';
import { type ShownRoom, shownRoom } from '../../local/rooms/shown-room.ts';

/** A room of the list as JSON. Times are in ISO 8601. It has no host link. */
export interface ListedRoom extends ShownRoom {
  /** Failed attempts since the last success. */
  readonly attempts: number;
  /** When the planner looks at it next. */
  readonly dueAt?: string;
  /** From this time on the room has priority over all others. */
  readonly emergencyAt?: string;
}

/** A room of the due index as JSON, with the attributes of the index. */
export interface ListedDueRoom {
  readonly key: string;
  readonly generation: number;
  readonly application: string;
  /** A person paused its renewal. */
  readonly held: boolean;
  readonly renewAt: string;
  readonly dueAt: string;
  readonly emergencyAt: string;
}

/** A page of the list: rooms of the table, or of the index. */
export type ListPage =
  | { readonly of: 'table'; readonly rooms: readonly ListedRoom[] }
  | { readonly of: 'index'; readonly rooms: readonly ListedDueRoom[] };

/** @param linksUrl the start of every link; absent if links are off */
export function listedRoom(room: Room, linksUrl?: string): ListedRoom {
  const { attempts, dueAt, emergencyAt } = room;
  return {
    ...shownRoom(room, linksUrl),
    attempts,
    ...(dueAt !== undefined && { dueAt: iso(dueAt) }),
    ...(emergencyAt !== undefined && { emergencyAt: iso(emergencyAt) }),
  };
}

export function listedDueRoom({ key, generation, application, held, ...times }: DueRoom): ListedDueRoom {
  return {
    key,
    generation,
    application,
    held: held === true,
    renewAt: iso(times.renewAt),
    dueAt: iso(times.dueAt),
    emergencyAt: iso(times.emergencyAt),
  };
}

export const iso = (instant: number) => new Date(instant).toISOString();
