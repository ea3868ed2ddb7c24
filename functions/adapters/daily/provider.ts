import { RoomGoneError, ThrottledError } from '../../rooms/model/errors.ts';
import type {
  Capabilities,
  ListOptions,
  ProviderRoom,
  RoomChange,
  RoomOrder,
  RoomProvider,
} from '../../rooms/model/ports.ts';
import type { RoomSettings } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { DAY, MINUTE } from '../../rooms/model/time.ts';
import { answered, asAsked, readable } from '../provider/answer.ts';
import { apiKeySigner } from '../provider/api-key.ts';
import type { Reply } from '../provider/connection.ts';
import { isGone, isSuccess, unreadable } from '../provider/failures.ts';
import { limitationsOf } from '../provider/fields.ts';
import type { ProviderKind } from '../provider/kind.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { type DailyEntry, dailyCalls, isRefused } from './calls.ts';
import { DAILY_FIELDS } from './fields.ts';
import { hostLink } from './host-link.ts';
import { pages } from './pages.ts';
import { changeBody, createBody, providerRoom } from './room.ts';
import { deletionReply, domainReply, roomReply } from './schema.ts';

const CAPABILITIES: Capabilities = {
  // settings that are not stored in the room can change at any time
  changeable: [
    'display_name',
    'metadata',
    'expire_after_use',
    'recording_options',
    'theme_id',
    'join_approval_level',
    'initial_join_options',
    'callback_urls',
    'available_features',
    'ui_settings',
  ],
  movableExpiry: true,
  shortestLife: MINUTE,
  longestLife: 5 * 365 * DAY,
  idempotentCreate: true,
  findable: 'by-token',
  retires: 'at-once',
  grace: 0,
  hostLink: 'short-lived',
  creationsPerMinute: 1080,
};

const ROOM = '/rooms/{id}';

/** Daily: rooms with names that this project chooses, an expiry that can be moved, and deletion. */
export function daily(entry: DailyEntry, options: ProviderOptions): RoomProvider {
  const { now } = options;
  const calls = dailyCalls(entry, options);
  const { call, failure } = calls;
  let domainId: string | undefined;

  const room = (reply: Reply): ProviderRoom => providerRoom(answered(reply, roomReply), now());

  /**
   * If the name is taken, an earlier attempt without an answer took it: its room is changed to match the
   * order.
   */
  async function create(order: RoomOrder): Promise<ProviderRoom> {
    const post = () => call({ method: 'POST', route: '/rooms', body: createBody(order) }, isRefused);
    const reply = await post();
    if (isSuccess(reply))
      return asAsked(reply, room(reply), { token: order.token, expiresAt: order.expiresAt });
    const existing = await get(order.token);
    if (existing?.available) return change(order.token, order);
    // an expired room may keep its name until it is deleted, even when it is no longer shown
    const freed = await call({ method: 'DELETE', route: ROOM, id: order.token }, isGone);
    if (!existing && !readable(freed, deletionReply)?.deleted) throw failure(reply);
    const again = await post();
    if (isSuccess(again))
      return asAsked(again, room(again), { token: order.token, expiresAt: order.expiresAt });
    throw failure(again);
  }

  async function get(id: string): Promise<ProviderRoom | undefined> {
    const reply = await call({ method: 'GET', route: ROOM, id }, isGone);
    return isGone(reply) ? undefined : asAsked(reply, room(reply), { id });
  }

  async function change(id: string, wanted: RoomChange): Promise<ProviderRoom> {
    const body = changeBody(wanted);
    const reply = await call(
      Object.keys(body).length > 0
        ? { method: 'POST', route: ROOM, id, body }
        : { method: 'GET', route: ROOM, id },
    );
    const changed = asAsked(reply, room(reply), { id });
    if (changed.available) return changed;
    throw new RoomGoneError(`room ${id} of application ${entry.name} has expired and takes no change`);
  }

  /**
   * Deletes a room. If the rate limit for deletions is used up, sets its expiry to a minute from now instead.
   */
  async function retire(id: string): Promise<Instant> {
    try {
      const reply = await call({ method: 'DELETE', route: ROOM, id }, isGone);
      if (isGone(reply) || answered(reply, deletionReply).deleted) return now();
      throw unreadable(reply, 'it does not say that the room was deleted');
    } catch (error) {
      if (!(error instanceof ThrottledError)) throw error;
    }
    const body = changeBody({ expiresAt: now() + MINUTE });
    const reply = await call({ method: 'POST', route: ROOM, id, body }, isGone);
    return isGone(reply) ? now() : asAsked(reply, room(reply), { id }).expiresAt;
  }

  async function hostUrl(id: string, settings?: RoomSettings): Promise<string | undefined> {
    const reply = await call({ method: 'GET', route: ROOM, id }, isGone);
    if (isGone(reply)) return undefined;
    const found = answered(reply, roomReply);
    const { expiresAt, available } = asAsked(reply, providerRoom(found, now()), { id });
    if (!available) return undefined;
    domainId ??= answered(await call({ method: 'GET', route: '/' }), domainReply).domain_id;
    return hostLink({
      room: { name: found.name, url: found.url, expiresAt },
      domainId,
      // the key that was accepted in the call before
      apiKey: reply.authorization.slice('Bearer '.length),
      now: now(),
      settings,
    });
  }

  async function* list(listing?: ListOptions): AsyncGenerator<readonly ProviderRoom[]> {
    const skipped = (count: number) => options.onSkipped?.(entry.name, count);
    for await (const page of pages(calls, skipped, listing))
      yield page.map((reply) => providerRoom(reply, now()));
  }

  return {
    capabilities: CAPABILITIES,
    create,
    async find(token) {
      const found = await get(token);
      return found ? [found] : [];
    },
    get,
    change,
    retire,
    hostUrl,
    list,
    limitations: (settings) => limitationsOf(DAILY_FIELDS, settings),
    bookmark: () => undefined,
  };
}

export const DAILY: ProviderKind<DailyEntry> = {
  title: 'Daily',
  capabilities: CAPABILITIES,
  fields: DAILY_FIELDS,
  credential: { name: 'API key', form: 'an API key' },
  checkCredential: ({ name, secret }, value) => apiKeySigner({ application: name, secret })(value, new Set()),
  connect: daily,
};
