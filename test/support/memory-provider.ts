import {
  ApplicationFullError,
  ProviderRefusedError,
  RoomGoneError,
} from '../../functions/rooms/model/errors.ts';
import type { Capabilities, ProviderRoom, RoomProvider } from '../../functions/rooms/model/ports.ts';
import type { RoomSettings, SettingName } from '../../functions/rooms/model/room.ts';
import type { Instant } from '../../functions/rooms/model/time.ts';
import { DAY, MINUTE } from '../../functions/rooms/model/time.ts';

/** A provider's account in memory, for campaigns with very many runs; the adapters have emulators. */
export interface MemoryProvider extends RoomProvider {
  /** Every room that was ever created, including expired ones. */
  readonly made: readonly StoredRoom[];
  /** The rooms that people can enter now. */
  alive(): readonly StoredRoom[];
  /** Calls by name. */
  readonly calls: Record<string, number>;
  /** Removes a room in a way that no provider should. If there is a trash, it can be restored. */
  lose(id: string): void;
  /** People enter a room, or all have left. */
  use(id: string, inUse: boolean): void;
}

export interface StoredRoom {
  readonly id: string;
  readonly token: string;
  readonly createdAt: Instant;
  settings: RoomSettings;
  expiresAt: Instant;
  /** It has no fixed end. */
  byUse: boolean;
  inUse: boolean;
  /** Its end was moved to an earlier time on purpose. */
  retired: boolean;
}

export interface MemoryProviderOptions {
  readonly name?: string;
  readonly now: () => Instant;
  readonly limit?: number;
  readonly capabilities?: Partial<Capabilities>;
  /** A room's id is its token, as at a provider that finds rooms by their names. */
  readonly named?: boolean;
  /** Rooms on a page of the list. @default 10,000 */
  readonly pageSize?: number;
  /** Settings that the provider does not have. */
  readonly unmet?: readonly SettingName[];
  /** Lost rooms can be restored. */
  readonly trash?: boolean;
}

/**
 * The capabilities of the Meetings API: an expiry that can be moved, some changeable settings, no deletion.
 */
const CAPABILITIES: Capabilities = {
  changeable: [
    'expire_after_use',
    'theme_id',
    'join_approval_level',
    'initial_join_options',
    'callback_urls',
    'available_features',
  ],
  movableExpiry: true,
  shortestLife: 11 * MINUTE,
  longestLife: 365 * DAY,
  idempotentCreate: false,
  findable: 'by-list',
  retires: 'later',
  grace: 0,
  news: 'by-key',
  hostLink: 'lasting',
};

export function memoryProvider(options: MemoryProviderOptions): MemoryProvider {
  const {
    name = 'first',
    now,
    limit = 1000,
    named = false,
    unmet = [],
    pageSize = 10_000,
    trash = false,
  } = options;
  const capabilities = { ...CAPABILITIES, ...options.capabilities };
  const made: StoredRoom[] = [];
  const byId = new Map<string, StoredRoom>();
  const byToken = new Map<string, StoredRoom[]>();
  const calls: Record<string, number> = {};
  const lost = new Map<string, StoredRoom>();
  let serial = 0;
  const counted = (call: string) => {
    calls[call] = (calls[call] ?? 0) + 1;
  };
  const living = (id: string) => {
    const room = byId.get(id);
    return room && room.expiresAt > now() ? room : undefined;
  };
  const tokened = (token: string) => byToken.get(token) ?? [];
  const alive = () => made.filter(({ expiresAt }) => expiresAt > now());
  const shown = (room: StoredRoom): ProviderRoom => ({
    id: room.id,
    guestUrl: `https://meetings.example/${room.id}`,
    token: room.token || undefined,
    createdAt: room.createdAt,
    expiresAt: room.expiresAt,
    available: room.expiresAt > now(),
    settings: room.settings,
    ...(room.byUse && { byUse: true }),
    ...(room.inUse && { inUse: true }),
  });
  function move(room: StoredRoom, expiresAt: Instant) {
    const life = expiresAt - now();
    if (life < capabilities.shortestLife || life > capabilities.longestLife) {
      throw new ProviderRefusedError(`expires_at: ${new Date(expiresAt).toISOString()} is out of bounds`);
    }
    room.expiresAt = expiresAt;
  }

  return {
    capabilities,
    made,
    calls,
    alive,
    lose(id) {
      byId.delete(id);
      const index = made.findIndex((room) => room.id === id);
      for (const room of made.splice(index, 1)) {
        byToken.set(
          room.token,
          tokened(room.token).filter((other) => other !== room),
        );
        lost.set(id, room);
      }
    },
    use(id, inUse) {
      const room = living(id);
      if (!room) throw new Error(`room ${id} is not there`);
      room.inUse = inUse;
      if (room.byUse && inUse) room.expiresAt = now() + (capabilities.livesByUse ?? 0);
    },
    bookmark: () => undefined,
    limitations: (settings) =>
      unmet.filter((name) => name in settings).map((name) => `${name}: not to be had here`),
    async create({ token, settings, expiresAt, byUse = false }) {
      counted('create');
      const known = tokened(token).find(({ expiresAt: end }) => end > now());
      if (capabilities.idempotentCreate && known) return shown(known);
      if (made.length >= limit && alive().length >= limit) {
        throw new ApplicationFullError(`application ${name} holds its ${limit} rooms`);
      }
      serial += 1;
      const room: StoredRoom = {
        id: named ? token : `${name}-${serial}`,
        token,
        settings,
        createdAt: now(),
        expiresAt: 0,
        byUse,
        inUse: false,
        retired: false,
      };
      move(room, expiresAt);
      made.push(room);
      byId.set(room.id, room);
      byToken.set(token, [...tokened(token), room]);
      return shown(room);
    },
    async find(token) {
      counted('find');
      return tokened(token).map(shown);
    },
    async get(id) {
      counted('get');
      const room = byId.get(id);
      return room && shown(room);
    },
    async change(id, change) {
      counted('change');
      const room = living(id);
      if (!room) throw new RoomGoneError(`room ${id} is not there`);
      if (change.expiresAt !== undefined) {
        move(room, change.expiresAt);
        room.byUse = false;
      }
      room.settings = { ...room.settings, ...change.settings };
      return shown(room);
    },
    ...(trash && {
      async revive(id: string) {
        counted('revive');
        const room = lost.get(id);
        if (!room) return undefined;
        lost.delete(id);
        made.push(room);
        byId.set(id, room);
        byToken.set(room.token, [...tokened(room.token), room]);
        return shown(room);
      },
    }),
    async retire(id) {
      counted('retire');
      const room = living(id);
      if (!room) return now();
      room.retired = true;
      const soonest = now() + (capabilities.retires === 'later' ? capabilities.shortestLife : 0);
      room.expiresAt = Math.min(room.expiresAt, soonest);
      return room.expiresAt;
    },
    async hostUrl(id) {
      counted('hostUrl');
      return living(id) && `https://meetings.example/${id}?host`;
    },
    async *list({ from = '0', reached } = {}) {
      counted('list');
      for (let start = Number(from); ; start += pageSize) {
        const end = start + pageSize;
        if (end < made.length) reached?.(String(end));
        yield made.slice(start, end).map(shown);
        if (end >= made.length) return;
      }
    },
  };
}
