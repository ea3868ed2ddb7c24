import * as http from 'node:http';
import * as https from 'node:https';
import { type CaldavConnection, connectedCalendars } from '../../../connections/connection.ts';
import { CalendarUnreadableError, HiddenEventError } from '../../../connections/system.ts';
import { AmbiguousOutcomeError, ThrottledError } from '../../../rooms/model/errors.ts';
import type { Duration, Instant } from '../../../rooms/model/time.ts';
import { MINUTE, SECOND } from '../../../rooms/model/time.ts';
import type { Reply } from '../../provider/connection.ts';
import { credentials } from '../../provider/credentials.ts';
import { retryAfterOf } from '../../provider/failures.ts';
import type { SystemOptions } from '../calls.ts';
import { networkCode, openPublic, type Reach, readBody, UnusableServerError } from '../public-request.ts';
import { type Quota, quota } from '../quota.ts';
import { type CalendarAddress, calendarAddress } from './address.ts';
import { caldavSigner } from './credential.ts';

export interface CaldavOptions extends SystemOptions {
  readonly connection: CaldavConnection;
  /**
   * Called when the current version of the secret is not a credential and the previous one is used instead.
   */
  readonly onUnusable?: (connection: string) => void;
}

export interface DavCall {
  readonly method: 'PROPFIND' | 'REPORT' | 'GET' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer with any status. The title names the call in errors, without an address. */
export interface DavReply extends Reply {
  readonly bytes: Buffer;
}

/** A calendar of the connection, and the way to call its server. */
export interface DavCalendar extends CalendarAddress {
  readonly admit: Quota['admit'];
  /**
   * @returns the answer, with any status that is no throttle
   * @throws UnauthorizedError if no version of the credential is accepted
   * @throws AmbiguousOutcomeError if there is no complete answer
   */
  send(call: DavCall): Promise<DavReply>;
  /** Returns the error for an unsuccessful answer. */
  failure(reply: DavReply): Error;
  unreadable(reason: string): CalendarUnreadableError;
  hidden(): HiddenEventError;
}

/** CalDAV names no quota. This much does no harm, and what waits for a server does not return all together. */
const PER_USER = { limit: 6000, window: MINUTE } as const;

const TIMEOUT: Duration = 20 * SECOND;
const LARGEST_ANSWER = 10 * 1024 * 1024;
const MOST_REDIRECTIONS = 3;

/** A server closes an idle connection, and a frozen container would not notice. */
const LONGEST_REST: Duration = 4 * SECOND;

export function caldavConnection({
  connection,
  secrets,
  now,
  timeout = TIMEOUT,
  reach = 'internet',
  onUnusable,
}: CaldavOptions): (calendar: string) => DavCalendar {
  const { name, secret, url: base } = connection;
  const application = name;
  const { present } = credentials({
    application,
    owner: 'connection',
    secret,
    secrets,
    sign: caldavSigner({ application, secret }),
    now,
    ...(onUnusable && { onUnusable }),
  });
  const { admit, spend } = quota(name, PER_USER, now);
  const { Agent } = URL.parse(base)?.protocol === 'http:' ? http : https;
  const agent = new Agent({ keepAlive: true });
  const ids = new Map(connectedCalendars([connection]).map(({ calendar, id }) => [calendar, id]));
  let lastUse: Instant = 0;
  let underWay = 0;

  async function exchange(call: DavCall, authorization: string, title: string): Promise<DavReply> {
    if (underWay === 0 && Math.abs(now() - lastUse) > LONGEST_REST) agent.destroy();
    underWay += 1;
    const started = performance.now();
    const signal = AbortSignal.timeout(timeout);
    try {
      const response = await follow(call, { authorization, signal, reach, agent });
      const bytes = await readBody(response, LARGEST_ANSWER);
      return {
        // a call in the form of a provider's, for the code that tries the versions of the credential
        call: { method: 'GET', route: call.method },
        title,
        status: response.statusCode ?? 0,
        headers: response.headers,
        bytes,
        text: bytes.toString('utf8'),
        milliseconds: Math.round(performance.now() - started),
        authorization,
      };
    } catch (error) {
      if (error instanceof UnusableServerError) throw error;
      const found = signal.aborted ? `no whole answer within ${timeout / SECOND} s` : networkCode(error);
      throw new AmbiguousOutcomeError(`${title} failed (${found}): it may still have had its effect`);
    } finally {
      underWay -= 1;
      lastUse = now();
    }
  }

  return (calendar) => {
    const id = ids.get(calendar) ?? name;
    const unreadable = (reason: string) => new CalendarUnreadableError(id, reason);
    return {
      ...calendarAddress(base, calendar),
      admit,
      unreadable,
      hidden: () => new HiddenEventError(id),
      failure: (reply) => outageOf(reply) ?? unreadable(reasonOf(reply.status)),
      async send(call) {
        const title = `${call.method} of calendar ${id}`;
        try {
          return await spend(async () => {
            const reply = await present((authorization) => exchange(call, authorization, title));
            const throttle = throttleIn(reply, now);
            if (throttle) throw throttle;
            return reply;
          });
        } catch (error) {
          throw error instanceof UnusableServerError ? unreadable(error.message) : error;
        }
      },
    };
  };
}

interface Follow {
  readonly authorization: string;
  readonly signal: AbortSignal;
  readonly reach: Reach;
  readonly agent: http.Agent;
}

/** Follows redirections within one server: the credential goes to no other server. */
async function follow(call: DavCall, { authorization, ...options }: Follow): Promise<http.IncomingMessage> {
  const { method, body, headers } = call;
  let { url } = call;
  for (let left = MOST_REDIRECTIONS; left >= 0; left -= 1) {
    const response = await openPublic(url, {
      ...options,
      method,
      headers: { ...HEADERS, ...headers, ...(body && lengthOf(body)), authorization },
      ...(body !== undefined && { body }),
    });
    const { statusCode = 0, headers: answered } = response;
    if (statusCode < 300 || statusCode >= 400 || !answered.location) return response;
    response.destroy();
    const next = URL.parse(answered.location, url.href);
    if (next?.origin !== url.origin)
      throw new UnusableServerError('its server leads elsewhere: put the address of the calendar itself');
    url = next;
  }
  throw new UnusableServerError(`its server leads on more than ${MOST_REDIRECTIONS} times`);
}

const HEADERS = { 'accept-encoding': 'gzip', 'user-agent': 'evergreen-rooms' };

const lengthOf = (body: string) => ({ 'content-length': String(Buffer.byteLength(body)) });

function throttleIn({ title, status, headers }: DavReply, now: () => Instant): ThrottledError | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const retryAfter = retryAfterOf({ headers }, now);
  return new ThrottledError(
    `${title} was throttled with ${status}; trying again in ${Math.ceil(retryAfter / SECOND)} s`,
    { retryAfter, ambiguous: status === 503 },
  );
}

function outageOf({ title, status }: DavReply): Error | undefined {
  if (status >= 500 || status === 408)
    return new AmbiguousOutcomeError(`${title} came to ${status}: it may still have had its effect`);
  return undefined;
}

function reasonOf(status: number): string {
  if (status === 403) return "its server answers 403: share the calendar with the connection's user";
  if (status === 404) return "its server answers 404: check the connection's url and the calendar's path";
  return `its server answers ${status} like no CalDAV server: check the connection's url and the calendar's path`;
}
