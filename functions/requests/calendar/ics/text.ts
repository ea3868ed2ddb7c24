import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { shown } from '../../refusal.ts';
import { propertyOf, readLine, tornProperty, unescaped, unfolded, zonesNamedIn } from './lines.ts';

/**
 * An iCalendar text, split by lines before any value is parsed. It has the events, each with only the lines
 * that a room depends on. Descriptions, places, people and alarms are dropped here.
 */
export interface IcsCalendar {
  /** The method of the text (RFC 5546), in capitals; absent in a plain calendar file. */
  readonly method?: string;
  /** The zone of its floating times and dates, if it names one. */
  readonly timeZone?: string;
  readonly zones: readonly IcsZone[];
  readonly events: readonly IcsEvent[];
}

/** A VTIMEZONE, from BEGIN to END. */
export interface IcsZone {
  readonly name: string;
  readonly lines: readonly string[];
}

/** All components of one UID, each from BEGIN to END: the event itself, and its exceptions. */
export interface IcsEvent {
  readonly uid: string;
  readonly lines: readonly string[];
}

const KEPT: Readonly<Record<string, ReadonlySet<string>>> = {
  VCALENDAR: new Set(['METHOD', 'X-WR-TIMEZONE']),
  VEVENT: new Set([
    'UID',
    'SEQUENCE',
    'DTSTAMP',
    'LAST-MODIFIED',
    'DTSTART',
    'DTEND',
    'DURATION',
    'RRULE',
    'EXRULE',
    'RDATE',
    'EXDATE',
    'RECURRENCE-ID',
    'SUMMARY',
    'CLASS',
    'STATUS',
  ]),
  VTIMEZONE: new Set(['TZID', 'X-LIC-LOCATION']),
  STANDARD: new Set(['DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO', 'RRULE', 'RDATE']),
  DAYLIGHT: new Set(['DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO', 'RRULE', 'RDATE']),
};

/** The component in which each of them is valid; elsewhere it is ignored. */
const PARENTS: Readonly<Record<string, string>> = {
  VCALENDAR: '',
  VEVENT: 'VCALENDAR',
  VTIMEZONE: 'VCALENDAR',
  STANDARD: 'VTIMEZONE',
  DAYLIGHT: 'VTIMEZONE',
};

/** Whether a text starts like iCalendar. */
export function isIcs(text: string): boolean {
  return /^[\ufeff\s]*BEGIN:VCALENDAR\s/i.test(text.slice(0, 2000));
}

interface Component {
  readonly name: string;
  readonly lines: string[];
  readonly parts: Component[];
}

/**
 * Returns the calendars of a text, usually one.
 *
 * @throws RequestRefusedError if the text is cut off
 */
export function readIcs(text: string): readonly IcsCalendar[] {
  const root: Component = { name: '', lines: [], parts: [] };
  const open = [root];
  for (const line of unfolded(text)) {
    const { name, value } = readLine(line);
    if (name === 'BEGIN') open.push({ name: value.toUpperCase(), lines: [], parts: [] });
    else if (name === 'END') close(open, value.toUpperCase());
    else keep(open.at(-1), name, line);
    // keep a torn line: losing it could end the event early, but the reader can refuse it or leave it out
    if (open.at(-1)?.name === 'VEVENT') keep(open.at(-1), tornProperty(line), line);
  }
  const unclosed = open.at(-1);
  if (unclosed && unclosed !== root) {
    throw new RequestRefusedError(`icalendar: BEGIN:${unclosed.name} has no END; is the text cut off?`);
  }
  if (root.parts.length === 0) throw new RequestRefusedError('icalendar: has no BEGIN:VCALENDAR');
  return root.parts.map(calendarOf);
}

function close(open: Component[], name: string): void {
  const component = open.pop();
  const parent = open.at(-1);
  if (!component || !parent || component.name !== name) {
    throw new RequestRefusedError(
      `icalendar: ${shown(`END:${name}`)} does not close ${shown(`BEGIN:${component?.name ?? ''}`)}`,
    );
  }
  if (PARENTS[component.name] === parent.name) parent.parts.push(component);
}

function keep(component: Component | undefined, name: string, line: string): void {
  if (component && Object.hasOwn(KEPT, component.name) && KEPT[component.name]?.has(name))
    component.lines.push(line);
}

function calendarOf({ lines, parts }: Component): IcsCalendar {
  const method = propertyOf(lines, 'METHOD').toUpperCase();
  const zones = parts
    .filter(({ name }) => name === 'VTIMEZONE')
    .map((zone) => ({ name: unescaped(propertyOf(zone.lines, 'TZID')).trim(), lines: linesOf(zone) }))
    .filter(({ name }) => name !== '');
  const timeZone = propertyOf(lines, 'X-WR-TIMEZONE');
  const events = Map.groupBy(
    parts.filter(({ name }) => name === 'VEVENT'),
    (event) => propertyOf(event.lines, 'UID'),
  );
  return {
    ...(method && { method }),
    ...(timeZone && { timeZone }),
    zones,
    events: [...events].map(([uid, components]) => ({ uid, lines: components.flatMap(linesOf) })),
  };
}

function linesOf({ name, lines, parts }: Component): string[] {
  return [`BEGIN:${name}`, ...lines, ...parts.flatMap(linesOf), `END:${name}`];
}

/** A time without a zone. */
const FLOATING = /^DT(?:START|END)(?:;VALUE=[A-Z-]+)?:\d{8}(?:T\d{6})?$/i;

/** Writes a text of one event, with all that it needs of its calendar. */
export function writeIcs(calendar: IcsCalendar, { lines }: IcsEvent): string {
  const named = zonesNamedIn(lines).add(unescaped(calendar.timeZone ?? '').trim());
  const [only, ...others] = calendar.zones;
  // if a calendar defines one zone and names none, its floating times are in that zone
  if (only && others.length === 0 && lines.some((line) => FLOATING.test(line))) named.add(only.name);
  return [
    'BEGIN:VCALENDAR',
    ...(calendar.method ? [`METHOD:${calendar.method}`] : []),
    ...(calendar.timeZone ? [`X-WR-TIMEZONE:${calendar.timeZone}`] : []),
    ...calendar.zones.filter(({ name }) => named.has(name)).flatMap((zone) => zone.lines),
    ...lines,
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}
