import ICAL from 'ical.js';

/** A line of an iCalendar text with its original folds, so that it can stay unchanged. */
export interface CalendarLine {
  /** In upper case. */
  readonly name: string;
  readonly raw: string;
}

/** Splits a text into lines. Joined again, they are the same text, character by character. */
export function linesOf(text: string): readonly CalendarLine[] {
  const physical = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
  const lines: string[] = [];
  for (const line of physical) {
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(lines.pop() + line);
    else lines.push(line);
  }
  return lines.map((raw) => ({ name: /^[A-Za-z0-9-]*/.exec(raw)?.[0].toUpperCase() ?? '', raw }));
}

/** Returns the lines of each event, without those of components inside it, such as alarms. */
export function eventsIn(lines: readonly CalendarLine[]): readonly (readonly CalendarLine[])[] {
  const open: string[] = [];
  const events: CalendarLine[][] = [];
  for (const line of lines) {
    if (line.name === 'BEGIN') {
      open.push(bareValue(line).toUpperCase());
      if (open.at(-1) === 'VEVENT') events.push([]);
    } else if (line.name === 'END') {
      open.pop();
    } else if (open.at(-1) === 'VEVENT') {
      events.at(-1)?.push(line);
    }
  }
  return events;
}

/** Returns the value of a line without parameters. */
function bareValue(line: CalendarLine): string {
  return line.raw.slice(line.name.length + 1).trim();
}

/** Parses a line as a property; undefined if it cannot be read. */
export function propertyOf({ raw }: CalendarLine): ICAL.Property | undefined {
  try {
    return ICAL.Property.fromString(raw.replace(/(?:\r\n|\n|\r)(?:[ \t]|$)/g, ''));
  } catch {
    return undefined;
  }
}

/** @param lineBreak the line break of the text */
export function lineOf(property: ICAL.Property, lineBreak: string): CalendarLine {
  const folded = fold(property.toICALString()).join(`${lineBreak} `);
  return { name: property.name.toUpperCase(), raw: folded + lineBreak };
}

/** Splits a line into parts of at most 75 bytes (RFC 5545, 3.1), without splitting a character. */
function fold(line: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    // every part except the first begins with a blank
    if (bytes + length > (parts.length === 0 ? 75 : 74)) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += length;
  }
  return [...parts, part];
}
