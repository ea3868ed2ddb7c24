import type { EmulatorRequest } from '../http/requests.ts';
import { UnreadableBodyError } from '../http/requests.ts';
import type { Switches } from './choices.ts';
import { invalidField, unreadableBody } from './errors.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** The fields of a meeting in a request, parsed and in range. */
export interface MeetingBody {
  readonly topic?: string;
  readonly type?: 1 | 2 | 3 | 8;
  readonly agenda?: string;
  readonly password?: string;
  readonly default_password?: boolean;
  readonly start_time?: string;
  readonly timezone?: string;
  readonly duration?: number;
  readonly schedule_for?: string;
  readonly recurrence?: Readonly<Record<string, unknown>>;
  readonly tracking_fields?: readonly Readonly<Record<string, unknown>>[];
  readonly settings?: Settings;
}

type Check = (value: unknown) => boolean;

const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const flag: Check = (value) => typeof value === 'boolean';
const text =
  (longest: number, pattern = /^/): Check =>
  (value) =>
    typeof value === 'string' && value.length <= longest && pattern.test(value);
const among =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const whole =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/;

const FIELDS: Readonly<Record<string, Check>> = {
  topic: text(200),
  type: among(1, 2, 3, 8),
  agenda: text(2000),
  password: text(10, /^[A-Za-z0-9@_*-]*$/),
  default_password: flag,
  pre_schedule: flag,
  start_time: text(20, INSTANT),
  timezone: (value) => typeof value === 'string' && isZone(value),
  duration: whole(0, 1440),
  schedule_for: text(128),
  recurrence: isObject,
  tracking_fields: (value) => Array.isArray(value) && value.every(isObject),
  template_id: text(128),
  settings: isObject,
};

const SETTINGS: Readonly<Record<string, Check>> = {
  host_video: flag,
  participant_video: flag,
  join_before_host: flag,
  jbh_time: among(0, 5, 10, 15),
  mute_upon_entry: flag,
  use_pmi: flag,
  approval_type: among(0, 1, 2),
  audio: among('both', 'telephony', 'voip', 'thirdParty'),
  auto_recording: among('none', 'local', 'cloud'),
  waiting_room: flag,
  meeting_authentication: flag,
  authentication_option: text(128),
  authentication_domains: text(1000),
  alternative_hosts: text(1000),
  alternative_hosts_email_notification: flag,
  email_notification: flag,
  calendar_type: among(1, 2),
  private_meeting: flag,
  encryption_type: among('enhanced_encryption', 'e2ee'),
  focus_mode: flag,
  meeting_invitees: Array.isArray,
  continuous_meeting_chat: isObject,
};

/** @throws Refusal that names the field */
export function readBody(request: EmulatorRequest, switches: Switches): MeetingBody {
  const body = parsed(request);
  const settings =
    body.settings === undefined ? {} : { settings: checked(body.settings, SETTINGS, 'settings.', switches) };
  // `checked` refuses what differs from FIELDS, which name the fields of a body
  return { ...checked(body, FIELDS, '', switches), ...settings } as MeetingBody;
}

function parsed(request: EmulatorRequest): Record<string, unknown> {
  try {
    const body = request.json();
    // any object can be asked for a field
    if (isObject(body)) return body as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof UnreadableBodyError)) throw error;
  }
  throw unreadableBody();
}

function checked(
  given: unknown,
  fields: Readonly<Record<string, Check>>,
  prefix: string,
  switches: Switches,
): Record<string, unknown> {
  if (!isObject(given)) throw invalidField(prefix.slice(0, -1));
  const known = Object.entries(given as object).filter(([name]) => {
    if (Object.hasOwn(fields, name)) return true;
    if (switches.unknownFields === 'refuse') throw invalidField(prefix + name);
    return false;
  });
  for (const [name, value] of known) if (!fields[name]?.(value)) throw invalidField(prefix + name);
  return Object.fromEntries(known);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A start time with `Z` is in UTC, even if a zone is named; one without `Z` is local time in the zone. */
export function instantOf(startTime: string, zone = 'UTC'): number {
  if (startTime.endsWith('Z')) return Date.parse(startTime);
  const asUtc = Date.parse(`${startTime}Z`);
  const guess = asUtc - offsetAt(asUtc, zone);
  return asUtc - offsetAt(guess, zone);
}

function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instant);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '00';
  const local = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`;
  return Date.parse(local) - Math.floor(instant / 1000) * 1000;
}
