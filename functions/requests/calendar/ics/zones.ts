import type ICAL from 'ical.js';
import { RequestRefusedError } from '../../../rooms/model/errors.ts';
import { shown } from '../../refusal.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import { type Zone, zoneNamed } from '../time/zone.ts';
import { textOf } from './property.ts';
import { definedZone } from './vtimezone.ts';

export type ZoneFinder = (name: string) => Zone;

/**
 * Returns the zones of a calendar by its names for them. A known IANA name means the IANA zone, because
 * definitions often cover only a year or two. Any other name means the calendar's definition.
 */
export function zonesOf(calendar: ICAL.Component, steps: WorkBudget): ZoneFinder {
  const defined = new Map<string, ICAL.Component>();
  for (const component of calendar.getAllSubcomponents('vtimezone')) {
    const name = textOf(component, 'tzid').trim();
    // a definition without offsets does not replace another of the same name
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

/** Some definitions have only a name. */
function hasOffsets(definition: ICAL.Component): boolean {
  return definition.getAllSubcomponents().some(({ name }) => name === 'standard' || name === 'daylight');
}

/**
 * Whether a name is an IANA name of a place, plain or with a prefix. False for names of Windows and of
 * people, and for `EST` or `IST`.
 */
function isWorldwide(name: string): boolean {
  return /^[A-Za-z/][\w.+-]*\/[\w/.+-]*$/.test(name);
}
