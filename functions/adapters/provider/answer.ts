import * as z from 'zod/mini';
import { ProviderContractError } from '../../rooms/model/errors.ts';
import type { ProviderRoom } from '../../rooms/model/ports.ts';
import { type Duration, type Instant, MINUTE } from '../../rooms/model/time.ts';
import type { Reply } from './connection.ts';
import { answerOf, unreadable } from './failures.ts';

/**
 * Parses and checks the body of a successful answer.
 *
 * @throws AmbiguousOutcomeError if it is not JSON or breaks the schema. The message names fields and rules,
 * but no value, because host links are among the values
 */
export function answered<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> {
  const found = z.safeParse(schema, parsedJson(reply));
  if (found.success) return found.data;
  throw unreadable(reply, faultsOf(found.error));
}

function parsedJson(reply: Reply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    // the parser's own message quotes the text
    throw unreadable(reply, `${reply.text.length} characters that are not JSON`);
  }
}

/** The object of a call: the answer must have the same. */
export interface Asked {
  readonly id?: string;
  readonly token?: string;
  readonly expiresAt?: Instant;
}

/** Clocks and rounding may differ by this much. */
const TOLERANCE: Duration = 5 * MINUTE;

/**
 * Returns the room of an answer, if it is the requested one. If a room ends too early, the caller decides:
 * the account may allow no longer life.
 *
 * @throws ProviderContractError if it is another room, or ends too late: nothing of it may be recorded
 */
export function asAsked(reply: Reply, room: ProviderRoom, { id, token, expiresAt }: Asked): ProviderRoom {
  const faults = [
    id !== undefined && room.id.toLowerCase() !== id.toLowerCase() && 'its id is another one',
    token !== undefined && room.token !== token && 'it does not carry the token of the request',
    expiresAt !== undefined &&
      room.expiresAt > expiresAt + TOLERANCE &&
      'it expires later than was asked for',
  ].filter((fault) => fault !== false);
  if (faults.length === 0) return room;
  throw new ProviderContractError(
    `${answerOf(reply)} with a room that was not asked for (${faults.join('; ')}): it is not recorded, and the right ` +
      'one is looked for',
  );
}

/** A correlation token in any place of an entry. */
const TOKEN = /er[a-z2-7]{30}/;

/**
 * Returns the readable entries of a list. An unreadable entry of another owner is left out, so that it does
 * not hide the others.
 *
 * @param skipped called with the number of entries that were left out, if any
 * @throws AmbiguousOutcomeError if an unreadable entry may belong to this project: without it, the room would
 * count as lost
 */
export function readableEntries<T extends z.core.$ZodType>(
  reply: Reply,
  entries: readonly unknown[],
  schema: T,
  skipped: (count: number) => void,
): readonly z.output<T>[] {
  const read: z.output<T>[] = [];
  for (const entry of entries) {
    const { data, error } = z.safeParse(schema, entry);
    if (!error) read.push(data);
    else if (TOKEN.test(JSON.stringify(entry))) throw unreadable(reply, faultsOf(error));
  }
  if (read.length < entries.length) skipped(entries.length - read.length);
  return read;
}

/** Names fields and rules, never a value. */
function faultsOf({ issues }: z.core.$ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');
}

/** Returns the body of an unsuccessful answer if it matches the schema; a gateway's HTML page does not. */
export function readable<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(reply.text)).data;
  } catch {
    return undefined;
  }
}
