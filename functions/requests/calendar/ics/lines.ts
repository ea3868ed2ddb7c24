import { instantOf, readDateTime } from '../time/date-time.ts';

/** Splits a text into lines, unfolded and with known mistakes repaired. */
export function unfolded(text: string): string[] {
  return text
    .replace(/^[\ufeff\s]+/, '')
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map(repaired)
    .filter((line) => !NOTHING.test(line));
}

/** A list of dates without any date, an empty rule, or an empty end. */
const NOTHING = /^(?:EXDATE|RDATE|EXRULE|RRULE|DTEND)(?:;[^:]*)?:[\s;,]*$/i;

const RULE = /^(?:EXRULE|RRULE)[;:]/i;

/** The parameters before the value of a time have at most this many characters. */
const LONGEST_PARAMETERS = 1000;

/** Properties whose values are times. */
const TIMES = /^(?:DTSTART|DTEND|EXDATE|RDATE|RECURRENCE-ID)[;:]/i;

/**
 * Outlook names zones with colons in them (`tzone://Microsoft/Custom`), without the quotes that colons need.
 */
const UNQUOTED_ZONE = /^([A-Z-]+(?:;[^":;]*)*;TZID=)([^";]*)((?:;VALUE=[A-Z-]+)?:\d{8}[^":]*)$/i;

/** The properties that say when an event takes place. */
const WHEN = '^(DTSTART|DTEND|DURATION|EXDATE|EXRULE|RDATE|RRULE|RECURRENCE-ID)';
const TORN = new RegExp(`${WHEN};`, 'i');
const BLANK_NAME = new RegExp(`${WHEN}[ \\t]{1,100}(?=[:;])`, 'i');

/** Repairs a line, if its meaning is clear. */
function repaired(written: string): string {
  const line = written.replace(BLANK_NAME, '$1');
  if (RULE.test(line)) return repairedRule(line);
  if (!TIMES.test(line)) return line;
  return repairedTimes(repairedZone(line));
}

/** Returns the rule in capitals, without blanks, empty parts and empty list entries. */
function repairedRule(line: string): string {
  const [, before, parts = ''] = /^([^:]*:)(.*)$/.exec(line.toUpperCase().replace(/\s+/g, '')) ?? [];
  return before === undefined ? line : before + parts.split(';').flatMap(repairedPart).join(';');
}

function repairedPart(part: string): string[] {
  const [name = '', list] = part.replace(/^,+/, '').split(/=(.*)/);
  const values = list?.split(',').filter((value) => value !== '') ?? [];
  if (list === undefined) return name === '' ? [] : [name];
  if (values.length === 0) return [];
  return [`${name}=${(name === 'UNTIL' ? values.map(repairedTime) : values).join(',')}`];
}

/** Returns the line without empty list entries, with each time repaired. */
function repairedTimes(line: string): string {
  const { value } = readLine(line);
  const values = value.split(/[,;]/).filter((one) => one.trim() !== '');
  const times = values.map((one) => one.trim().split('/').map(repairedTime).join('/'));
  const before = line.trimEnd();
  return `${before.slice(0, before.length - value.length).trimEnd()}${times.join(',')}`;
}

const TIME =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?(?:Z|([+-])(\d\d):?(\d\d))?)?$/i;

/**
 * Returns a date or a time as RFC 5545 writes it. `ical.js` would ignore anything after a time, such as an
 * offset, and read the rest as local time. So an offset is converted here, and a time with other text stays
 * unreadable.
 */
function repairedTime(value: string): string {
  const match = TIME.exec(value);
  if (!match) return /^\d{8}T/i.test(value) ? `?${value}` : value;
  const [, year, month, day, hour, minute, second = '00', sign, hours, minutes] = match;
  const date = `${year}${month}${day}`;
  if (hour === undefined) return date;
  const time = `${date}T${hour}${minute}${second}`;
  if (sign === undefined) return /z$/i.test(value) ? `${time}Z` : time;
  const wall = readDateTime(`${year}-${month}-${day}T${hour}:${minute}:${second}${sign}${hours}:${minutes}`);
  if (!wall) return `?${value}`;
  return new Date(instantOf(wall, undefined, '')).toISOString().replace(/[-:]|\.\d+/g, '');
}

function repairedZone(line: string): string {
  if (colonAfter(line, 0) > LONGEST_PARAMETERS) return line;
  const [, before, zone = '', after] = UNQUOTED_ZONE.exec(line) ?? [];
  return zone.includes(':') ? `${before}"${zone}"${after}` : line;
}

/**
 * Reads a line's property, in capitals, and its value. Values of parameters may be quoted and contain colons.
 */
export function readLine(line: string): { readonly name: string; readonly value: string } {
  const [name = ''] = /^[A-Za-z0-9-]+/.exec(line) ?? [];
  const colon = line[name.length] === ';' ? colonAfter(line, name.length) : name.length;
  if (name === '' || line[colon] !== ':') return { name: '', value: '' };
  return { name: name.toUpperCase(), value: line.slice(colon + 1).trim() };
}

/**
 * Returns the property, in capitals, of a line about times whose value cannot be found; otherwise an empty
 * text.
 */
export function tornProperty(line: string): string {
  return readLine(line).name === '' ? (TORN.exec(line)?.[1] ?? '').toUpperCase() : '';
}

/**
 * Returns the first colon outside quotes. A line may be a megabyte long, so this uses no regular expression.
 */
function colonAfter(line: string, from: number): number {
  let quoted = false;
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ':' && !quoted) return at;
  }
  return -1;
}

/** Returns the value of a property among a component's lines; an empty text if there is none. */
export function propertyOf(lines: readonly string[], name: string): string {
  for (const line of lines) {
    const { name: found, value } = readLine(line);
    if (found === name) return value;
  }
  return '';
}

/** Splits lines into the lines of each component. */
export function componentsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const components: string[][] = [];
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') components.push([]);
    components.at(-1)?.push(line);
  }
  return components;
}

/** Returns the lines without text that a person wrote. */
export function withoutTitles(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !/^SUMMARY[;:]/i.test(line));
}

/** Removes the escape characters from a text. */
export function unescaped(text: string): string {
  return text.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? ' ' : character));
}

/**
 * Returns all zones that the lines name in parameters. Zone names in parameters are not escaped; those in
 * definitions are.
 */
export function zonesNamedIn(lines: readonly string[]): Set<string> {
  const names = lines.join('\n').matchAll(/;TZID=(?:"([^"]*)"|([^;:]*))/gi);
  return new Set([...names].map(([, quoted, plain = '']) => unescaped(quoted ?? plain).trim()));
}
