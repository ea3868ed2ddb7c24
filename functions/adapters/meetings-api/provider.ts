import { ProviderContractError, ProviderRefusedError, RoomGoneError } from '../../rooms/model/errors.ts';
import type {
  Capabilities,
  ListOptions,
  ProviderRoom,
  RoomChange,
  RoomOrder,
  RoomProvider,
} from '../../rooms/model/ports.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { DAY, MINUTE } from '../../rooms/model/time.ts';
import { answered, asAsked, readableEntries } from '../provider/answer.ts';
import type { Reply } from '../provider/connection.ts';
import { isGone, isSuccess, unreadable } from '../provider/failures.ts';
import type { ProviderKind } from '../provider/kind.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { type MeetingsApiEntry, meetingsApiCalls } from './calls.ts';
import { MEETINGS_API_FIELDS } from './fields.ts';
import { pages, type RoomsPage } from './pages.ts';
import { CHANGEABLE, changeBody, createBody, providerRoom } from './room.ts';
import { pageReply, roomReply } from './schema.ts';
import { tokenSigner } from './token.ts';

/**
 * Rooms per page of the list. The API does not document the largest size; if it refuses this one, its own
 * default is used.
 */
const PAGE_SIZE = 100;

/** The provider's clock may differ from ours by this much. */
const SKEW: Duration = MINUTE;

const SHORTEST_LIFE: Duration = 10 * MINUTE + SKEW;

const CAPABILITIES: Capabilities = {
  changeable: CHANGEABLE,
  movableExpiry: true,
  shortestLife: SHORTEST_LIFE,
  longestLife: 365 * DAY - SKEW,
  idempotentCreate: false,
  findable: 'by-list',
  retires: 'later',
  grace: 0,
  news: 'by-key',
  hostLink: 'lasting',
};

/** The Meetings API: rooms with metadata and a movable expiry, no deletion, no idempotency, no search. */
export function meetingsApi(entry: MeetingsApiEntry, options: ProviderOptions): RoomProvider {
  const { now } = options;
  const call = meetingsApiCalls(entry, options);
  let pageSize: number | undefined = PAGE_SIZE;
  let bookmark: string | undefined;

  const room = (reply: Reply): ProviderRoom => providerRoom(answered(reply, roomReply), now());

  /** A page may omit an empty list, but not one whose count is above zero: its rooms would count as lost. */
  function pageOf(reply: Reply, listed: number | undefined): RoomsPage {
    const { _embedded: embedded, ...page } = answered(reply, pageReply);
    const list = Array.isArray(embedded) ? embedded : embedded?.rooms;
    if (!list && listed !== undefined && Number(page.total_items ?? 0) > listed)
      throw unreadable(reply, `it counts ${page.total_items} rooms and has no list of them`);
    const entries = list ?? [];
    const rooms = readableEntries(reply, entries, roomReply, (count) =>
      options.onSkipped?.(entry.name, count),
    );
    return { ...page, rooms, entries: entries.length };
  }

  const isRefusedSize = ({ status }: Reply) => status === 400 && pageSize !== undefined;

  async function fetchPage(startId: string | undefined, listed: number | undefined) {
    const query = { page_size: pageSize, start_id: startId };
    const reply = await call({ method: 'GET', route: '/rooms', query }, isRefusedSize);
    if (isSuccess(reply)) return pageOf(reply, listed);
    pageSize = undefined;
    return pageOf(await call({ method: 'GET', route: '/rooms', query: { start_id: startId } }), listed);
  }

  async function* list(
    since?: string,
    reached?: ListOptions['reached'],
  ): AsyncGenerator<readonly ProviderRoom[]> {
    for await (const { rooms, last } of pages(fetchPage, since, reached)) {
      bookmark = later(bookmark, last);
      yield rooms.map((reply) => providerRoom(reply, now()));
    }
  }

  async function find(token: string, since?: string) {
    const found: ProviderRoom[] = [];
    for await (const page of list(since)) {
      found.push(...page.filter((candidate) => candidate.token === token));
    }
    return found;
  }

  async function create(order: RoomOrder) {
    const reply = await call({ method: 'POST', route: '/rooms', body: createBody(order) });
    return asAsked(reply, room(reply), { token: order.token, expiresAt: order.expiresAt });
  }

  const read = (id: string) => call({ method: 'GET', route: '/rooms/{id}', id }, isGone);

  async function get(id: string) {
    const reply = await read(id);
    return isGone(reply) ? undefined : asAsked(reply, room(reply), { id });
  }

  async function change(id: string, wanted: RoomChange) {
    const reply = await call({ method: 'PATCH', route: '/rooms/{id}', id, body: changeBody(wanted) });
    return asAsked(reply, room(reply), { id });
  }

  /** There is no deletion: moves the expiry to the earliest allowed time, unless it is already earlier. */
  async function retire(id: string): Promise<Instant> {
    const found = await get(id);
    if (!found?.available) return now();
    const expiresAt = now() + SHORTEST_LIFE;
    if (found.expiresAt <= expiresAt) return found.expiresAt;
    try {
      return (await change(id, { expiresAt })).expiresAt;
    } catch (error) {
      if (error instanceof RoomGoneError) return now();
      // the caller did not request this change, so it must not get a refusal of its request
      if (error instanceof ProviderRefusedError) throw new ProviderContractError(error.message);
      throw error;
    }
  }

  return {
    capabilities: CAPABILITIES,
    create,
    find,
    get,
    change,
    retire,
    async hostUrl(id) {
      const reply = await read(id);
      if (isGone(reply) || !asAsked(reply, room(reply), { id }).available) return undefined;
      return answered(reply, roomReply)._links.host_url?.href ?? undefined;
    },
    list: ({ from, reached } = {}) => list(from, reached),
    bookmark: () => bookmark,
    // the request's fields are this API's own
    limitations: () => [],
  };
}

/** Compares serial numbers of any length. */
function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return BigInt(a) > BigInt(b) ? a : b;
}

export const MEETINGS_API: ProviderKind<MeetingsApiEntry> = {
  title: 'Meetings API',
  capabilities: CAPABILITIES,
  roomLimit: 1000,
  fields: MEETINGS_API_FIELDS,
  credential: { name: 'private key', form: 'an RSA private key in PEM' },
  checkCredential: ({ name, applicationId, secret }, value) =>
    tokenSigner({ application: name, applicationId, secret, now: Date.now })(value, new Set()),
  connect: meetingsApi,
};
