import { Duration } from 'aws-cdk-lib';

/** The kind of a value. Plain JavaScript and casts bypass the types. */
export type Kind =
  | 'boolean'
  | 'count'
  | 'duration'
  | 'list'
  | 'number'
  | 'object'
  | 'options'
  | 'text'
  | Construct
  | readonly string[];

/**
 * An object of the CDK, recognised by a property that no other has, because an interface has no class to
 * check.
 */
export interface Construct {
  readonly a: string;
  readonly by: string;
  /** Another accepted kind. */
  readonly or?: 'boolean';
}

/** Whether a value is of a kind. */
export function is(kind: Kind, value: unknown): boolean {
  if (isList(kind)) return kind.includes(value as string);
  if (typeof kind === 'object') {
    if (typeof value === kind.or) return true;
    return typeof value === 'object' && value !== null && kind.by in value;
  }
  switch (kind) {
    // their properties are checked separately
    case 'options':
      return true;
    case 'count':
      return typeof value === 'number' || value === 'unreserved';
    case 'duration':
      // any value can be asked for a method; `?.` takes care of null
      return value instanceof Duration || typeof (value as Partial<Duration>)?.toSeconds === 'function';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'text':
      return typeof value === 'string';
    default:
      return typeof value === kind;
  }
}

const WORDS = {
  boolean: 'true or false',
  count: "a number or 'unreserved'",
  duration: 'a Duration, as in Duration.days(7)',
  list: 'a list',
  number: 'a number',
  object: 'an object',
  options: 'an object',
  text: 'a text',
};

/** Describes a kind for an error. */
export function inWords(kind: Kind): string {
  if (isList(kind)) return oneOf(kind);
  if (typeof kind === 'string') return WORDS[kind];
  return `${kind.a}${kind.or === undefined ? '' : `, or ${WORDS[kind.or]}`}`;
}

const isList = (kind: Kind): kind is readonly string[] => Array.isArray(kind);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `a, b or c`. */
export const oneOf = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** Returns a value as an error shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : String(value);
}
