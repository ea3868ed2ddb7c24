import { randomInt } from 'node:crypto';
import type { ProviderRoom, RoomChange, RoomOrder } from '../../rooms/model/ports.ts';
import type { RoomSettings } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { DAY, type Duration, SECOND } from '../../rooms/model/time.ts';
import { type ListedReply, type MeetingReply, RECURRING, SCHEDULED } from './schema.ts';

/** The last possible instant, for others' meetings whose end does not matter. */
const NEVER: Instant = 8_640_000_000_000_000;

/** The token is the first line of the agenda: a list shows only the first 250 characters. */
const MARK = /^\[evr:(er[a-z2-7]{30})\](?:\n|$)/;

/** The length of an agenda in a list. */
const SHOWN_AGENDA = 250;

/** The settings of a meeting that a request can name. */
const KEPT_SETTINGS = ['join_before_host', 'waiting_room', 'auto_recording', 'mute_upon_entry'] as const;

type KeptSettings = Partial<Record<(typeof KEPT_SETTINGS)[number], boolean | string>>;

export function tokenOf({ agenda }: Pick<ListedReply, 'agenda'>): string | undefined {
  return MARK.exec(agenda ?? '')?.[1];
}

/** A recurring meeting lives this long after each start. */
export const LIFE_AFTER_USE: Duration = 365 * DAY;

/** Zoom does not say when a meeting was started last. But a meeting that exists can be started. */
const AT_LEAST: Duration = DAY;

/** A date would end a recurring meeting, and a personal meeting cannot have one. */
const OWN_TIMES =
  'is a meeting with times of its own, so it has no end that could be moved: only meetings with one date, and recurring ' +
  'ones without a fixed time, can be kept';

/**
 * Returns the room of a meeting. Its date is its end, although Zoom admits people for another thirty days.
 */
export function providerRoom(reply: ListedReply | MeetingReply, now: Instant): ProviderRoom {
  const { id, type, created_at, join_url } = reply;
  const createdAt = Date.parse(created_at);
  const inUse = 'status' in reply && reply.status === 'started';
  const expiresAt = endOf(reply, inUse, now);
  return {
    id: String(id),
    guestUrl: join_url,
    createdAt,
    expiresAt,
    token: tokenOf(reply),
    available: expiresAt > now,
    settings: shownSettings(reply),
    ...(type === RECURRING && { byUse: true }),
    ...(type !== RECURRING && type !== SCHEDULED && { obstacle: OWN_TIMES }),
    ...(inUse && { inUse }),
  };
}

/** Returns the earliest possible end of a meeting without a date. */
function endOf({ type, created_at, start_time }: ListedReply, inUse: boolean, now: Instant): Instant {
  if (type === SCHEDULED && start_time) return Date.parse(start_time);
  if (type !== RECURRING) return NEVER;
  const unused = Date.parse(created_at) + LIFE_AFTER_USE;
  return inUse ? now + LIFE_AFTER_USE : Math.max(unused, now + AT_LEAST);
}

function shownSettings(reply: ListedReply | MeetingReply): Partial<RoomSettings> {
  const { topic, agenda } = reply;
  const settings = 'settings' in reply ? reply.settings : undefined;
  return {
    ...(topic && { display_name: topic }),
    ...(agenda && MARK.test(agenda) && agenda.length < SHOWN_AGENDA && { metadata: metadataOf(agenda) }),
    ...(settings && requestedBy(settings)),
  };
}

function metadataOf(agenda: string): string | undefined {
  return agenda.replace(MARK, '') || undefined;
}

/** Converts the settings of a meeting to those of a request. */
function requestedBy(settings: Readonly<Record<string, unknown>>): Partial<RoomSettings> {
  const { waiting_room, join_before_host, auto_recording, mute_upon_entry } = settings;
  const level = waiting_room ? 'explicit_approval' : join_before_host ? 'none' : 'after_owner_only';
  return {
    join_approval_level: level,
    recording_options: { auto_record: auto_recording === 'cloud' },
    initial_join_options: { microphone_state: mute_upon_entry ? 'off' : 'default' },
  };
}

/** Zoom's limit. A longer name is cut; the row has the full name. */
const LONGEST_TOPIC = 200;

export interface MeetingBody {
  readonly topic?: string;
  readonly agenda?: string;
  readonly type?: typeof SCHEDULED;
  readonly start_time?: string;
  readonly timezone?: string;
  readonly settings?: Readonly<Record<string, boolean | number | string>>;
}

