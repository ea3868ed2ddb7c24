import { randomUUID } from 'node:crypto';
import { Deadlines } from '../http/deadlines.ts';
import { drawBelow, drawDigits, type Random } from '../http/random.ts';
import type {
  AvailableFeatures,
  CallbackUrls,
  CreateBody,
  RecordingOptions,
  UpdateDetails,
} from './bodies.ts';
import { CHOICES, type Switches } from './choices.ts';
import { readInstant } from './rules.ts';

/** A room as the emulator keeps it. Instants are milliseconds since the epoch. */
export interface RoomRecord {
  readonly id: string;
  /** Where the room stands in its application's list. */
  readonly serial: number;
  readonly applicationId: string;
  readonly meetingCode: string;
  readonly type: 'instant' | 'long_term';
  readonly display_name: string;
  readonly metadata: string | null;
  readonly recording_options: RecordingOptions;
  readonly ui_settings: { readonly language: string };
  readonly createdAt: number;
  expiresAt: number;
  /** For good, even where the clock is turned back. */
  expired: boolean;
  expire_after_use: boolean;
  theme_id: string | null;
  join_approval_level: string;
  initial_join_options: { readonly microphone_state: string };
  callback_urls?: CallbackUrls;
  available_features: AvailableFeatures;
}

const FEATURES: AvailableFeatures = {
  is_recording_available: true,
  is_chat_available: true,
  is_whiteboard_available: true,
  is_locale_switcher_available: false,
  is_captions_available: false,
};

const MICROPHONE = { microphone_state: 'default' };

/** The rooms of one application, by serial. */
interface Shelf {
  readonly rooms: RoomRecord[];
  living: number;
}

/** Every room ever made, by id and by serial, and which of them are over. */
export class Rooms {
  readonly #byId = new Map<string, RoomRecord>();
  readonly #shelves = new Map<string, Shelf>();
  readonly #byCode = new Map<string, RoomRecord>();
  readonly #deadlines = new Deadlines<RoomRecord>();
  readonly #random: Random;
  readonly #switches: Switches;
  #serial = CHOICES.firstSerial;

  constructor(random: Random, switches: Switches) {
    this.#random = random;
    this.#switches = switches;
  }

  /** @param body one that `checkCreate` has nothing against */
  create(applicationId: string, body: CreateBody, now: number): RoomRecord {
    const room: RoomRecord = {
      id: randomUUID(),
      serial: this.#nextSerial(),
      applicationId,
      meetingCode: this.#nextCode(),
      type: body.type ?? 'instant',
      display_name: body.display_name,
      metadata: body.metadata ?? null,
      recording_options: { auto_record: false, record_only_owner: false, ...body.recording_options },
      ui_settings: { language: 'default', ...body.ui_settings },
      createdAt: now,
      expiresAt: readInstant(body.expires_at) ?? now + CHOICES.instantRoomLife,
      expired: false,
      expire_after_use: body.expire_after_use ?? false,
      theme_id: body.theme_id ?? null,
      join_approval_level: body.join_approval_level ?? 'none',
      initial_join_options: { ...MICROPHONE, ...body.initial_join_options },
      ...(body.callback_urls && { callback_urls: body.callback_urls }),
      available_features: { ...FEATURES, ...body.available_features },
    };
    this.#byId.set(room.id, room);
    this.#byCode.set(room.meetingCode, room);
    const shelf = this.#shelf(applicationId);
    shelf.rooms.push(room);
    shelf.living += 1;
    this.#deadlines.add(room.expiresAt, room);
    return room;
  }

  /** @param details what `checkUpdate` has nothing against */
  update(room: RoomRecord, details: UpdateDetails): void {
    const { expires_at, initial_join_options, callback_urls, available_features, ...plain } = details;
    const merging = this.#switches.nestedUpdates === 'merge';
    Object.assign(room, plain);
    if (initial_join_options) {
      room.initial_join_options = {
        ...(merging ? room.initial_join_options : MICROPHONE),
        ...initial_join_options,
      };
    }
    if (available_features) {
      room.available_features = { ...(merging ? room.available_features : FEATURES), ...available_features };
    }
    if (callback_urls) room.callback_urls = { ...(merging && room.callback_urls), ...callback_urls };
    const expiresAt = readInstant(expires_at);
    if (expiresAt !== undefined) {
      room.expiresAt = expiresAt;
      this.#deadlines.add(expiresAt, room);
    }
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

  /** How many rooms count against the application's limit. */
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

  /** Ends the rooms whose time has come, and returns them. */
  expireDue(now: number): RoomRecord[] {
    const ended: RoomRecord[] = [];
    for (const { at, item: room } of this.#deadlines.due(now)) {
      if (room.expired || room.expiresAt !== at) continue;
      this.expire(room, now);
      ended.push(room);
    }
    return ended;
  }

  /** Takes a room away as if it had never been. */
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
