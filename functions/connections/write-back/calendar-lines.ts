import ICAL from 'ical.js';

/** A line of an iCalendar text with the folds that its writer gave it, so that it can be left as it is. */
export interface CalendarLine {
  /** In capitals. */
  readonly name: string;
  readonly raw: string;
}

/** The lines of the text. Put together again, they are the text sign by sign. */
export function linesOf(text: string): readonly CalendarLine[] {
  const physical = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
  const lines: string[] = [];
  for (const line of physical) {
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(lines.pop() + line);
    else lines.push(line);
  }
  return lines.map((raw) => ({ name: /^[A-Za-z0-9-]*/.exec(raw)?.[0].toUpperCase() ?? '', raw }));
}

/** The lines of each event, without those of the parts in it, such as alarms. */
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

/** The value of a line without parameters. */
function bareValue(line: CalendarLine): string {
  return line.raw.slice(line.name.length + 1).trim();
}

/** A line as a property, or nothing where it cannot be read. */
export function propertyOf({ raw }: CalendarLine): ICAL.Property | undefined {
  try {
    return ICAL.Property.fromString(raw.replace(/(?:\r\n|\n|\r)(?:[ \t]|$)/g, ''));
  } catch {
    return undefined;
  }
}

/** @param lineBreak that of the text */
export function lineOf(property: ICAL.Property, lineBreak: string): CalendarLine {
  const folded = fold(property.toICALString()).join(`${lineBreak} `);
  return { name: property.name.toUpperCase(), raw: folded + lineBreak };
}

/** Lines of at most 75 bytes each (RFC 5545, 3.1), none of which ends within a character. */
function fold(line: string): readonly string[] {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line) {
    const length = Buffer.byteLength(character);
    // every part but the first begins with a blank
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
