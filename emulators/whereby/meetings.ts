import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Deadlines } from '../http/deadlines.ts';
import { drawBelow, type Random } from '../http/random.ts';
import type { MeetingOrder } from './bodies.ts';
import { CHOICES, type Switches } from './choices.ts';

/** A meeting in the emulator. Instants are milliseconds since the epoch. */
export interface MeetingRecord {
  readonly meetingId: string;
  /** Counts the meetings of all organisations. */
  readonly ordinal: number;
  readonly subdomain: string;
  /** Including its slash. */
  readonly roomName: string;
  readonly startDate: number;
  readonly endDate: number;
  readonly isLocked: boolean;
  readonly roomMode: string;
  /** The key of the host's link: a credential. */
  readonly roomKey: string;
  /** When a call deleted it, or the provider after its end. */
  deletedAt?: number;
}

const HOUR = 3_600_000;
const SHORT = 'abcdefghijkmnpqrstuvwxyz23456789';

/** The meetings of one organisation. */
export class Meetings {
  readonly #byId = new Map<string, MeetingRecord>();
  readonly #byName = new Map<string, MeetingRecord>();
  readonly #endings = new Deadlines<MeetingRecord>();
  readonly #subdomain: string;
  readonly #random: Random;
  readonly #switches: Switches;
  #ordinal: number = CHOICES.firstMeetingId;

  constructor(subdomain: string, random: Random, switches: Switches) {
    this.#subdomain = subdomain;
    this.#random = random;
    this.#switches = switches;
  }

  create(order: MeetingOrder, now: number): MeetingRecord {
    const ordinal = this.#ordinal++;
    return this.keep({
      meetingId: this.#switches.meetingId === 'digits' ? String(ordinal) : randomUUID(),
      ordinal,
      subdomain: this.#subdomain,
      roomName: `/${order.prefix}${order.pattern === 'uuid' ? randomUUID() : this.#short(order.prefix)}`,
      startDate: now,
      endDate: order.endDate,
      isLocked: order.isLocked,
      roomMode: order.roomMode,
      roomKey: randomBytes(24).toString('base64url'),
    });
  }

  /** Adds a meeting unchanged, such as one of an earlier run. */
  keep(meeting: MeetingRecord): MeetingRecord {
    this.#ordinal = Math.max(this.#ordinal, meeting.ordinal + 1);
    this.#byId.set(meeting.meetingId, meeting);
    this.#byName.set(meeting.roomName, meeting);
    this.#endings.add(meeting.endDate + this.#switches.deletedAfter * HOUR, meeting);
    return meeting;
  }

  /** Returns a meeting that was not deleted. */
  find(meetingId: string): MeetingRecord | undefined {
    const meeting = this.#byId.get(meetingId);
    return meeting?.deletedAt === undefined ? meeting : undefined;
  }

  findByName(roomName: string): MeetingRecord | undefined {
    return this.#byName.get(roomName);
  }

  delete(meeting: MeetingRecord, now: number): void {
    meeting.deletedAt ??= now;
  }

  /** Deletes the meetings that ended long enough ago. */
  deleteDue(now: number): MeetingRecord[] {
    const over = [...this.#endings.due(now)]
      .map(({ item }) => item)
      .filter(({ deletedAt }) => deletedAt === undefined);
    for (const meeting of over) this.delete(meeting, now);
    return over;
  }

  /** Returns what `GET /meetings` shows, in its order. */
  listed(now: number): MeetingRecord[] {
    const { expiredListed, deletedListed } = this.#switches;
    return this.all()
      .filter(({ deletedAt }) => deletedListed || deletedAt === undefined)
      .filter(({ endDate }) => expiredListed || endDate > now)
      .sort((one, other) => this.placeOf(one) - this.placeOf(other));
  }

  /** Returns a meeting's place in the list. It never changes, so a cursor can contain it. */
  placeOf({ ordinal }: MeetingRecord): number {
    if (this.#switches.listOrder === 'oldest') return ordinal;
    if (this.#switches.listOrder === 'newest') return -ordinal;
    return createHash('sha256').update(String(ordinal)).digest().readUIntBE(0, 6);
  }

  /** Includes deleted ones, the oldest first. */
  all(): MeetingRecord[] {
    return [...this.#byId.values()];
  }

  #short(prefix: string): string {
    const draw = () => Array.from({ length: 6 }, () => SHORT[drawBelow(this.#random, SHORT.length)]).join('');
    let suffix = draw();
    while (this.#byName.has(`/${prefix}${suffix}`)) suffix = draw();
    return suffix;
  }
}

/** Whether people can still enter: for an hour after the requested end. */
export const isUsable = ({ endDate, deletedAt }: MeetingRecord, now: number): boolean =>
  deletedAt === undefined && now < endDate + CHOICES.grace;
