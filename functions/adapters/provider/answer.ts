import * as z from 'zod/mini';
import type { Reply } from './connection.ts';
import { unreadable } from './failures.ts';

/**
 * The body of a successful answer, checked.
 *
 * @throws AmbiguousOutcomeError where it is no JSON or breaks the schema; the message names fields and rules, never
 *   a value, since host links are among the values
 */
export function answered<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> {
  const found = z.safeParse(schema, parsedJson(reply));
  if (found.success) return found.data;
  const faults = found.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw unreadable(reply, faults.join('; '));
}

function parsedJson(reply: Reply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    // the parser's own message quotes the text
    throw unreadable(reply, `${reply.text.length} characters that are not JSON`);
  }
}

/** The body of an unsuccessful answer, if it has the shape; a gateway's HTML page has none. */
export function readable<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(reply.text)).data;
  } catch {
    return undefined;
  }
}