/** Sets everything, because otherwise the host's default for all meetings applies. */
export function createBody({ token, settings, expiresAt, byUse = false }: RoomOrder) {
  return {
    ...(byUse ? { type: RECURRING } : { type: SCHEDULED, start_time: utc(expiresAt), timezone: 'UTC' }),
    topic: topicOf(settings.display_name),
    agenda: agendaOf(token, settings.metadata),
    password: passcode(),
    settings: {
      jbh_time: 0,
      approval_type: 2,
      use_pmi: false,
      meeting_authentication: false,
      email_notification: false,
      ...approval(settings.join_approval_level),
      ...recording(settings.recording_options),
      ...microphone(settings.initial_join_options),
    },
  };
}

/**
 * Returns the part of a change that the meeting does not have yet: a host may make only a hundred changes per
 * day.
 */
export function changeBody({ settings = {}, expiresAt }: RoomChange, found: MeetingReply): MeetingBody {
  const shown = found.settings ?? {};
  const wanted: KeptSettings = {
    ...('join_approval_level' in settings && approval(settings.join_approval_level)),
    ...('recording_options' in settings && recording(settings.recording_options)),
    ...('initial_join_options' in settings && microphone(settings.initial_join_options)),
  };
  const other = Object.entries(wanted).filter(([name, value]) => shown[name] !== value);
  const topic = settings.display_name === undefined ? undefined : topicOf(settings.display_name);
  const token = tokenOf(found);
  const agenda = 'metadata' in settings && token ? agendaOf(token, settings.metadata) : undefined;
  return {
    ...(topic !== undefined && topic !== found.topic && { topic }),
    ...(agenda !== undefined && agenda !== found.agenda && { agenda }),
    ...(expiresAt !== undefined && dateOf(expiresAt, found)),
    ...(other.length > 0 && { settings: Object.fromEntries(other) }),
  };
}

/** A meeting that lived by its use has a date from then on. */
function dateOf(expiresAt: Instant, { type, start_time }: MeetingReply): MeetingBody {
  const start = utc(expiresAt);
  if (type !== SCHEDULED) return { type: SCHEDULED, start_time: start, timezone: 'UTC' };
  return start_time && utc(Date.parse(start_time)) === start ? {} : { start_time: start };
}

/**
 * Returns the settings that were requested but not kept, as text for a person: Zoom drops settings that an
 * administrator has locked, without an error.
 */
export function dropped(
  sent: Readonly<Record<string, unknown>>,
  { settings }: Pick<MeetingReply, 'settings'>,
): readonly string[] {
  return Object.entries(sent)
    .filter(([name, value]) => settings?.[name] !== undefined && settings[name] !== value)
    .map(
      ([name, value]) =>
        `Zoom keeps ${name} at ${JSON.stringify(settings?.[name])}, not ${JSON.stringify(value)}: it may be locked for the ` +
        'account or the host',
    );
}

function topicOf(name: string): string {
  return name.slice(0, LONGEST_TOPIC);
}

function agendaOf(token: string, metadata: string | undefined): string {
  return [`[evr:${token}]`, ...(metadata ? [metadata] : [])].join('\n');
}

function approval(level: RoomSettings['join_approval_level'] = 'none') {
  return { join_before_host: level === 'none', waiting_room: level === 'explicit_approval' };
}

function recording(options: RoomSettings['recording_options']) {
  return { auto_recording: options?.auto_record ? 'cloud' : 'none' };
}

function microphone(options: RoomSettings['initial_join_options']) {
  return { mute_upon_entry: options?.microphone_state === 'off' };
}

/** With `Z`, so that the host's time zone is not used. */
function utc(instant: Instant): string {
  return `${new Date(Math.floor(instant / SECOND) * SECOND).toISOString().slice(0, 19)}Z`;
}

/** Without letters that look like digits: people read it out on the phone. */
const PASSCODE_LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const PASSCODE_LENGTH = 10;

/**
 * Returns a passcode, which is part of the guest link and stored only by Zoom. It contains a letter and a
 * digit, because accounts may require both.
 */
function passcode(): string {
  const letters = Array.from(
    { length: PASSCODE_LENGTH - 2 },
    () => PASSCODE_LETTERS[randomInt(PASSCODE_LETTERS.length)],
  );
  return `${letters.join('')}${'KMPRTWXY'[randomInt(8)]}${2 + randomInt(8)}`;
}
