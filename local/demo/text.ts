import type { SeenEvent } from '../fakes/buses.ts';
import type { DeadLetter } from '../rooms/client.ts';
import type { StackFacts } from '../rooms/control.ts';
import type { Rehearsed } from '../rooms/rehearsal.ts';
import { type ShownRoom, stateWithHold } from '../rooms/shown-room.ts';
import { isObject } from '../stack/template.ts';

const GAP = '  ';

/** Formats rows as columns, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** How a table is made narrow enough for a line. */
interface Narrowing {
  /** The column that is shortened first, down to 16 characters. */
  readonly shrinks: number;
  /** The columns that may be left out, the least important first. One is left out if it does not fit together with more important ones. */
  readonly drops: readonly number[];
}

const LEAST = 16;

/** Formats rows as columns of at most `width` characters in total. */
export function fitted(
  rows: readonly (readonly string[])[],
  width: number,
  { shrinks, drops }: Narrowing,
): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lineOf = (shown: readonly number[]) =>
    shown.reduce((sum, i) => sum + (widths[i] ?? 0), GAP.length * (shown.length - 1));
  const cell = widths[shrinks] ?? 0;
  const spare = Math.max(cell - LEAST, 0);
  let shown = widths.map((_, i) => i).filter((i) => !drops.includes(i));
  for (const column of drops.toReversed()) {
    const more = [...shown, column];
    if (lineOf(more) - spare <= width) shown = more;
  }
  shown.sort((a, b) => a - b);
  const kept = Math.max(cell - Math.max(lineOf(shown) - width, 0), cell - spare);
  const shrunk = rows.map((row) =>
    shown.map((i) => (i === shrinks ? shortened(row[i] ?? '', kept) : (row[i] ?? ''))),
  );
  return columns(shrunk).map((line) => shortened(line, width));
}

/**
 * @param now of the stack, in milliseconds: a room that has ended by then shows no guest link
 * @param width characters per line
 * @param extra columns that not every reader needs
 */
export function roomsTable(
  rooms: readonly ShownRoom[],
  now: number,
  width: number,
  extra: readonly ('left' | 'account')[] = [],
): string[] {
  const hasLinks = rooms.some(({ link }) => link !== undefined);
  const link = hasLinks ? 'LINK' : 'GUEST LINK';
  const heads = ['KEY', 'STATE', 'GEN', link, 'EXPIRES (UTC)', 'RENEWAL (UTC)'];
  const cells = rooms.map((room) => [
    room.key,
    stateWithHold(room, stateOf(room, now)),
    String(room.generation),
    room.link ?? (hasEnded(room, now) ? undefined : room.guestUrl) ?? '-',
    moment(room.expiresAt),
    moment(room.renewAt),
    ...extra.map((column) => (column === 'left' ? leftOf(room, now) : (room.application ?? '-'))),
  ]);
  const drops = [...extra.map((_, i) => heads.length + i).reverse(), 5, 2, 4, 3];
  const more = extra.map((column) => column.toUpperCase());
  return fitted([[...heads, ...more], ...cells], width, { shrinks: 0, drops });
}

