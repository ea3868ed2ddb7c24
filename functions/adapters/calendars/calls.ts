import * as http from 'node:http';
import * as https from 'node:https';
import * as z from 'zod/mini';
import { AmbiguousOutcomeError, ThrottledError, UnreachableError } from '../../rooms/model/errors.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../rooms/model/time.ts';
import { checkedBaseUrl } from '../provider/address.ts';
import type { Reply } from '../provider/connection.ts';
import { credentials, type Sign } from '../provider/credentials.ts';
import type { Secrets } from '../secrets.ts';
import type { Reach } from './public-request.ts';
import type { Quota } from './quota.ts';

/** One call to a system of calendars. */
export interface CalendarCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /**
   * The path below the base URL, with `{calendar}` and `{event}` in it: errors show this, because ids may be
   * addresses of people.
   */
  readonly route: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** A complete URL that the system returned for its next page. It must be below the base URL. */
  readonly link?: string;
}

/** The options of every adapter for a calendar system, besides its connection. */
export interface SystemOptions {
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** @default 20 seconds per call */
  readonly timeout?: Duration;
  /** The networks that a server of CalDAV may be in. @default 'internet' */
  readonly reach?: Reach;
  /**
   * How many calls for one mailbox of Microsoft may be under way. It serves four of an app: two of a reading, and
   * one of each container that writes.
   *
   * @default 2
   */
  readonly atOnce?: number;
}

const TIMEOUT: Duration = 20 * SECOND;

/** No page of events is nearly as large. */
const LARGEST_REPLY = 16 * 1024 * 1024;

/** The server may have closed a socket that was idle for longer, without notice. */
const LONGEST_REST: Duration = 4 * SECOND;

export type SendCall = (call: CalendarCall, authorization?: string) => Promise<Reply>;

/**
 * Sends calls to one base URL over kept-alive sockets. No error shows a path, an id, a query or a body.
 *
 * @param connection its name, for errors
 */
export function calendarSender(
  connection: string,
  baseUrl: string,
  { now, timeout = TIMEOUT }: Pick<SystemOptions, 'now' | 'timeout'>,
): SendCall {
  const base = checkedBaseUrl(baseUrl, connection);
  const { Agent, request } = base.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true });
  let lastUse: Instant = 0;
  let underWay = 0;

  return async (call, authorization = '') => {
    if (underWay === 0 && Math.abs(now() - lastUse) > LONGEST_REST) agent.destroy();
    underWay += 1;
    const title = `${call.method} ${call.route} of connection ${connection}`;
    const started = performance.now();
    const signal = AbortSignal.timeout(timeout);
    try {
      const url = addressOf(call, base, title);
      const { head, text } = await exchange(request, url, { call, authorization, agent, signal });
      const milliseconds = Math.round(performance.now() - started);
      const { method, route } = call;
      return {
        // a call in the form of a provider's, for the code that tries the versions of the credential
        call: { method, route },
        title,
        status: head.statusCode ?? 0,
        headers: head.headers,
        text,
        milliseconds,
        authorization,
      };
    } catch (cause) {
      if (cause instanceof AmbiguousOutcomeError) throw cause;
      throw unanswered(title, signal.aborted ? `no whole answer within ${timeout} ms` : reasonOf(cause));
    } finally {
      underWay -= 1;
      lastUse = now();
    }
  };
}

/**
 * Node's own message may name the host, which a CalDAV server's owner may not want in a log: the code is
 * enough.
 */
function reasonOf(error: unknown): string {
  // the field of Node.js, absent in other errors
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
}

function unanswered(title: string, reason: string): UnreachableError {
  return new UnreachableError(
    `${title} got no answer (${reason}): it is tried again; check the connection's address and the network if it stays so`,
  );
}

