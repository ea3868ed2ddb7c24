import { ProviderRefusedError, RoomGoneError } from '../../rooms/model/errors.ts';
import type {
  Capabilities,
  ListOptions,
  ProviderRoom,
  RoomChange,
  RoomOrder,
  RoomProvider,
} from '../../rooms/model/ports.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { DAY, HOUR, MINUTE } from '../../rooms/model/time.ts';
import { answered, asAsked } from '../provider/answer.ts';
import { apiKeySigner } from '../provider/api-key.ts';
import { isGone, unreadable } from '../provider/failures.ts';
import { limitationsOf } from '../provider/fields.ts';
import type { ProviderKind } from '../provider/kind.ts';
import type { ProviderOptions } from '../provider/options.ts';
import { type WherebyEntry, wherebyCalls } from './calls.ts';
import { WHEREBY_FIELDS } from './fields.ts';
import { pageReader } from './pages.ts';
import { createBody, namePrefix, providerRoom } from './room.ts';
import { meetingReply } from './schema.ts';

const CAPABILITIES: Capabilities = {
  // a room itself cannot be changed, only settings that are not stored in it
  changeable: [
    'display_name',
    'metadata',
    'expire_after_use',
    'theme_id',
    'initial_join_options',
    'callback_urls',
    'ui_settings',
  ],
  movableExpiry: false,
  shortestLife: MINUTE,
  longestLife: 5 * 365 * DAY,
  idempotentCreate: false,
  findable: 'by-list',
  retires: 'at-once',
  grace: HOUR,
  hostLink: 'lasting',
  creationsPerMinute: 30,
};

const MEETING = '/meetings/{id}';

/** Whereby: rooms that are created and deleted, and cannot be changed in between. */
export function whereby(entry: WherebyEntry, options: ProviderOptions): RoomProvider {
  const { now } = options;
  const call = wherebyCalls(entry, options);
  const pages = pageReader(call, (count) => options.onSkipped?.(entry.name, count));

  async function create(order: RoomOrder): Promise<ProviderRoom> {
    const reply = await call({ method: 'POST', route: '/meetings', body: createBody(order) });
    const made = providerRoom(answered(reply, meetingReply), now());
    return asAsked(reply, made, { token: order.token, expiresAt: order.expiresAt });
  }

  async function get(id: string): Promise<ProviderRoom | undefined> {
    const reply = await call({ method: 'GET', route: MEETING, id }, isGone);
    if (isGone(reply)) return undefined;
    return asAsked(reply, providerRoom(answered(reply, meetingReply), now()), { id });
  }

  /** A change does not reach the room: this only checks that the room exists. */
  async function change(id: string, { expiresAt, settings = {} }: RoomChange): Promise<ProviderRoom> {
    const fixed = Object.keys(settings).filter(
      // `includes` of a narrow tuple accepts only its own members
      (name) => !(CAPABILITIES.changeable as readonly string[]).includes(name),
    );
    if (expiresAt !== undefined) fixed.unshift('expires_at');
    if (fixed.length > 0) {
      throw new ProviderRefusedError(
        `application ${entry.name} is at Whereby, where a living room cannot change its ${fixed.join(', ')}: open a new one`,
      );
    }
    const found = await get(id);
    if (found?.available) return found;
    throw new RoomGoneError(`room ${id} of application ${entry.name} has ended and takes no change`);
  }

  async function retire(id: string): Promise<Instant> {
    const reply = await call({ method: 'DELETE', route: MEETING, id }, isGone);
    if (isGone(reply) || reply.text.trim() === '') return now();
    throw unreadable(reply, 'a deletion has no answer');
  }

  async function* list(prefix?: string, options?: ListOptions): AsyncGenerator<readonly ProviderRoom[]> {
    for await (const page of pages(prefix, options)) yield page.map((reply) => providerRoom(reply, now()));
  }

  /** A list may show deleted rooms. So each room is read by itself, to use none that is gone. */
  async function find(token: string): Promise<readonly ProviderRoom[]> {
    const ids: string[] = [];
    for await (const page of list(namePrefix(token))) {
      ids.push(...page.filter((candidate) => candidate.token === token).map(({ id }) => id));
    }
    const found = await Promise.all(ids.map(get));
    return found.filter((room) => room !== undefined);
  }

  return {
    capabilities: CAPABILITIES,
    create,
    find,
    get,
    change,
    retire,
    async hostUrl(id) {
      const asked = { method: 'GET', route: MEETING, id, query: { fields: 'hostRoomUrl' } } as const;
      const reply = await call(asked, isGone);
      if (isGone(reply)) return undefined;
      const found = answered(reply, meetingReply);
      if (!asAsked(reply, providerRoom(found, now()), { id }).available) return undefined;
      return found.hostRoomUrl ?? undefined;
    },
    list: (options) => list(undefined, options),
    limitations: (settings) => limitationsOf(WHEREBY_FIELDS, settings),
    bookmark: () => undefined,
  };
}

export const WHEREBY: ProviderKind<WherebyEntry> = {
  title: 'Whereby',
  capabilities: CAPABILITIES,
  fields: WHEREBY_FIELDS,
  credential: { name: 'API key', form: 'an API key' },
  checkCredential: ({ name, secret }, value) => apiKeySigner({ application: name, secret })(value, new Set()),
  connect: whereby,
};
