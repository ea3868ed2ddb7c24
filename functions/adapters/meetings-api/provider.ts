import {
  ApplicationFullError,
  ProviderContractError,
  ProviderRefusedError,
  RoomGoneError,
} from '../../rooms/errors.ts';
import type { Capabilities, ProviderRoom, RoomChange, RoomProvider } from '../../rooms/ports.ts';
import type { Duration, Instant } from '../../rooms/room.ts';
import { DAY, MINUTE } from '../../rooms/room.ts';
import { answered, readable } from '../provider/answer.ts';
import { type CallObserver, connection, type ProviderCall, type Reply } from '../provider/connection.ts';
import { type Credentials, credentials } from '../provider/credentials.ts';
import { answerOf, failureOf, isGone, isSuccess } from '../provider/failures.ts';
import type { Secrets } from '../secrets.ts';
import { pages } from './pages.ts';
import { CHANGEABLE, changeBody, createBody, providerRoom } from './room.ts';
import { errorReply, pageReply, roomReply } from './schema.ts';
import { tokenSigner } from './token.ts';

/** An application at the Meetings API, as an entry of the pool has it. */
export interface MeetingsApiEntry {
  readonly name: string;
  readonly applicationId: string;
  /** ARN or name of the secret with the private key. */
  readonly secret: string;
  readonly baseUrl: string;
}

export interface MeetingsApiOptions {
  readonly secrets: Secrets;
  readonly now: () => Instant;
  /** @default 10 seconds a call */
  readonly timeout?: Duration;
  readonly onCall?: CallObserver;
  /**
   * Rooms a page of the list. The API does not say how many it allows; where it refuses this many, its own default
   * is used.
   *
   * @default 100
   */
  readonly pageSize?: number;
}

/** The provider's clock may differ from ours by this much. */
const SKEW: Duration = MINUTE;

const SHORTEST_LIFE: Duration = 10 * MINUTE + SKEW;

const CAPABILITIES: Capabilities = {
  changeable: CHANGEABLE,
  movableExpiry: true,
  shortestLife: SHORTEST_LIFE,
  longestLife: 365 * DAY - SKEW,
};

/** The Meetings API: rooms with metadata and a movable expiry, no deletion, no idempotency, no search. */
export function meetingsApi(entry: MeetingsApiEntry, options: MeetingsApiOptions): RoomProvider {
  const { now } = options;
  const call = caller(entry, options);
  let pageSize: number | undefined = options.pageSize ?? 100;
  let bookmark: string | undefined;

  const room = (reply: Reply): ProviderRoom => providerRoom(answered(reply, roomReply), now());

  async function fetchPage(startId: string | undefined) {
    const query = { page_size: pageSize, start_id: startId };
    const reply = await call({ method: 'GET', route: '/rooms', query }, isRefusedPage);
    if (isSuccess(reply)) return answered(reply, pageReply);
    pageSize = undefined;
    return answered(await call({ method: 'GET', route: '/rooms', query: { start_id: startId } }), pageReply);
  }

  const isRefusedPage = ({ status }: Reply) => status === 400 && pageSize !== undefined;

  async function* list(since?: string): AsyncGenerator<readonly ProviderRoom[]> {
    for await (const { rooms, last } of pages(fetchPage, since)) {
      bookmark = later(bookmark, last);
      yield rooms.map((reply) => providerRoom(reply, now()));
    }
  }

  async function find(token: string, since?: string) {
    const found: ProviderRoom[] = [];
    for await (const page of list(since))
      found.push(...page.filter((candidate) => candidate.token === token));
    return found;
  }

  async function get(id: string) {
    const reply = await call({ method: 'GET', route: '/rooms/{id}', id }, isGone);
    return isGone(reply) ? undefined : room(reply);
  }

  async function change(id: string, wanted: RoomChange) {
    return room(await call({ method: 'PATCH', route: '/rooms/{id}', id, body: changeBody(wanted) }));
  }

  /** There is no deletion: the expiry is moved to the earliest that is allowed, unless it is earlier already. */
  async function retire(id: string): Promise<Instant> {
    const found = await get(id);
    if (!found?.available) return now();
    const expiresAt = now() + SHORTEST_LIFE;
    if (found.expiresAt <= expiresAt) return found.expiresAt;
    try {
      return (await change(id, { expiresAt })).expiresAt;
    } catch (error) {
      if (error instanceof RoomGoneError) return now();
      // nobody asked for this in so many words, so it is not for the asker to hear that it was refused
      if (error instanceof ProviderRefusedError) throw new ProviderContractError(error.message);
      throw error;
    }
  }

  return {
    capabilities: CAPABILITIES,
    create: async (order) => room(await call({ method: 'POST', route: '/rooms', body: createBody(order) })),
    find,
    get,
    change,
    retire,
    list: () => list(),
    bookmark: () => bookmark,
  };
}

/** Calls, and throws what an unsuccessful answer stands for unless it is `expected`. */
function caller(entry: MeetingsApiEntry, { secrets, now, timeout, onCall }: MeetingsApiOptions) {
  const { name: application, applicationId, secret, baseUrl } = entry;
  const send = connection({ application, baseUrl, now, timeout, onCall });
  const sign = tokenSigner({ application, applicationId, secret, now });
  const { present }: Credentials = credentials({ application, secret, secrets, sign, now });

  return async (call: ProviderCall, expected: (reply: Reply) => boolean = () => false): Promise<Reply> => {
    const reply = await present((authorization) => send(call, authorization));
    if (isSuccess(reply) || expected(reply)) return reply;
    throw meetingsApiFailure(reply, application, now);
  };
}

function meetingsApiFailure(reply: Reply, application: string, now: () => Instant): Error {
  const reason = reasonOf(reply);
  // the only reason for a 403 that the contract gives; a create is what it gives it for
  if (reply.status === 403 && reply.call.method === 'POST') {
    return new ApplicationFullError(
      `application ${application} holds as many rooms as it may: ${answerOf(reply, reason)}`,
    );
  }
  return failureOf(reply, { reason }, now);
}

/** The provider's reason in either of its two shapes, with the fields it names. */
function reasonOf(reply: Reply): string | undefined {
  const error = readable(reply, errorReply);
  if (!error) return undefined;
  if ('title' in error) return [error.title, error.detail].filter(Boolean).join(': ');
  const details = (error.errors ?? []).map((detail) =>
    typeof detail === 'string' ? detail : JSON.stringify(detail),
  );
  return [error.message, ...details].join('; ');
}

/** Serial numbers are of any length. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return BigInt(a) > BigInt(b) ? a : b;
}
