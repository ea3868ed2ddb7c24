import { randomUUID } from 'node:crypto';
import { Deadlines } from '../http/deadlines.ts';
import { drawBelow, type Random } from '../http/random.ts';
import { CHOICES, type Switches } from './choices.ts';
import type { Config } from './properties.ts';

/** A room in the emulator. */
export interface RoomRecord {
  readonly id: string;
  readonly name: string;
  readonly domainName: string;
  /** Milliseconds since the epoch, on the full second. */
  readonly createdAt: number;
  privacy: string;
  config: Config;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Returns when the room expires, in milliseconds since the epoch; infinity without an `exp`. */
export function expiryOf({ config }: RoomRecord): number {
  return typeof config.exp === 'number' ? config.exp * 1000 : Number.POSITIVE_INFINITY;
}

/** The newest first; within one second by id. */
function inListOrder(one: RoomRecord, other: RoomRecord): number {
  return other.createdAt - one.createdAt || (one.id < other.id ? -1 : Number(one.id > other.id));
}

/** The rooms of one domain. A deleted room is kept for its place in the list and for the inventory. */
export class Rooms {
  readonly #byName = new Map<string, RoomRecord>();
  readonly #deleted = new Map<string, RoomRecord>();
  readonly #collections = new Deadlines<RoomRecord>();
  readonly #random: Random;
  readonly #switches: Switches;
  #ordered: RoomRecord[] | undefined;

  constructor(random: Random, switches: Switches) {
    this.#random = random;
    this.#switches = switches;
  }

  /** Returns a room that calls can use. */
  find(name: string, now: number): RoomRecord | undefined {
    const room = this.existing(name);
    return room && this.#answers(room, now) ? room : undefined;
  }

  /** Returns a room that was not deleted, expired or not. */
  existing(name: string): RoomRecord | undefined {
    return this.#byName.get(this.#key(name));
  }

  isTaken(name: string, now: number): boolean {
    const room = this.existing(name);
    if (!room) return false;
    return this.#answers(room, now) || this.#switches.nameOfExpiredRoom === 'taken';
  }

  create(
    order: Pick<RoomRecord, 'domainName' | 'privacy' | 'config'> & { name?: string },
    now: number,
  ): RoomRecord {
    const name = order.name ?? this.#freeName();
    const replaced = this.existing(name);
    if (replaced) this.delete(replaced);
    const createdAt = Math.floor(now / 1000) * 1000;
    return this.keep({ ...order, name, id: randomUUID(), createdAt });
  }

  /** Adds a room unchanged, such as one of an earlier run. */
  keep(room: RoomRecord): RoomRecord {
    this.#byName.set(this.#key(room.name), room);
    this.#ordered = undefined;
    this.watch(room);
    return room;
  }

  /** Returns all rooms that were not deleted. */
  existingOnes(): RoomRecord[] {
    return [...this.#byName.values()];
  }

  /** Schedules the collector for the room; call it whenever the room's `exp` has changed. */
  watch(room: RoomRecord): void {
    const expiry = expiryOf(room);
    if (Number.isFinite(expiry)) this.#collections.add(expiry + CHOICES.collectedAfter, room);
  }

  delete(room: RoomRecord): void {
    this.#byName.delete(this.#key(room.name));
    this.#deleted.set(room.id, room);
    this.#ordered = undefined;
  }

  /** Deletes the rooms that the collector would have deleted by now. */
  collect(now: number): void {
    for (const { at, item: room } of this.#collections.due(now)) {
      if (expiryOf(room) + CHOICES.collectedAfter === at && this.existing(room.name) === room)
        this.delete(room);
    }
  }

  /** Returns what `GET /rooms` shows, in its order. */
  listed(now: number): readonly RoomRecord[] {
    this.#ordered ??= [...this.#byName.values()].sort(inListOrder);
    return this.#ordered.filter((room) => this.#answers(room, now));
  }

  /**
   * Returns the place of a cursor in the list.
   *
   * @returns the index of the first room that is not before it, and whether that is the cursor's own room
   */
  place(id: string, list: readonly RoomRecord[]): { index: number; isListed: boolean } | undefined {
    const cursor = this.#everById(id);
    if (!cursor) return undefined;
    const found = list.findIndex((room) => inListOrder(room, cursor) >= 0);
    const index = found === -1 ? list.length : found;
    return { index, isListed: list[index]?.id === id };
  }

  /** Includes deleted ones, the oldest first. */
  all(): RoomRecord[] {
    const rooms = [...this.#deleted.values(), ...this.#byName.values()];
    return rooms.sort((one, other) => one.createdAt - other.createdAt);
  }

  #everById(id: string): RoomRecord | undefined {
    for (const room of this.#byName.values()) if (room.id === id) return room;
    return this.#switches.cursorOfDeletedRoom === 'works' ? this.#deleted.get(id) : undefined;
  }

  #answers(room: RoomRecord, now: number): boolean {
    return this.#switches.expiredRooms === 'lingering' || expiryOf(room) > now;
  }

  #key(name: string): string {
    return this.#switches.nameCase === 'sensitive' ? name : name.toLowerCase();
  }

  #freeName(): string {
    const draw = () =>
      Array.from({ length: 20 }, () => LETTERS[drawBelow(this.#random, LETTERS.length)]).join('');
    let name = draw();
    while (this.existing(name)) name = draw();
    return name;
  }
}
