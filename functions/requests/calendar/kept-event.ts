import type { BusEvent } from '../event.ts';
import { GOOGLE_FIELDS } from './google.ts';
import { GRAPH_FIELDS } from './graph.ts';
import { type IcsCalendar, type IcsEvent, writeIcs } from './ics-text.ts';

const FIELDS = new Set([...GOOGLE_FIELDS, ...GRAPH_FIELDS]);

/** What both formats call the title. */
const TITLES = new Set(['summary', 'subject']);

/** The fields of an event that a room depends on: no attendee, description or place is among them. */
export function keptFields(event: unknown): object {
  return Object.fromEntries(Object.entries(event ?? {}).filter(([name]) => FIELDS.has(name)));
}

/** An event that is to be read again later, with nothing in it that no room depends on. */
export function keptEvent(bus: BusEvent, envelope: object, event: object, isPrivate: boolean): BusEvent {
  const fields = Object.entries(keptFields(event)).filter(([name]) => !(isPrivate && TITLES.has(name)));
  return { ...bus, detail: { ...envelope, event: Object.fromEntries(fields) } };
}

/** The same of an event in iCalendar. */
export function keptIcs(
  bus: BusEvent,
  envelope: object,
  calendar: IcsCalendar,
  { uid, lines }: IcsEvent,
  isPrivate: boolean,
): BusEvent {
  const kept = isPrivate ? lines.filter((line) => !/^SUMMARY[;:]/i.test(line)) : lines;
  return { ...bus, detail: { ...envelope, icalendar: writeIcs(calendar, { uid, lines: kept }) } };
}
