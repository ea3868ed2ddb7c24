import { createHash, randomBytes } from 'node:crypto';
import { drawBelow, drawDigits, type Random } from '../http/random.ts';
import type { Host } from './accounts.ts';
import { instantOf, type MeetingBody, type Settings } from './bodies.ts';
import { CHOICES, type Switches } from './choices.ts';
import { invalidField } from './errors.ts';

/** A meeting in the emulator. Instants are milliseconds since the epoch. */
export interface MeetingRecord {
  readonly id: string;
  readonly createdAt: number;
  host: Host;
  /** New for each session. */
  uuid: string;
  topic: string;
  type: 1 | 2 | 3 | 8;
  agenda: string;
  password: string;
  /** The part of the link that replaces the passcode. */
  encryptedPassword: string;
  timezone: string;
  duration: number;
  settings: Settings;
  startTime?: number;
  lastStart?: number;
  /** Set if the switch lets a change extend a recurring meeting. */
  changedAt?: number;
  deletedAt?: number;
  endedAt?: number;
  readonly participants: Set<string>;
}

/** A meeting after its emulator has stopped: without participants, and with the address of its host. */
export interface KeptMeeting extends Omit<MeetingRecord, 'host' | 'participants'> {
  readonly host: string;
}

/** A user's default settings for meetings. */
const USER_SETTINGS: Settings = {
  host_video: false,
  participant_video: false,
  join_before_host: false,
  jbh_time: 0,
  mute_upon_entry: false,
  approval_type: 2,
  audio: 'both',
  auto_recording: 'none',
  waiting_room: false,
  meeting_authentication: false,
  alternative_hosts: '',
  email_notification: true,
};

/** All meetings of all hosts, including deleted ones. */
export class Meetings {
  readonly #byId = new Map<string, MeetingRecord>();
  readonly #random: Random;
  readonly #switches: Switches;

  constructor(random: Random, switches: Switches) {
    this.#random = random;
    this.#switches = switches;
  }

  /** The settings that an administrator has locked for all users. */
  readonly #locked: Record<string, unknown> = {};

  lock(setting: string, value: unknown): void {
    this.#locked[setting] = value;
  }

  get all(): readonly MeetingRecord[] {
    return [...this.#byId.values()];
  }

  existing(id: string): MeetingRecord | undefined {
    return this.#byId.get(id);
  }

  /** Returns when the meeting can no longer be started. */
  expiryOf(meeting: MeetingRecord): number {
    const { type, createdAt, startTime = 0, lastStart = 0, changedAt = 0, endedAt } = meeting;
    if (type === 1) return endedAt ?? createdAt + CHOICES.scheduledLife;
    if (type === 2) return Math.max(startTime || createdAt, lastStart) + CHOICES.scheduledLife;
    const used = Math.max(createdAt, lastStart, type === 8 ? startTime : 0);
    return Math.max(used, this.#switches.changeExtends ? changedAt : 0) + CHOICES.recurringLife;
  }

  isThere(meeting: MeetingRecord, now: number): boolean {
    return meeting.deletedAt === undefined && this.expiryOf(meeting) > now;
  }

  /** Returns the meeting that a call finds. */
  find(id: string, now: number): MeetingRecord | undefined {
    const meeting = this.#byId.get(id);
    if (!meeting) return undefined;
    if (this.isThere(meeting, now)) return meeting;
    const isInTrash = meeting.deletedAt !== undefined && meeting.deletedAt + CHOICES.trashLife > now;
    return isInTrash && this.#switches.meetingInTrash === 'shown' ? meeting : undefined;
  }

  /** Returns the list of a host, in its order. */
  listed(host: Host, now: number): readonly MeetingRecord[] {
    const visible = this.all.filter(
      (meeting) =>
        meeting.host === host &&
        meeting.type !== 1 &&
        this.isThere(meeting, now) &&
        meeting.createdAt + this.#switches.listLag * 1000 <= now,
    );
    const oldest = visible.sort((a, b) => a.createdAt - b.createdAt || Number(a.id) - Number(b.id));
    return this.#switches.listOrder === 'newest-first' ? oldest.reverse() : oldest;
  }

  create(host: Host, body: MeetingBody, now: number): MeetingRecord {
    const {
      type: asked = 2,
      start_time,
      timezone = 'UTC',
      topic = 'My Meeting',
      agenda = '',
      duration = 60,
    } = body;
    const type = asked === 2 && start_time === undefined ? 1 : asked;
    const password = body.password ?? (body.default_password ? drawDigits(this.#random, 6) : '');
    const meeting: MeetingRecord = {
      id: this.#freeId(),
      createdAt: Math.floor(now / 1000) * 1000,
      host,
      uuid: randomBytes(16).toString('base64'),
      topic,
      type,
      agenda,
      password,
      encryptedPassword: encrypted(password),
      timezone,
      duration,
      settings: this.#kept(USER_SETTINGS, body.settings ?? {}, type, password),
      participants: new Set(),
    };
    if (start_time !== undefined && type !== 3) meeting.startTime = this.#start(start_time, timezone, now);
    return this.keep(meeting);
  }

  /** Adds a meeting unchanged, such as one of an earlier run. */
  keep(meeting: MeetingRecord): MeetingRecord {
    this.#byId.set(meeting.id, meeting);
    return meeting;
  }

  /** Changes only the given fields. */
  change(meeting: MeetingRecord, body: MeetingBody, now: number): void {
    const { start_time, settings, password } = body;
    meeting.topic = body.topic ?? meeting.topic;
    meeting.agenda = body.agenda ?? meeting.agenda;
    meeting.type = body.type ?? meeting.type;
    meeting.timezone = body.timezone ?? meeting.timezone;
    meeting.duration = body.duration ?? meeting.duration;
    if (password !== undefined && password !== meeting.password) {
      meeting.password = password;
      meeting.encryptedPassword = encrypted(password);
    }
    if (settings) meeting.settings = this.#kept(meeting.settings, settings, meeting.type, meeting.password);
    if (start_time !== undefined && meeting.type !== 3) {
      const start = this.#start(start_time, meeting.timezone, now);
      // a start in the past is ignored without an error
      if (start > now) meeting.startTime = start;
    }
    meeting.changedAt = now;
  }

  start(meeting: MeetingRecord, now: number): void {
    meeting.lastStart = now;
    meeting.uuid = randomBytes(16).toString('base64');
  }

  #start(startTime: string, zone: string, now: number): number {
    const start = instantOf(startTime, zone);
    const { farthestStart } = this.#switches;
    if (farthestStart > 0 && start > now + farthestStart * 86_400_000) throw invalidField('start_time');
    return Math.max(start, now);
  }

  /** Returns the settings that Zoom keeps of those it received; it drops the others without an error. */
  #kept(before: Settings, given: Settings, type: number, password: string): Settings {
    const settings: Record<string, unknown> = { ...before, ...given, ...this.#locked };
    if (type === 3) settings.approval_type = 2;
    // one of the three must protect a meeting
    if (password === '' && !settings.waiting_room && !settings.meeting_authentication)
      settings.waiting_room = true;
    if (settings.waiting_room) settings.join_before_host = false;
    return settings;
  }

  #freeId(): string {
    const draw = () => `${1 + drawBelow(this.#random, 9)}${drawDigits(this.#random, 10)}`;
    let id = draw();
    while (this.#byId.has(id)) id = draw();
    return id;
  }
}

function encrypted(password: string): string {
  return password && `${createHash('sha256').update(password).digest('base64url').slice(0, 30)}.1`;
}
