import type { RoomEvent, RoomState } from './events.ts';
import type { CalendarMemory, CalendarUpdate } from './occurrences.ts';
import type { Origin } from './origin.ts';
import type { Duration, Instant } from './time.ts';

export type { RoomState } from './events.ts';
export * from './time.ts';

/** A kept room, as the rooms table stores it: one row for each key. */

/**
 * The settings of a room, with the names of the request (those of the Meetings API's create body). Absent:
 * the provider's default.
 */
export interface RoomSettings {
  readonly display_name: string;
  /** Printable ASCII, without the token that the provider's adapter adds. */
  readonly metadata?: string;
  readonly expire_after_use?: boolean;
  readonly recording_options?: { readonly auto_record?: boolean; readonly record_only_owner?: boolean };
  readonly theme_id?: string | null;
  readonly join_approval_level?: 'none' | 'after_owner_only' | 'explicit_approval';
  readonly initial_join_options?: { readonly microphone_state?: 'on' | 'off' | 'default' };
  readonly callback_urls?: {
    readonly rooms_callback_url?: string;
    readonly sessions_callback_url?: string;
    readonly recordings_callback_url?: string;
  };
  readonly available_features?: {
    readonly is_recording_available?: boolean;
    readonly is_chat_available?: boolean;
    readonly is_whiteboard_available?: boolean;
    readonly is_locale_switcher_available?: boolean;
    readonly is_captions_available?: boolean;
  };
  readonly ui_settings?: { readonly language?: string };
}

export type SettingName = keyof RoomSettings;

/** Returns the names of the settings that are set. */
export function namesOf(settings: Partial<RoomSettings>): readonly SettingName[] {
  // the schema of requests allows no other name, but the type of `Object.keys` cannot say so
  return Object.keys(settings) as SettingName[];
}

/**
 * How a room is kept past its expiry.
 *
 * - `recreate`: a new room with a new link, announced while the old link still works.
 * - `extend`: the expiry is moved and the link stays; falls back to `recreate` if the provider cannot move
 *   it.
 * - `none`: the room ends at its expiry.
 * - `on-demand`: a room opens only when a visitor knocks at the link of the key. It ends at its expiry, and
 *   the next knock opens the next room.
 */
export type RenewalMode = 'recreate' | 'extend' | 'none' | 'on-demand';

export interface Renewal {
  readonly mode: RenewalMode;
  /** The room is not needed after this time. Absent: kept until cancelled. */
  readonly until?: Instant;
  /**
   * The request named the mode itself. So a life that is too short for it is refused, and a mode that is not
   * possible causes a warning.
   */
  readonly explicit?: boolean;
}

/** The content of a request: everything that makes two requests the same or different. */
export interface RoomSpec {
  readonly settings: RoomSettings;
  /** The life of each generation. */
  readonly lifetime: Duration;
  /** The requested expiry; absent if a lifetime was requested instead. */
  readonly expiresAt?: Instant;
  readonly renewal: Renewal;
  /** A setting that the provider does not support is refused instead of a warning. */
  readonly strict?: boolean;
}

/**
 * The actions that a caller can request for a key. The schema and the code of the actions are checked against
 * this list.
 */
export const ROOM_ACTIONS = [
  'ensure',
  'cancel',
  'hold',
  'release',
  'rotate',
  'relink',
  'knock',
  'import',
] as const;

export type RoomAction = (typeof ROOM_ACTIONS)[number];

/**
 * The place of a request or an update in the order of its source, so that older ones never undo newer ones.
 * Values of one source compare as strings; values of two sources do not compare.
 */
export interface Sequence {
  readonly source: 'request' | 'calendar' | 'hold' | 'rotate' | 'relink';
  readonly value: string;
}

/** A request, to which every format of `requests/` is converted. */
export interface RoomRequest {
  readonly key: string;
  readonly action: RoomAction;
  readonly sequence: Sequence;
  /** Present for `ensure`. */
  readonly spec?: RoomSpec;
  readonly origin?: Origin;
  /**
   * A calendar's update, which is merged with what the row knows of the calendar (`mergeIntoRow` in
   * `series/calendar.ts`).
   */
  readonly news?: CalendarUpdate;
  /** With `rotate`: the application to move to. */
  readonly to?: string;
  /** With `rotate`: the earlier rooms of the key end immediately, because one of their links was exposed. */
  readonly revoke?: boolean;
  /** Why a person asks for it, for the log. */
  readonly because?: string;
  /** With `knock`: when the visitor knocked. */
  readonly knockedAt?: Instant;
  /** With `import`: the room that the key takes over. */
  readonly imported?: ImportedRoom;
}

/** A room of an account, by its provider's id. */
export interface RoomPlace {
  readonly application: string;
  readonly id: string;
}

/**
 * A room that another program or person created, and how it is kept. Absent fields are taken from the room.
 */
export interface ImportedRoom {
  readonly place: RoomPlace;
  readonly settings: Partial<RoomSettings>;
  /** The life of each later generation. */
  readonly lifetime?: Duration;
  readonly renewal?: Renewal;
}

/** A room at the provider. */
export interface LiveRoom {
  /** The name of the application in the pool. */
  readonly application: string;
  /** The provider's id. */
  readonly id: string;
  readonly meetingCode?: string;
  readonly guestUrl: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The room has no fixed end: it expires if it is not used until then, and each use moves that. */
  readonly byUse?: boolean;
  /** When this expiry was set, by creation or by moving it: a life is calculated from this time. */
  readonly renewedAt: Instant;
}

/** A room whose successor exists. */
export type PreviousRoom = Omit<LiveRoom, 'renewedAt'>;

/** The announcements on the bus. The names are the detail types of the events. */
export type AnnouncementType = RoomEvent['detail-type'];

