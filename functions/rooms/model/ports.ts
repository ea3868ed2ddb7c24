import type { EventDetails, EvergreenRoomsEvent, RoomEvent } from './events.ts';
import type {
  Announcement,
  LiveRoom,
  PastGeneration,
  Room,
  RoomChange,
  RoomPlace,
  RoomSettings,
  SettingName,
} from './room.ts';
import type { Duration, Instant } from './time.ts';

export type { RoomChange };

/** What a provider can do. The domain acts on these, never on a provider's name. */
export interface Capabilities {
  /** The settings that can change in a living room; any other change needs a new room. */
  readonly changeable: readonly SettingName[];
  /** The expiry of a living room can be moved. */
  readonly movableExpiry: boolean;
  /**
   * How long a room that was requested without an end lives after each use, with the same link. Absent: every
   * room has an end.
   */
  readonly livesByUse?: Duration;
  /** The shortest life, from now, of a new room or a moved expiry. */
  readonly shortestLife: Duration;
  /** The longest life, from now, of a new room or a moved expiry. */
  readonly longestLife: Duration;
  /**
   * A second create with the same token returns the room of the first. So an ambiguous create can be
   * repeated. Two workers that race with one token get the same room, so neither may retire it as its own
   * failure.
   */
  readonly idempotentCreate: boolean;
  /** How a room is found by its token: with one call, or by reading all pages since the bookmark. */
  readonly findable: 'by-token' | 'by-list';
  /** When a retired room ends: `at-once` is immediately, `later` is after the shortest life. */
  readonly retires: 'at-once' | 'later';
  /** How long after its expiry people may still enter a room. */
  readonly grace: Duration;
  /** Whether a host link works as long as its room, or only for a short time. */
  readonly hostLink: 'lasting' | 'short-lived';
  /**
   * How the provider reports meetings: to an address that each room gets, which names the key, or to one address for all
   * rooms of the account. Absent: not at all.
   */
  readonly news?: 'by-key' | 'by-room';
  /** How many rooms an account can create per minute for a long time. Absent if the provider does not say. */
  readonly creationsPerMinute?: number;
}

/** A room as the provider shows it. */
export interface ProviderRoom extends Omit<LiveRoom, 'application' | 'renewedAt'> {
  /** The correlation token of the room, if it is one of this project (of any deployment). */
  readonly token?: string;
  /** False once it has expired. */
  readonly available: boolean;
  /** The owner, if the rooms of an account belong to its users. Only in a list. */
  readonly host?: string;
  /** Why no key can have it, in words for a person. Absent: one can. */
  readonly obstacle?: string;
  /** People are in it now, which counts as a use. */
  readonly inUse?: boolean;
  /**
   * How the room differs from the request, as text for a person. Only in the answer to a create or a change.
   */
  readonly warnings?: readonly string[];
  /** Its changeable settings, for finding drift. Absent if the provider does not show them. */
  readonly settings?: Partial<RoomSettings>;
}

export interface RoomOrder {
  readonly token: string;
  readonly settings: RoomSettings;
  readonly expiresAt: Instant;
  /** The room has no fixed end: `expiresAt` is when it ends if it is not used. */
  readonly byUse?: boolean;
  /** The key has lost its room, so the call may use the part of the account that is reserved for repairs. */
  readonly urgent?: boolean;
}

/**
 * One account at one provider.
 *
 * Every call ends within a time-out and fails with an error of `errors.ts`: `ProviderRefusedError`,
 * `RoomGoneError`, `ApplicationFullError`, `UnauthorizedError`, `ThrottledError`, `UnreachableError`,
 * `AmbiguousOutcomeError`, `ProviderContractError`.
 */
export interface RoomProvider {
  readonly capabilities: Capabilities;
  create(order: RoomOrder): Promise<ProviderRoom>;
  /**
   * Returns all rooms that carry the token, including expired ones. `since` is a bookmark from an earlier
   * list.
   */
  find(token: string, since?: string): Promise<readonly ProviderRoom[]>;
  get(id: string): Promise<ProviderRoom | undefined>;
  change(id: string, change: RoomChange): Promise<ProviderRoom>;
  /**
   * Restores a deleted room together with its link. `undefined` if it is gone for good. Absent: a deleted
   * room is always gone for good.
   */
  revive?(id: string): Promise<ProviderRoom | undefined>;
  /** Ends a room as early as the provider allows, and returns when it ends. A room that is gone has ended. */
  retire(id: string): Promise<Instant>;
  /**
   * Returns a link that makes its holder the host. The link is a credential, so no other call returns it.
   * `undefined` if the room is gone.
   *
   * @param settings the room's settings: a link that is created on request has settings that the room cannot
   * have
   */
  hostUrl(id: string, settings?: RoomSettings): Promise<string | undefined>;
  /**
   * Lists every room of the account, page by page, slowly enough that other calls keep a part of the
   * account's rate.
   */
  list(options?: ListOptions): AsyncIterable<readonly ProviderRoom[]>;
  /** Returns the requested settings that this provider does not support, as text. */
  limitations(settings: RoomSettings): readonly string[];
  /** The end of the list as far as this client has seen it, for a later `find`. */
  bookmark(): string | undefined;
}

/** The accounts in which rooms are created, by name. */
export interface Pool {
  readonly names: readonly string[];
  /** The accounts at the same provider, including this one. */
  siblings(name: string): readonly string[];
  /** Fails if a row names an account that the deployment no longer has. */
  provider(name: string): RoomProvider;
}

/** What a decision may know of the pool: the capabilities of its accounts, without calls to them. */
export interface Accounts extends Pick<Pool, 'names' | 'siblings'> {
  provider(name: string): Pick<RoomProvider, 'capabilities' | 'limitations'>;
}

