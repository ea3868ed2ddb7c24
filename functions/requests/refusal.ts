import * as z from 'zod/mini';
import { RequestRefusedError } from '../rooms/model/errors.ts';

/** A longer value is described, not shown. */
const SHOWN_LENGTH = 60;

/** How many broken rules one refusal names. */
const SHOWN_ISSUES = 5;

type Issue = z.core.$ZodIssue;

/**
 * Checks a value against its schema.
 *
 * @param at where the value is, for the fields that a refusal names
 * @throws RequestRefusedError that names each field, its rule and the value, or the length of a value that
 * must not be shown
 */
export function checked<T extends z.ZodMiniType>(schema: T, value: unknown, at: string): z.output<T> {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const reasons = issues.slice(0, SHOWN_ISSUES).map((issue) => describe(issue, at));
  const more = issues.length - reasons.length;
  throw new RequestRefusedError(reasons.join('; ') + (more > 0 ? `; and ${more} more` : ''));
}

/** Fields with the caller's own content: it may be personal or secret. */
const PRIVATE = new Set(['display_name', 'metadata', 'summary', 'subject', 'title']);
const PRIVATE_SUFFIX = '_callback_url';

/** Text that may be a credential, or an address that contains one, in any field. */
const SUSPICIOUS = /:\/\/|[A-Za-z0-9_]{25,}/;

/**
 * Returns a value for a refusal, which goes to logs and queues: no more of it than a person needs. For long
 * texts, addresses and possible credentials it returns only the length.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > SHOWN_LENGTH || SUSPICIOUS.test(value) ? lengthOf(value) : JSON.stringify(value);
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function lengthOf(text: string): string {
  const { length } = [...text];
  return length === 1 ? '1 character' : `${length} characters`;
}

function shownOf({ path, input }: Issue): string {
  const name = String(path.findLast((part) => typeof part === 'string') ?? '');
  const isPrivate = PRIVATE.has(name) || name.endsWith(PRIVATE_SUFFIX);
  return isPrivate && typeof input === 'string' ? lengthOf(input) : shown(input);
}

function describe(issue: Issue, at: string): string {
  const field = [at, ...issue.path.map(String)].filter(Boolean).join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((name) => shown(name)).join(', ');
    return `${field || 'body'}: has no field ${names}; take it out or check its spelling`;
  }
  if (issue.input === undefined) return `${field}: is missing`;
  const got = isAboutTheWhole(issue) ? '' : `, got ${shownOf(issue)}`;
  return `${field || 'body'}: ${rule(issue)}${got}`;
}

/** A rule about several fields of one object needs no value in its message. */
function isAboutTheWhole(issue: Issue): boolean {
  return issue.code === 'custom' && typeof issue.input === 'object';
}

function rule(issue: Issue): string {
  if (issue.message !== UNSPOKEN) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? `a ${issue.format}`}`;
    default:
      return issue.message;
  }
}

/** The message of `zod/mini`, which has no texts of its own, if a schema does not give one. */
const UNSPOKEN = 'Invalid input';

const FORMATS: Record<string, string> = {
  datetime: 'a time with seconds and an offset, such as 2027-03-01T09:00:00Z',
  guid: 'a UUID',
};
