/**
 * Rules for bodies with the messages of Joi, which the captured errors have. A rule returns every error in a
 * value; no error means that the value is valid.
 */
export type Rule = (value: unknown, label: string, now: number) => string[];

export interface Member {
  readonly rule: Rule;
  readonly required?: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const flag: Rule = (value, label) =>
  typeof value === 'boolean' ? [] : [`"${label}" must be a boolean`];

export const oneOf =
  (...values: string[]): Rule =>
  (value, label) =>
    values.includes(value as string) ? [] : [`"${label}" must be one of [${values.join(', ')}]`];

/** @param most characters */
export const text =
  (most: number): Rule =>
  (value, label) => {
    if (typeof value !== 'string') return [`"${label}" must be a string`];
    if (value === '') return [`"${label}" is not allowed to be empty`];
    if (value.length > most)
      return [`"${label}" length must be less than or equal to ${most} characters long`];
    return [];
  };

/** Text that an HTTP header can contain: printable ASCII. It may be empty. */
export const headerText =
  (most: number): Rule =>
  (value, label) => {
    if (value === '') return [];
    const complaints = text(most)(value, label, 0);
    // a text, or there would be a complaint
    if (complaints.length > 0 || /^[\x20-\x7e]*$/.test(value as string)) return complaints;
    return [`"${label}" with value "${value}" fails to match the printable ASCII pattern`];
  };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const uuid: Rule = (value, label) =>
  typeof value === 'string' && UUID.test(value) ? [] : [`"${label}" must be a valid GUID`];

export const nullable =
  (rule: Rule): Rule =>
  (value, label, now) =>
    value === null ? [] : rule(value, label, now);

export const webAddress: Rule = (value, label) => {
  const address = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return address && ['http:', 'https:'].includes(address.protocol)
    ? []
    : [`"${label}" must be a valid uri with a scheme matching the http|https pattern`];
};

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/i;
const ZONE = /(Z|[+-]\d{2}(:?\d{2})?)$/i;

/** Reads an ISO 8601 date; without a zone it is in UTC. */
export function readInstant(value: unknown): number | undefined {
  if (typeof value !== 'string' || !ISO_DATE.test(value)) return undefined;
  const instant = Date.parse(value.includes('T') && !ZONE.test(value) ? `${value}Z` : value);
  return Number.isNaN(instant) ? undefined : instant;
}

/** @param after milliseconds from now, exclusive; `until` inclusive */
export const instantBetween =
  (after: number, until: number): Rule =>
  (value, label, now) => {
    const instant = readInstant(value);
    if (instant === undefined) return [`"${label}" must be in ISO 8601 date format`];
    const limit = (offset: number) => new Date(now + offset).toISOString();
    if (instant <= now + after) return [`"${label}" must be greater than "${limit(after)}"`];
    if (instant > now + until) return [`"${label}" must be less than or equal to "${limit(until)}"`];
    return [];
  };

/** An object with these members and no others. */
export const shape =
  (members: Readonly<Record<string, Member>>, { atLeastOne = false } = {}): Rule =>
  (value, label, now) => {
    if (!isObject(value)) return [`"${label || 'value'}" must be of type object`];
    if (atLeastOne && Object.keys(value).length === 0) return [`"${label}" must have at least 1 key`];
    const path = (name: string) => (label ? `${label}.${name}` : name);
    const known = Object.entries(members).flatMap(([name, { rule, required }]) => {
      if (value[name] !== undefined) return rule(value[name], path(name), now);
      return required ? [`"${path(name)}" is required`] : [];
    });
    // Object.hasOwn: a member called "constructor" is not a rule
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
    return [...known, ...unknown.map((name) => `"${path(name)}" is not allowed`)];
  };
