import type ICAL from 'ical.js';

/**
 * Returns the text of a component's property; an empty text if there is none. `ical.js` would parse it by the
 * type that the property claims, and could fail.
 */
export function textOf(component: ICAL.Component, name: string): string {
  return valuesOf(component.getFirstProperty(name))[0] ?? '';
}

/** Returns the texts of all values of a property. */
export function valuesOf(property: ICAL.Property | null): string[] {
  return property ? property.toJSON().slice(3).map(String) : [];
}
