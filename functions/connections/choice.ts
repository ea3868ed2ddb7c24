import { readLine, unescaped, unfolded } from '../requests/calendar/ics/lines.ts';
import { base32Digest, canonicalJson } from '../rooms/model/digest.ts';
import type { ConnectedCalendar } from './connection.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { EventContent } from './system.ts';
import { descriptionWith } from './write-back/block.ts';
import { PLAIN_TEXT } from './write-back/markup.ts';

/**
 * The values that decide whether an event gets a room. They are read from the event each time, and never
 * stored.
 */
interface Marks {
  /** Title, place, description. */
  readonly texts: readonly string[];
  /** The addresses of the attendees, in lower case. */
  readonly attendees: readonly string[];
}

export const DEFAULT_MARK = '#room';

/** Whether an event gets a room by itself. An exception also gets one if its series does. */
export function isChosen(content: EventContent, { connection }: ConnectedCalendar): boolean {
  const marks = marksOf(content);
  switch (connection.which) {
    case 'all':
      return true;
    case 'marked':
      return marks.texts.some((text) => hasMark(withoutBlock(text), connection.mark ?? DEFAULT_MARK));
    case 'invited':
      return connection.mailbox !== undefined && marks.attendees.includes(plain(connection.mailbox));
  }
}

/** Returns a digest of all values besides the event on which `isChosen` and the reading depend. */
export function choiceDigest({ connection, calendar }: ConnectedCalendar): string {
  const { kind, which, mark, mailbox, timeZone } = connection;
  return base32Digest(canonicalJson({ kind, calendar, which, mark, mailbox, timeZone }), 16);
}

/** The block that this project writes into a description must not count as a mark. */
function withoutBlock(text: string): string {
  return descriptionWith(text, { isOurs: () => false, writeBack: 'full' }, PLAIN_TEXT);
}

/** The mark as a whole word: `#room` is not in `#roommates`, and not in an address. */
function hasMark(text: string, mark: string): boolean {
  const escaped = mark.trim().replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_/])${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(text);
}

function marksOf(content: EventContent): Marks {
  switch (content.format) {
    case 'google':
      return googleMarks(content.event);
    case 'graph':
      return graphMarks(content.event);
    case 'icalendar':
      return icalendarMarks(content.text);
  }
}

function googleMarks({ summary, location, description, attendees }: Fields): Marks {
  return {
    texts: [summary, location, description].filter(isText),
    attendees: listOf(attendees).map((attendee) => address(attendee.email)),
  };
}

function graphMarks({ subject, location, body, bodyPreview, attendees }: Fields): Marks {
  const mailOf = (person: unknown) => fieldsOf(fieldsOf(person).emailAddress).address;
  return {
    texts: [subject, fieldsOf(location).displayName, fieldsOf(body).content, bodyPreview].filter(isText),
    attendees: listOf(attendees).map((attendee) => address(mailOf(attendee))),
  };
}

const TEXTS = new Set(['SUMMARY', 'LOCATION', 'DESCRIPTION']);

function icalendarMarks(text: string): Marks {
  const texts: string[] = [];
  const attendees: string[] = [];
  const open: string[] = [];
  for (const line of unfolded(text)) {
    const { name, value } = readLine(line);
    if (name === 'BEGIN') open.push(value.toUpperCase());
    else if (name === 'END') open.pop();
    // an alarm has a description too
    else if (open.at(-1) !== 'VEVENT') continue;
    else if (TEXTS.has(name)) texts.push(unescaped(value));
    else if (name === 'ATTENDEE') attendees.push(address(value));
  }
  return { texts, attendees };
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function address(value: unknown): string {
  return typeof value === 'string' ? plain(value) : '';
}

function plain(text: string): string {
  return text
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
}
