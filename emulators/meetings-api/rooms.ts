import { randomUUID } from 'node:crypto';
import { Deadlines } from '../http/deadlines.ts';
import { drawBelow, drawDigits, type Random } from '../http/random.ts';
import type { CreateBody, UpdateDetails } from './bodies.ts';
import { CHOICES, type Switches } from './choices.ts';
import { newRoom, type RoomRecord, updateRoom } from './room.ts';

/** The rooms of one application, by serial. */
interface Shelf {
  readonly rooms: RoomRecord[];
  living: number;
}

/** Every room ever created, by id and by serial, and which of them have expired. */
export class Rooms {
  readonly #byId = new Map<string, RoomRecord>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #byCode = new Map<string, RoomRecord>();
  readonly #deadlines = new Deadlines<RoomRecord>();
  readonly #random: Random;
  readonly #switches: Switches;
  #serial: number = CHOICES.firstSerial;

  constructor(random: Random, switches: Switches) {
    this.#random = random;
    this.#switches = switches;
  }

  /** @param body valid by `checkCreate` */
  create(applicationId: string, body: CreateBody, now: number): RoomRecord {
    const identity = {
      id: randomUUID(),
      serial: this.#nextSerial(),
      applicationId,
      meetingCode: this.#nextCode(),
      createdAt: now,
    };
    return this.keep(newRoom(identity, body));
  }

  /** Adds a room unchanged, such as one of an earlier run. */
  keep(room: RoomRecord): RoomRecord {
    this.#serial = Math.max(this.#serial, room.serial);
    this.#byId.set(room.id, room);
    this.#byCode.set(room.meetingCode, room);
    const shelf = this.#shelf(room.applicationId);
    shelf.rooms.push(room);
    if (!room.expired) shelf.living += 1;
    this.#deadlines.add(room.expiresAt, room);
    return room;
  }

  /** @param details valid by `checkUpdate` */
  update(room: RoomRecord, details: UpdateDetails): void {
    const before = room.expiresAt;
    updateRoom(room, details, this.#switches.nestedUpdates);
    if (room.expiresAt !== before) this.#deadlines.add(room.expiresAt, room);
  }

  find(id: string): RoomRecord | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  findByCode(meetingCode: string): RoomRecord | undefined {
    return this.#byCode.get(meetingCode);
  }

  /** In the order of their serials. */
  of(applicationId: string): readonly RoomRecord[] {
    return this.#shelves.get(applicationId)?.rooms ?? [];
  }

  all(): readonly RoomRecord[] {
    return [...this.#byId.values()];
  }

  /** Returns the number of rooms that count towards the application's limit. */
  counted(applicationId: string): number {
    const shelf = this.#shelves.get(applicationId);
    if (!shelf) return 0;
    return this.#switches.expiredRoomsCount ? shelf.rooms.length : shelf.living;
  }

  /** Ends a room before its time. */
  expire(room: RoomRecord, now: number): void {
    if (room.expired) return;
    room.expiresAt = Math.min(room.expiresAt, now);
    room.expired = true;
    this.#shelf(room.applicationId).living -= 1;
  }

  /** Expires the rooms that are due, and returns them. */
  expireDue(now: number): RoomRecord[] {
    const ended: RoomRecord[] = [];
    for (const { at, item: room } of this.#deadlines.due(now)) {
      if (room.expired || room.expiresAt !== at) continue;
      this.expire(room, now);
      ended.push(room);
    }
    return ended;
  }

  /** Removes a room without a trace. */
  remove(room: RoomRecord): void {
    const shelf = this.#shelf(room.applicationId);
    if (!room.expired) shelf.living -= 1;
    room.expired = true;
    shelf.rooms.splice(shelf.rooms.indexOf(room), 1);
    this.#byId.delete(room.id);
    this.#byCode.delete(room.meetingCode);
  }

  #shelf(applicationId: string): Shelf {
    const shelf = this.#shelves.get(applicationId) ?? { rooms: [], living: 0 };
    this.#shelves.set(applicationId, shelf);
    return shelf;
  }

  #nextSerial(): number {
    this.#serial += 1 + drawBelow(this.#random, CHOICES.largestSerialGap + 1);
    return this.#serial;
  }

  #nextCode(): string {
    let code = drawDigits(this.#random, 9);
    while (this.#byCode.has(code)) code = drawDigits(this.#random, 9);
    return code;
  }
}
