import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { CallLine } from './patterns.ts';

/** A larger body gets 413. */
const LARGEST_BODY = 1024 * 1024;

/** The body is not JSON. */
export class UnreadableBodyError extends Error {}

export interface EmulatorRequest extends CallLine {
  /** Without its question mark. */
  readonly queryText: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Host and port, as the caller knows them. */
  readonly host: string;
  /** The prefix that was removed from the path. */
  readonly prefix: string;
  readonly tooLarge: boolean;
  /** The body, unchanged. */
  readonly text: string;
  /** Undefined if there is none. @throws UnreadableBodyError */
  readonly json: () => unknown;
  /** The caller, for the call log: set by the code that checks the credentials. */
  account?: string;
}

interface Body {
  readonly text: string;
  readonly tooLarge: boolean;
}

async function readBody(incoming: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  // without an encoding, a stream of a request gives buffers
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    // a body that is too large is still read to its end, or the caller would see a broken pipe instead of the
    // 413
    if (size <= LARGEST_BODY) chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString('utf8'), tooLarge: size > LARGEST_BODY };
}

function parse(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UnreadableBodyError(`the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** @param prefixes the longest first; a path without any of them stays unchanged and has the prefix '' */
export async function readRequest(
  incoming: IncomingMessage,
  prefixes: readonly string[],
): Promise<EmulatorRequest> {
  const { text, tooLarge } = await readBody(incoming);
  const [whole = '/', queryText = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const prefix = prefixes.find((start) => whole === start || whole.startsWith(`${start}/`)) ?? '';
  const path = whole.slice(prefix.length) || '/';
  return {
    method: incoming.method ?? 'GET',
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    queryText,
    query: new URLSearchParams(queryText),
    headers: incoming.headers,
    host: incoming.headers.host ?? '127.0.0.1',
    prefix,
    tooLarge,
    text,
    json: () => parse(text),
  };
}

/** Returns the fields of a JSON body, of which nothing is known; none if it is no object. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  // any object can be asked for a field
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
}