/** A room as the due index shows it: enough to nominate it, never enough to act on. */
export interface DueRoom {
  readonly key: string;
  readonly generation: number;
  /** Set if a person paused its rotation. */
  readonly held?: boolean;
  readonly application: string;
  readonly dueAt: Instant;
  readonly renewAt: Instant;
  readonly emergencyAt: Instant;
}

/** How a list is read in parts. */
export interface ListOptions {
  /** Where to continue: the last argument of `reached`. */
  readonly from?: string;
  /** Called before each page, except the last, with the position of the next one. */
  readonly reached?: (cursor: string) => void;
}

/**
 * A nomination of one generation of one room. The worker decides whether there is anything to do.
 *
 * - `due`: its renewal time has come.
 * - `lost`: reconciliation did not find it at the provider.
 * - `drifted`: the provider shows other settings, or an earlier end, than the row.
 * - `used`: people are in it, and it lives by its use.
 * - `unfinished`: a crash left something to do.
 * - `ended`: it reached its expiry, which was not announced.
 * - `recovered`: the provider has rooms of newer generations, as after a restore of the table.
 * - `link`: its link must be written again, even if the row says that it is written.
 */
export interface RotationOrder {
  readonly key: string;
  readonly generation: number;
  readonly cause: 'due' | 'lost' | 'drifted' | 'used' | 'unfinished' | 'ended' | 'recovered' | 'link';
  /** With `recovered`: the newer generations, the oldest first. */
  readonly found?: readonly FoundRoom[];
}

/** A living room that carries the token of a generation which its row does not have. */
export interface FoundRoom {
  readonly application: string;
  readonly id: string;
  readonly generation: number;
}

/** A provider's callback about a room. It is not verified. */
export interface ProviderEvent {
  readonly key: string;
  /** The provider's id. */
  readonly roomId: string;
  readonly news: 'expired' | 'meeting-started' | 'meeting-ended';
}

/** The same from a provider that knows its rooms and not our keys. */
export type RoomNews = Pick<ProviderEvent, 'roomId' | 'news'> & { readonly application: string };

/** One page, and where the next one starts; no cursor on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** The end of an application's list when it was last read to its end. */
export interface ListEnd {
  readonly application: string;
  /** Absent if the provider has none. */
  readonly bookmark?: string;
  /** When that reading began: rooms that were created later come after the bookmark. */
  readonly seenAt: Instant;
}

/** Which key takes over a room that somebody else made. */
export interface Reservation {
  readonly key: string;
  readonly since: Instant;
}

export interface RoomStore {
  /** Strongly consistent. */
  read(key: string): Promise<Room | undefined>;
  /**
   * For half of the price: the row of this moment, or of one a little earlier. Only for work that begins with a write of
   * the row, which fails if the row is older than it.
   */
  glance(key: string): Promise<Room | undefined>;
  /**
   * Writes the row if no other worker has written it since `room.revision`. Returns it with the new revision, and
   * with the past generations that are on it: the others have got entries of their own before.
   *
   * @throws RoomChangedError
   */
  write(room: Room): Promise<Room>;
  /** Gives a past generation an entry of its own, apart from the row. Safe to repeat. */
  archive(past: PastGeneration): Promise<void>;
  /** Every past generation, those of the row too, the oldest first. Strongly consistent. */
  history(key: string): Promise<readonly PastGeneration[]>;
  /**
   * The rooms of one shard that are due at `before`, the longest overdue first.
   *
   * @param from leaves out rooms that are due earlier; default: none
   */
  due(shard: number, before: Instant, cursor?: string, from?: Instant): Promise<Page<DueRoom>>;
  /**
   * Every row and every past generation, grouped by key: the entries of past generations, then the row, then
   * those on the row. A group can be split over pages that follow each other. The keys are in no order. After a
   * crash a generation can come twice: `readRows` returns each once.
   *
   * @param most entries that a page reads; absent: as many as the store returns in one call
   */
  scan(cursor?: string, most?: number): Promise<Page<Room | PastGeneration>>;
  /**
   * Notes that a key takes over a room of another creator, unless another key has noted the same. Safe to
   * repeat.
   * @param over the note of another key that this one replaces
   */
  reserve(place: RoomPlace, key: string, over?: Reservation): Promise<Reservation>;
  /**
   * Returns the key on whose row a room was at the row's last write. Only for applications that report their
   * rooms without this project's keys.
   */
  keyOf(application: string, roomId: string): Promise<string | undefined>;
  /** The latest note about an application's list. */
  listEnd(application: string): Promise<ListEnd | undefined>;
  noteListEnd(end: ListEnd): Promise<void>;
}

export interface EventBus {
  /** Resolves once the bus has accepted it. An event never contains the host URL. */
  announce(room: Room, announcement: Announcement): Promise<void>;
  /** Reports something that does not belong to one room. */
  report<Type extends ReportType>(type: Type, detail: Omit<EventDetails[Type], 'deployment'>): Promise<void>;
}

/** The announcements that do not belong to one room. */
export type ReportType = Exclude<EvergreenRoomsEvent, RoomEvent>['detail-type'];

/** The queue of rotation orders. */
export interface RotationQueue {
  /** Sends every order, or fails. `delay` spreads the work over time. */
  send(orders: readonly DelayedOrder[]): Promise<void>;
}

export interface DelayedOrder {
  readonly order: RotationOrder;
  readonly delay: Duration;
}

/** The addresses at which providers report what happens in the rooms of a key. */
export interface Callbacks {
  /** Returns an address that cannot be guessed. It is the same for all rooms of the key. */
  address(key: string): Promise<string>;
}
