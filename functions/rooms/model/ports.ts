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
  /** The settings that a living room takes; any other change needs a new room. */
  readonly changeable: readonly SettingName[];
  /** The expiry of a living room can be moved. */
  readonly movableExpiry: boolean;
  /**
   * A room that is asked for without an end lives on for so long after each use, its link staying. Absent: every room has
   * an end.
   */
  readonly livesByUse?: Duration;
  /** The shortest life a new room, or a moved expiry, may have from now. */
  readonly shortestLife: Duration;
  /** The longest life a new room, or a moved expiry, may have from now. */
  readonly longestLife: Duration;
  /**
   * A second create with the same token gives the room of the first. So an ambiguous create may simply be made again,
   * and two workers that race under one token share one room: neither may retire it as its own failure.
   */
  readonly idempotentCreate: boolean;
  /** What a look for a token costs: one call, or all pages since the bookmark. */
  readonly findable: 'by-token' | 'by-list';
  /** When a retired room ends: `at-once`, or `later`, after the shortest life. */
  readonly retires: 'at-once' | 'later';
  /** How long past its expiry a room may still be entered. */
  readonly grace: Duration;
  /** A link for the host works as long as its room, or for a short time. */
  readonly hostLink: 'lasting' | 'short-lived';
  /** How many rooms an account can make a minute for long; absent where the provider does not say. */
  readonly creationsPerMinute?: number;
}

/** A room as the provider shows it. */
export interface ProviderRoom extends Omit<LiveRoom, 'application' | 'renewedAt'> {
  /** The correlation token of the room, if it is one of this project (of any deployment). */
  readonly token?: string;
  /** False once it has expired. */
  readonly available: boolean;
  /** Whose it is, where the rooms of an account belong to its users. Only in a list. */
  readonly host?: string;
  /** Why no key can have it, in words for a person. Absent: one can. */
  readonly obstacle?: string;
  /** People are in it at this moment, which is a use. */
  readonly inUse?: boolean;
  /** What it was asked to be and is not, in words for a person. Only in the answer to a create or a change. */
  readonly warnings?: readonly string[];
  /** The changeable settings it has, for finding drift. Absent where the provider does not show them. */
  readonly settings?: Partial<RoomSettings>;
}

export interface RoomOrder {
  readonly token: string;
  readonly settings: RoomSettings;
  readonly expiresAt: Instant;
  /** It has no end of its own: `expiresAt` is when it ends if nobody uses it. */
  readonly byUse?: boolean;
  /** The key has lost its room, so what an account keeps back for repairs may be used. */
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
  /** All rooms that carry the token, expired ones too. `since` is a bookmark from an earlier list. */
  find(token: string, since?: string): Promise<readonly ProviderRoom[]>;
  get(id: string): Promise<ProviderRoom | undefined>;
  change(id: string, change: RoomChange): Promise<ProviderRoom>;
  /**
   * Brings back a room that somebody has deleted, its link with it. `undefined` where it is gone for good. Absent: a deleted
   * room is gone for good.
   */
  revive?(id: string): Promise<ProviderRoom | undefined>;
  /** Ends a room as early as the provider allows, and says when that is. A room that is gone has ended. */
  retire(id: string): Promise<Instant>;
  /**
   * A link that makes its holder the host: a credential, for whoever asked and nowhere else, so no other call shows it.
   * `undefined` where the room is gone.
   *
   * @param settings those of the room: a minted link carries what the room itself cannot
   */
  hostUrl(id: string, settings?: RoomSettings): Promise<string | undefined>;
  /** Every room of the account, page by page, at a pace that leaves a part of the account's rate to other calls. */
  list(options?: ListOptions): AsyncIterable<readonly ProviderRoom[]>;
  /** The settings that a caller asks for and does not get here, as text. */
  limitations(settings: RoomSettings): readonly string[];
  /** The end of the list as far as it is known without asking, for a later `find`. */
  bookmark(): string | undefined;
}

/** The accounts that rooms are spread over, by name. */
export interface Pool {
  readonly names: readonly string[];
  /** The accounts at the same provider, this one among them. */
  siblings(name: string): readonly string[];
  /** Fails when a row names an account that the deployment does not have any more. */
  provider(name: string): RoomProvider;
}

