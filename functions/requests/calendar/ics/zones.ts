import type ICAL from 'ical.js';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { shown } from '../../refusal.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import { type Zone, zoneNamed } from '../time/zone.ts';
import { textOf } from './property.ts';
import { definedZone } from './vtimezone.ts';

export type ZoneFinder = (name: string) => Zone;

/**
 * The zones of a calendar by the names it gives them. A name that the whole world knows means what the world means
 * by it, since definitions are often cut down to a year or two; any other means what the calendar defines.
 */
export function zonesOf(calendar: ICAL.Component, steps: WorkBudget): ZoneFinder {
  const defined = new Map<string, ICAL.Component>();
  for (const component of calendar.getAllSubcomponents('vtimezone')) {
    const name = textOf(component, 'tzid').trim();
    // one that is cut down to its name does not hide another of that name
    if (!defined.has(name) || hasOffsets(component)) defined.set(name, component);
  }
  const found = new Map<string, Zone>();
  return (written) => {
    const name = written.trim();
    const known = found.get(name);
    if (known) return known;
    const zone = zoneFor(name, defined.get(name), steps);
    found.set(name, zone);
    return zone;
  };
}

function zoneFor(name: string, definition: ICAL.Component | undefined, steps: WorkBudget): Zone {
  const location = definition ? textOf(definition, 'x-lic-location') : '';
  const zone =
    (isWorldwide(name) ? zoneNamed(name, steps) : undefined) ??
    (definition && hasOffsets(definition) ? definedZone(definition, steps) : undefined) ??
    zoneNamed(name, steps) ??
    zoneNamed(location, steps);
  if (zone) return zone;
  if (definition) return definedZone(definition, steps);
  throw new RequestRefusedError(
    `TZID: must be the name of an IANA or a Windows time zone, or of a VTIMEZONE in the same calendar, got ${shown(name)}`,
  );
}

/** Some definitions are cut down to their name. */
function hasOffsets(definition: ICAL.Component): boolean {
  return definition.getAllSubcomponents().some(({ name }) => name === 'standard' || name === 'daylight');
}

/** An IANA name of a place, plain or with a prefix; not one that Windows or a person made up, nor `EST` or `IST`. */
function isWorldwide(name: string): boolean {
  return /^[A-Za-z/][\w.+-]*\/[\w/.+-]*$/.test(name);
}