/** Returns the life that a room has left: in days, or in hours for the last two days. */
function leftOf({ expiresAt }: ShownRoom, now: number): string {
  if (expiresAt === undefined) return '-';
  const hours = (Date.parse(expiresAt) - now) / 3_600_000;
  if (hours <= 0) return '-';
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`;
}

const hasEnded = ({ expiresAt }: ShownRoom, now: number) =>
  expiresAt !== undefined && Date.parse(expiresAt) <= now;

/** Returns the state for a person: a room that will not be renewed lives only until its end. */
function stateOf(room: ShownRoom, now: number): string {
  if (['cancelled', 'rejected', 'on-demand'].includes(room.state)) return room.state;
  if (hasEnded(room, now)) return 'ended';
  return room.state === 'ending' && room.expiresAt ? `until ${day(room.expiresAt, now)}` : room.state;
}

/** Formats a day: `20 March`, with its year if that is not the current one. */
function day(iso: string, now: number): string {
  const sameYear = iso.slice(0, 4) === new Date(now).toISOString().slice(0, 4);
  return new Date(iso).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/**
 * Formats announcements, one line each: time, type, room, generation, link and reason. Below it are the
 * reason for giving up a message, and the requested settings that the caller does not get. Announcements that
 * concern no single room are only counted.
 *
 * @param width characters per line
 */
export function announcements(
  events: readonly SeenEvent[],
  width: number = Number.POSITIVE_INFINITY,
): string[] {
  const ofRooms = events.filter(({ event }) => isObject(event.detail) && subjectOf(event.detail));
  const others = new Map<string, number>();
  for (const { event } of events.filter((seen) => !ofRooms.includes(seen))) {
    const type = String(event['detail-type']);
    others.set(type, (others.get(type) ?? 0) + 1);
  }
  const counted = [...others].map(([type, count]) => `and ${type}${count > 1 ? `, ${count} times` : ''}`);
  const lines = fitted(ofRooms.map(cells), width, NEWS).flatMap((line, index) => [
    line,
    ...refusal(ofRooms[index]),
    ...warnings(ofRooms[index]).map((warning) => `  warning: ${warning}`),
  ]);
  return [...lines, ...counted];
}

/**
 * Returns the key that an event is about, or its message if it names no key; undefined if it concerns no
 * single room.
 */
function subjectOf({ key, messageId }: { readonly key?: unknown; readonly messageId?: unknown }): string {
  if (key !== undefined) return String(key);
  return messageId === undefined ? '' : `message ${messageId}`;
}

/** The reason for refusing or giving up a message is a sentence, which is too long for a column. */
function refusal(seen: SeenEvent | undefined): readonly string[] {
  const { messageId, reason } = (seen?.event.detail ?? {}) as { messageId?: string; reason?: string };
  return messageId === undefined ? [] : [`  ${reason}`];
}

/** Leaves out the generation, then the reason, then the link: the list of rooms shows them too. */
const NEWS: Narrowing = { shrinks: 2, drops: [3, 5, 4] };

function warnings(seen: SeenEvent | undefined): readonly string[] {
  return (seen?.event.detail as { warnings?: readonly string[] } | undefined)?.warnings ?? [];
}

function cells({ at, event }: SeenEvent): string[] {
  // as the stack announces it
  const detail = event.detail as {
    key?: string;
    messageId?: string;
    generation?: number;
    reason?: string;
    room?: { guestUrl?: string };
  };
  const { generation, messageId, reason = '', room } = detail;
  return [
    moment(new Date(at).toISOString()),
    String(event['detail-type']),
    subjectOf(detail),
    generation ? `generation ${generation}` : '',
    room?.guestUrl ?? '-',
    messageId === undefined ? reason : '',
  ];
}

/** Formats an instant to the minute, in UTC. */
export function moment(iso: string | undefined): string {
  return iso ? iso.slice(0, 16).replace('T', ' ') : '-';
}

export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = width - 1;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}

/** Formats a message in a dead-letter queue: its send time, queue, subject and id, and below it the reason. */
export function deadLetterLines({ queue, id, sentAt, body, attributes }: DeadLetter): string[] {
  const { originalMessageId = id, originalSentAt = sentAt } = attributes;
  const sent = moment(new Date(Number(originalSentAt)).toISOString());
  return [
    `${sent}  ${queue}  ${subjectOfBody(body)}  message ${originalMessageId}`,
    `  ${reasonOf({ attributes })}`,
  ];
}

/** Returns why a message was given up. */
export function reasonOf({ attributes }: Pick<DeadLetter, 'attributes'>): string {
  return attributes.failureReason ?? attributes.ERROR_MESSAGE ?? 'it was received too often';
}

/** A message is about a key, or about the secret whose rotation failed. */
export function subjectOfBody(body: string): string {
  const secret = secretOf(body);
  return keyOf(body) ?? (secret === undefined ? 'no key' : `secret ${secret}`);
}

/** Returns the secret that an event of CloudTrail is about. */
function secretOf(body: string): string | undefined {
  try {
    const { detail } = JSON.parse(body) as { detail?: { additionalEventData?: { SecretId?: string } } };
    return detail?.additionalEventData?.SecretId;
  } catch {
    return undefined;
  }
}

/** Returns the key that a message is about. A request has it, and so does an event with a request. */
export function keyOf(body: string): string | undefined {
  try {
    const { key, detail } = JSON.parse(body) as { key?: unknown; detail?: { key?: unknown } };
    const named = key ?? detail?.key;
    return named === undefined ? undefined : String(named);
  } catch {
    return undefined;
  }
}

/**
 * Formats the effect that a request would have on a key: the current row, the row afterwards, and the reason.
 */
export function rehearsedLines({ key, action, found, outcome, reason, ...after }: Rehearsed): string[] {
  const now = found ? `is in generation ${found.generation}, ${lifeOf(found)}` : 'is not known yet';
  const then = after.state ? ` (${lifeOf(after)})` : '';
  return [
    key === '-' ? `it would be ${outcome}` : `${key}  ${action}: ${now}; would be ${outcome}${then}`,
    ...(reason === undefined || reason === outcome ? [] : [`  ${reason}`]),
    ...after.warnings.map((warning) => `  warning: ${warning}`),
  ];
}

/** Formats a room's state and end; a room that is not needed after its end has only an end. */
function lifeOf({ state, expiresAt }: { readonly state?: string; readonly expiresAt?: string }): string {
  const until = expiresAt === undefined ? '' : `until ${moment(expiresAt)} UTC`;
  return state === 'ending' && until ? until : `${state} ${until}`.trimEnd();
}

/** Formats the work that a turn of the clock, or a request, has left. */
export function waitingLines(waiting: StackFacts['waiting']): string[] {
  return waiting.map(
    ({ queue, messages, next }) =>
      `left over: ${counted(messages, 'message')} in ${queue}${next ? `, the next until ${moment(next)} UTC` : ''}`,
  );
}

/** How many keys a sentence names. */
const NAMED = 5;

/** The keys for a sentence: the first ones, and how many more there are. */
export function firstOf(keys: readonly string[]): string {
  const more = keys.length > NAMED ? `, and ${keys.length - NAMED} more` : '';
  return `${keys.slice(0, NAMED).join(', ')}${more}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