export interface Announcement {
  readonly type: AnnouncementType;
  /** Why it happened: `requested`, `renewal`, `changed`, `expired`, `lost`, ... or the refusal's reason. */
  readonly reason: string;
}

/** The new values of a live room; absent values stay. */
export interface RoomChange {
  readonly expiresAt?: Instant;
  readonly settings?: Partial<RoomSettings>;
}

/**
 * The right to create or change this key's room. A conditional write takes it before the provider is called.
 * It contains everything that recording the outcome needs, so that any worker can finish the work after a
 * crash.
 */
export interface Claim {
  /** Unique to one attempt of one worker. */
  readonly owner: string;
  /**
   * `open` creates generation `generation`; `change` alters the current room, which already has that
   * generation.
   */
  readonly purpose: 'open' | 'change';
  readonly generation: number;
  readonly takenAt: Instant;
  /**
   * Until then only the owner may act on the key. A claim whose lease is over means that the attempt crashed
   * or got no clear answer: a room may have been created. An attempt that certainly created none removes its
   * claim from the row.
   */
  readonly leaseUntil: Instant;
  /** The application that is being called: a room without a recorded answer would be there. */
  readonly application: string;
  /** The end of the provider's list when the claim was made: a search for a lost room may start here. */
  readonly bookmark?: string;
  readonly spec: RoomSpec;
  readonly expiresAt: Instant;
  /** The change for the provider, if the purpose is `change`. */
  readonly change?: RoomChange;
  /**
   * The current room is gone before its time. It does not become the previous one, and it is ended in case it
   * still lives.
   */
  readonly gone?: boolean;
  /** Rooms that must end once the new one is recorded. */
  readonly ends?: readonly Retiree[];
  readonly sequence?: Sequence;
  readonly origin?: Origin;
  readonly announcement: Announcement;
  /** The settings that the caller does not get in this application. */
  readonly warnings?: readonly string[];
  /** The state to return to if the claim has no effect. */
  readonly from?: RoomState;
}

/** The values of the current room that are unknown, because a change got no clear answer. */
export interface UnclearChange {
  /** The settings whose value at the provider may differ from `spec`. */
  readonly settings: readonly SettingName[];
  /** Since when the changes have failed, one after the other. */
  readonly since: Instant;
  /** When the last of them was tried. */
  readonly triedAt: Instant;
}

/** A room of this key that is no longer needed and must be ended. */
export interface Retiree {
  readonly application: string;
  readonly id: string;
  /** When it ends. Absent: the provider has not been asked yet. */
  readonly endsAt?: Instant;
  /** It is ended even if the announcement before it fails. */
  readonly urgent?: boolean;
}

export interface Room {
  readonly key: string;
  /** The room reached its expiry, and that was announced. */
  readonly ended?: boolean;
  /**
   * Grows with every write of the row (`nextRevision`). Every write is conditional on it. 0: not written yet.
   */
  readonly revision: number;
  readonly state: RoomState;
  /**
   * The generation of `current`. Counts up with every room that is opened for this key. A number is never
   * used again.
   */
  readonly generation: number;
  /** The last generation whose room was abandoned. Its number, and therefore its token, is not used again. */
  readonly spent?: number;
  /**
   * The application in which a lost room could not be looked up. The next room goes to another one, if
   * possible.
   */
  readonly avoid?: string;
  /** A person paused the key while it had no room to pause: its next kept room is held. */
  readonly toBeHeld?: boolean;
  /** Absent on the tombstone of a key that was cancelled before any request for it. */
  readonly spec?: RoomSpec;
  readonly current?: LiveRoom;
  /** The previous generation, while its links still work. */
  readonly previous?: PreviousRoom;
  /** The latest past generations, the oldest first. Older ones have entries of their own (`RoomStore.history`). */
  readonly past?: readonly PastGeneration[];
  /** The last part of the key's link. The first write of a row with a spec creates it (`link.ts`). */
  readonly slug?: string;
  /** Digest of the link as the links table has it. Absent while the link must be written. */
  readonly shownLink?: string;
  /** Replaced slugs that the links table may still have. */
  readonly withdrawnSlugs?: readonly string[];
  readonly claim?: Claim;
  /**
   * Events of the row that are not announced yet, in order, at most one of each type (`announcements.ts`).
   */
  readonly unannounced?: readonly Announcement[];
  /** Present while a change of the current room has got no clear answer. */
  readonly unclear?: UnclearChange;
  /** Rooms that must end or are about to end; kept until they have ended. */
  readonly retirees: readonly Retiree[];
  /** The newest sequence of each source that took effect. */
  readonly sequences: Readonly<Partial<Record<Sequence['source'], string>>>;
  readonly origin?: Origin;
  /** The updates of calendars about the event of the room. */
  readonly calendar?: CalendarMemory;
  /** The requested settings that the caller does not get, as text. */
  readonly warnings: readonly string[];
  /** Failed attempts since the last success. */
  readonly attempts: number;
  readonly lastError?: string;
  /** When the renewal rule wants the next generation. */
  readonly renewAt?: Instant;
  /** The time of the planner's next look: `renewAt`, or later after a failure or during a meeting. Sparse. */
  readonly dueAt?: Instant;
  /** From this time the room has priority over all others (`emergencyTime`). */
  readonly emergencyAt?: Instant;
  /** Since when a meeting has been in progress in the current room. */
  readonly meetingSince?: Instant;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** The history of a past generation. It has no link: that leads nowhere once the room has ended. */
export interface PastGeneration {
  readonly key: string;
  readonly generation: number;
  readonly application: string;
  readonly roomId: string;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  /** When the next generation took its place, and why. */
  readonly replacedAt: Instant;
  readonly reason: string;
}