/** What a decision may know of the pool: what its accounts can do, and nothing that asks them. */
export interface Accounts extends Pick<Pool, 'names' | 'siblings'> {
  provider(name: string): Pick<RoomProvider, 'capabilities' | 'limitations'>;
}

/** What the due index shows of a room: enough to nominate it, never enough to act on. */
export interface DueRoom {
  readonly key: string;
  readonly generation: number;
  /** Set where a person paused its rotation. */
  readonly held?: boolean;
  readonly application: string;
  readonly dueAt: Instant;
  readonly renewAt: Instant;
  readonly emergencyAt: Instant;
}

/** How a list is read in parts. */
export interface ListOptions {
  /** Where to go on: what `reached` was called with last. */
  readonly from?: string;
  /** Called before each page, except the last, with the position of the next one. */
  readonly reached?: (cursor: string) => void;
}

/**
 * A nomination of one generation of one room; whether anything is to be done is decided when it is worked on.
 *
 * - `due`: its renewal time has come.
 * - `lost`: reconciliation did not find it at the provider.
 * - `drifted`: the provider shows other settings, or an earlier end, than the row.
 * - `used`: people are in it, and it lives by its use.
 * - `unfinished`: a crash left something to do.
 * - `ended`: it reached its expiry, and nobody was told.
 * - `recovered`: the provider has rooms of newer generations, as after a restore of the table.
 * - `link`: its link is to be written again, whatever its row says of it.
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

/** A provider's news of a room. It is not verified. */
export interface ProviderEvent {
  readonly key: string;
  /** The provider's id. */
  readonly roomId: string;
  readonly news: 'expired' | 'meeting-started' | 'meeting-ended';
}

/** One page, and where the next one starts; no cursor on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** How far an application's list went when it was last read to its end. */
export interface ListEnd {
  readonly application: string;
  /** Absent where the provider has none. */
  readonly bookmark?: string;
  /** When that reading began: what was made later stands behind the bookmark. */
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
   * Writes the row if no other worker has written it since `room.revision`. Returns it with the new revision.
   *
   * @throws RoomChangedError
   */
  write(room: Room): Promise<Room>;
  /** Safe to repeat. */
  archive(past: PastGeneration): Promise<void>;
  history(key: string): Promise<readonly PastGeneration[]>;
  /**
   * The rooms of one shard that are due at `before`, the longest overdue first.
   *
   * @param from leaves out what is due earlier; default: nothing
   */
  due(shard: number, before: Instant, cursor?: string, from?: Instant): Promise<Page<DueRoom>>;
  /**
   * Every row and every past generation, in no order.
   *
   * @param most entries that a page reads; absent: as many as the store gives at once
   */
  scan(cursor?: string, most?: number): Promise<Page<Room | PastGeneration>>;
  /**
   * Notes that a room which somebody else made is a key's, unless another key has noted the same. Safe to repeat.
   *
   * @param over the note of another key that this one replaces
   * @returns the note that stands
   */
  reserve(place: RoomPlace, key: string, over?: Reservation): Promise<Reservation>;
  /** The latest note about an application's list. */
  listEnd(application: string): Promise<ListEnd | undefined>;
  noteListEnd(end: ListEnd): Promise<void>;
}

export interface EventBus {
  /** Resolves once the bus has taken it. The host URL never leaves in it. */
  announce(room: Room, announcement: Announcement): Promise<void>;
  /** Tells of something that is not one room's. */
  report<Type extends ReportType>(type: Type, detail: Omit<EventDetails[Type], 'deployment'>): Promise<void>;
}

/** The announcements that do not belong to one room. */
export type ReportType = Exclude<EvergreenRoomsEvent, RoomEvent>['detail-type'];

/** The queue of rooms to be kept. */
export interface RotationQueue {
  /** Sends every order, or fails. `delay` spreads them over the night. */
  send(orders: readonly DelayedOrder[]): Promise<void>;
}

export interface DelayedOrder {
  readonly order: RotationOrder;
  readonly delay: Duration;
}

/** Where a provider tells us what happens in the rooms of a key. */
export interface Callbacks {
  /** An address that cannot be guessed, the same for all rooms of the key. */
  address(key: string): Promise<string>;
}
