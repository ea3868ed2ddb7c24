import type ICAL from 'ical.js';

/**
 * The value of a component's property as it was written; empty where there is none. `ical.js` would make an object of
 * it, whatever type the property claims to have, and fail where it cannot.
 */
export function textOf(component: ICAL.Component, name: string): string {
  return valuesOf(component.getFirstProperty(name))[0] ?? '';
}

/** All values of a property as they were written. */
export function valuesOf(property: ICAL.Property | null): string[] {
  return property ? property.toJSON().slice(3).map(String) : [];
}