function addressOf({ route, ids = {}, query = {}, link }: CalendarCall, base: URL, title: string): URL {
  if (link !== undefined) {
    if (isBelow(link, base)) return new URL(link);
    throw new AmbiguousOutcomeError(`${title}: the link to its next page leads to another server`);
  }
  const url = new URL(base);
  const path = route.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** Whether a link of a system leads to the same server, so that the credential may go there. */
export function isBelow(link: string, base: URL): boolean {
  const url = URL.parse(link);
  return url?.origin === base.origin && url.pathname.startsWith(`${base.pathname.replace(/\/+$/, '')}/`);
}

interface Exchange {
  readonly call: CalendarCall;
  readonly authorization: string;
  readonly agent: http.Agent;
  readonly signal: AbortSignal;
}

async function exchange(
  request: typeof http.request,
  url: URL,
  { call: { method, headers, body, form }, authorization, agent, signal }: Exchange,
) {
  const content = form
    ? new URLSearchParams(form).toString()
    : body === undefined
      ? ''
      : JSON.stringify(body);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const sent: http.OutgoingHttpHeaders = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'evergreen-rooms',
    ...(authorization && { authorization }),
    ...(content && { 'content-type': type, 'content-length': Buffer.byteLength(content) }),
    ...headers,
  };
  const head = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(url, { method, headers: sent, agent, signal }, resolve).on('error', reject).end(content);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of head) {
    size += chunk.length;
    if (size > LARGEST_REPLY) throw new RangeError('the answer is too large');
    chunks.push(chunk);
  }
  return { head, text: Buffer.concat(chunks).toString('utf8') };
}

export interface CallerParts extends SystemOptions {
  readonly connection: string;
  readonly baseUrl: string;
  /** ARN or name. */
  readonly secret: string;
  /** Returns the quota that a call counts for. */
  readonly quotaOf: (call: CalendarCall) => Quota;
  /** Whether an answer throttles its call. */
  readonly isThrottle: (reply: Reply) => boolean;
  /** How long a throttle lasts that names no time. @default 30 seconds */
  readonly pause?: Duration;
}

/**
 * Makes a call and returns its answer, with any status.
 *
 * @throws ThrottledError for a throttle, and without a call for the time that it names
 */
export type CallCalendar = (call: CalendarCall) => Promise<Reply>;

/** Makes calls with a credential that survives its rotation. */
export function calendarCaller(
  { connection, baseUrl, secret, quotaOf, isThrottle, pause, ...options }: CallerParts,
  sign: Sign,
): CallCalendar {
  const send = calendarSender(connection, baseUrl, options);
  const { present } = credentials({ ...options, application: connection, owner: 'connection', secret, sign });
  return (call) =>
    quotaOf(call).spend(async () => {
      const reply = await present((authorization) => send(call, authorization));
      if (isThrottle(reply)) throw throttled(reply, options.now, pause);
      return reply;
    });
}

/**
 * Parses and checks the body of an answer.
 *
 * @throws AmbiguousOutcomeError that names fields and rules, never a value
 */
export function bodyOf<T extends z.core.$ZodType>(reply: Reply, schema: T): z.output<T> {
  const found = z.safeParse(schema, parsed(reply));
  if (found.success) return found.data;
  const faults = found.error.issues
    .slice(0, 3)
    .map(
      ({ path, message }) =>
        `${path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.')}: ${message}`,
    );
  throw torn(reply, faults.join('; '));
}

function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    // the parser's own message quotes the text
    throw torn(reply, `${reply.text.length} characters that are not JSON`);
  }
}

function torn({ title, status }: Reply, found: string): AmbiguousOutcomeError {
  return new AmbiguousOutcomeError(`${title}: ${status} with a body that cannot be used (${found})`);
}

/** Returns the body of an unsuccessful answer, if it matches the schema. */
export function bodyIfReadable<T extends z.core.$ZodType>(
  { text }: Pick<Reply, 'text'>,
  schema: T,
): z.output<T> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const LONGEST_WAIT: Duration = 15 * MINUTE;

/**
 * Reads `Retry-After` in both of its forms, limited to between a second and 15 minutes.
 *
 * @param pause if the answer names no time
 */
export function throttled(
  { title, status, headers }: Reply,
  now: () => Instant,
  pause: Duration = 30 * SECOND,
): ThrottledError {
  const value = headers['retry-after']?.trim() ?? '';
  const named = /^\d+$/.test(value) ? Number(value) * SECOND : Date.parse(value) - now();
  const wait = Math.min(Math.max(Number.isNaN(named) ? pause : named, SECOND), LONGEST_WAIT);
  return new ThrottledError(
    `${title}: ${status}, the system throttled the call; retrying in ${Math.ceil(wait / SECOND)} s`,
    { retryAfter: wait, ambiguous: status !== 429 },
  );
}

/** Returns the error for an answer with no other meaning in the contract: the call is tried again. */
export function unexpected({ title, status, milliseconds }: Reply): AmbiguousOutcomeError {
  return new AmbiguousOutcomeError(`${title}: ${status} after ${milliseconds} ms`);
}
