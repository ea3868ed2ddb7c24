import type { BusEvent } from '../../event.ts';
import { isHiddenClass } from '../ics/components.ts';
import { componentsOf, propertyOf, withoutTitles } from '../ics/lines.ts';
import { type IcsCalendar, type IcsEvent, writeIcs } from '../ics/text.ts';
import { GOOGLE_FIELDS } from './google.ts';
import { GRAPH_FIELDS, isHidden } from './graph.ts';

const FIELDS = new Set([...GOOGLE_FIELDS, ...GRAPH_FIELDS]);

/** The names of the title in both formats. */
const TITLES = new Set(['summary', 'subject']);

const EXCEPTIONS = 'exceptionOccurrences';

/** Keeps the fields of an event that a room depends on. Attendees, description and place are removed. */
export function keptFields(event: unknown, isPrivate = false): object {
  const fields = Object.entries(event ?? {})
    .filter(([name]) => FIELDS.has(name) && !(isPrivate && TITLES.has(name)))
    .map(([name, value]) => [name, name === EXCEPTIONS ? keptExceptions(value, isPrivate) : value]);
  return Object.fromEntries(fields);
}

/** Graph's exceptions are whole events within the event. */
function keptExceptions(exceptions: unknown, isPrivate: boolean): unknown {
  if (!Array.isArray(exceptions)) return exceptions;
  return exceptions.map((exception) => keptFields(exception, isPrivate || isHidden(exception)));
}

/** Returns an event that can be read again later, with only the fields that a room depends on. */
export function keptEvent(bus: BusEvent, envelope: object, event: object, isPrivate: boolean): BusEvent {
  return { ...bus, detail: { ...envelope, event: keptFields(event, isPrivate) } };
}

/** The same for an event in iCalendar. */
export function keptIcs(
  bus: BusEvent,
  envelope: object,
  calendar: IcsCalendar,
  { uid, lines }: IcsEvent,
  isPrivate: boolean,
): BusEvent {
  const kept = isPrivate ? withoutTitles(lines) : withoutHiddenTitles(lines);
  return { ...bus, detail: { ...envelope, icalendar: writeIcs(calendar, { uid, lines: kept }) } };
}

/** Returns the lines of an event, without the titles of private components. */
export function withoutHiddenTitles(lines: readonly string[]): readonly string[] {
  return componentsOf(lines).flatMap((component) =>
    isHiddenClass(propertyOf(component, 'CLASS')) ? withoutTitles(component) : component,
  );
}
