import * as z from 'zod/mini';
import { ProviderContractError } from '../../rooms/model/errors.ts';
import type { ProviderRoom } from '../../rooms/model/ports.ts';
import { type Duration, type Instant, MINUTE } from '../../rooms/model/time.ts';
import type { Reply } from './connection.ts';
import { answerOf, unreadable } from './failures.ts';

/**
 * The body of a successful answer, checked.
 *
 * @throws AmbiguousOutcomeError where it is no JSON or breaks the schema; the message names fields and rules, never
 *   a value, since host links are among the values
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

/** What a call was about: the answer must be about the same. */
export interface Asked {
  readonly id?: string;
  readonly token?: string;
  readonly expiresAt?: Instant;
}

/** Clocks and rounding may differ by this much. */
const TOLERANCE: Duration = 5 * MINUTE;

/**
 * The room of an answer, if it is the one that was asked for. A room that ends too early is the caller's to judge: the
 * account may allow no more.
 *
 * @throws ProviderContractError where it is another room, or would live on after its end: nothing of it may be recorded
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

/** A correlation token, wherever in an entry it stands. */
const TOKEN = /er[a-z2-7]{30}/;

/**
 * The entries of a list that can be read. One of somebody else that cannot is left out, so that it does not hide the
 * others.
 *
 * @param skipped told how many were left out, if any
 * @throws AmbiguousOutcomeError where one that may be ours cannot be read: left out, it would pass for lost
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

/** The body of an unsuccessful answer, if it has the shape; a gateway's HTML page has none. */
export function readable<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(reply.text)).data;
  } catch {
    return undefined;
  }
}
