import { fieldsOf } from '../http/requests.ts';
import { CHOICES, type Switches, TEXTS } from './choices.ts';
import type { Errors } from './errors.ts';

/** The fields of `POST /meetings`, parsed. */
export interface MeetingOrder {
  /** Milliseconds since the epoch. */
  readonly endDate: number;
  readonly isLocked: boolean;
  readonly roomMode: string;
  readonly prefix: string;
  readonly pattern: string;
  /** The links to show in the reply. */
  readonly fields: ReadonlySet<string>;
}

type Check = (value: unknown) => boolean;
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string);
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';

const FIELDS = ['hostRoomUrl', 'viewerRoomUrl'];

/** Reads a date and time; without a zone it is in UTC. */
function readDate(value: unknown): number {
  const read = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.exec(String(value));
  if (!read) return Number.NaN;
  return Date.parse(read[3] ? String(value) : `${value}Z`);
}

/** Before all checks, upper case becomes lower case, and white space is removed. */
const tidied = (prefix: unknown) => String(prefix).toLowerCase().replace(/\s/g, '');

const isPrefix: Check = (value) =>
  isText(value) && tidied(value).length <= 39 && CHOICES.prefix.test(tidied(value));

const DESTINATION: Readonly<Record<string, Check>> = {
  provider: oneOf('s3', 'whereby'),
  bucket: isText,
  accessKeyId: isText,
  accessKeySecret: isText,
  fileFormat: oneOf('mkv', 'mp4'),
  authenticationType: oneOf('accessKey', 'roleBased'),
  oidcRoleArn: isText,
};

/** The storage of recordings: at least its provider. */
const isDestination: Check = (value) =>
  isObject(value) &&
  (value as Record<string, unknown>).provider !== undefined &&
  Object.entries(value as object).every(([name, member]) => DESTINATION[name]?.(member) ?? false);

const isStreaming: Check = (value) => {
  if (!isObject(value)) return false;
  // it has just been checked to be an object
  const { destination, startTrigger } = value as Record<string, unknown>;
  const { url } = fieldsOf(destination);
  return isText(url) && URL.canParse(String(url)) && oneOf('none', 'prompt', 'automatic')(startTrigger);
};

/** All three are required; `null` keeps the organisation's default. */
const isRecording: Check = (value) => {
  if (!isObject(value)) return false;
  const { type, destination, startTrigger } = value as Record<string, unknown>;
  return (
    oneOf('none', 'local', 'cloud')(type) &&
    (destination === null || isDestination(destination)) &&
    (startTrigger === null || oneOf('none', 'prompt', 'automatic', 'automatic-2nd-participant')(startTrigger))
  );
};

/** Every allowed field, with its expected value. */
const RULES: Readonly<Record<string, readonly [Check, string]>> = {
  startDate: [isText, 'a date and time'],
  endDate: [(value) => !Number.isNaN(readDate(value)), 'an ISO 8601 date and time'],
  isLocked: [(value) => typeof value === 'boolean', 'a boolean'],
  roomMode: [oneOf('normal', 'group'), 'normal or group'],
  roomNamePrefix: [isPrefix, 'at most 39 of a-z, 0-9 and -'],
  roomNamePattern: [oneOf('uuid', 'human-short'), 'uuid or human-short'],
  templateType: [oneOf('viewerMode'), 'viewerMode'],
  recording: [isRecording, 'an object with type, destination and startTrigger, each one that there is'],
  liveTranscription: [isObject, 'an object'],
  streaming: [isStreaming, 'an object with destination.url and a startTrigger that there is'],
  fields: [
    (value) => Array.isArray(value) && value.every((field) => FIELDS.includes(field)),
    `a list of ${FIELDS.join(', ')}`,
  ],
};

/** @throws Refusal with the first error */
function checkOrder(body: unknown, { unknownFields }: Switches, errors: Errors): Record<string, unknown> {
  if (!isObject(body)) throw errors.badRequest(TEXTS.invalid('the body', 'an object'));
  const given = body as Record<string, unknown>;
  if (given.endDate === undefined) throw errors.badRequest(TEXTS.required('endDate'));
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (!rule && unknownFields === 'refuse') throw errors.badRequest(TEXTS.unknownField(name));
    if (rule && !rule[0](value)) throw errors.badRequest(TEXTS.invalid(name, rule[1]));
  }
  return given;
}

/** @throws Refusal */
export function readOrder(body: unknown, now: number, switches: Switches, errors: Errors): MeetingOrder {
  const given = checkOrder(body, switches, errors);
  const endDate = readDate(given.endDate);
  if (endDate < now) throw errors.badRequest(TEXTS.invalid('endDate', 'the same or after the current date'));
  const isViewerMode = given.templateType === 'viewerMode';
  return {
    endDate,
    isLocked: isViewerMode || given.isLocked === true,
    roomMode: isViewerMode ? 'group' : String(given.roomMode ?? 'normal'),
    prefix: tidied(given.roomNamePrefix ?? ''),
    pattern: String(given.roomNamePattern ?? 'uuid'),
    // the fields have been checked before
    fields: new Set(isViewerMode ? FIELDS : ((given.fields as string[]) ?? [])),
  };
}

/** Reads `fields=hostRoomUrl,viewerRoomUrl`. @throws Refusal */
export function readFields(query: URLSearchParams, errors: Errors): ReadonlySet<string> {
  const fields = query
    .getAll('fields')
    .flatMap((list) => list.split(','))
    .filter((field) => field !== '');
  const unknown = fields.find((field) => !FIELDS.includes(field));
  if (unknown) throw errors.badRequest(TEXTS.invalid('fields', `of ${FIELDS.join(', ')}`));
  return new Set(fields);
}
