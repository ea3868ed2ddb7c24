import type { RoomEvent, RoomState } from './events.ts';
import type { CalendarMemory, CalendarUpdate } from './occurrences.ts';
import type { Origin } from './origin.ts';
import type { Duration, Instant } from './time.ts';

export type { RoomState } from './events.ts';
export * from './time.ts';

/**
 * A room that is kept, as the rooms table remembers it: one row a key.
 */

/**
 * The settings of a room, with the names of the request (those of the Meetings API's create body). Absent means the
 * provider's default.
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

/** The names of the settings that are set. */
export function namesOf(settings: Partial<RoomSettings>): readonly SettingName[] {
  // the schema of requests lets no other name in, which the type of `Object.keys` cannot say
  return Object.keys(settings) as SettingName[];
}

/**
 * How a room is kept past its expiry.
 *
 * - `recreate`: a new room with a new link, announced while the old link still works.
 * - `extend`: the expiry is moved and the link stays; falls back to `recreate` where the provider cannot.
 * - `none`: the room ends at its expiry.
 * - `on-demand`: there is a room only after somebody knocked at the link of the key. It ends at its expiry, and the next
 *   knock opens the next room.
 */
export type RenewalMode = 'recreate' | 'extend' | 'none' | 'on-demand';

export interface Renewal {
  readonly mode: RenewalMode;
  /** The room is not needed after this time. Absent: kept until cancelled. */
  readonly until?: Instant;
  /** The request named the mode itself, so that a life too short for it is refused, and a mode that cannot be had warned of. */
  readonly explicit?: boolean;
}

/** What was asked for: everything that makes two requests the same or different. */
export interface RoomSpec {
  readonly settings: RoomSettings;
  /** The life of each generation. */
  readonly lifetime: Duration;
  /** The expiry asked for; absent where a lifetime was asked for instead. */
  readonly expiresAt?: Instant;
  readonly renewal: Renewal;
  /** A setting that the provider cannot give is a refusal, not a warning. */
  readonly strict?: boolean;
}

/** What a caller can ask for a key: the one list, which the schema and the code of the actions are held to. */
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
 * Where news of a key stands among the other news of the same source, so that older news never undoes newer.
 * Values of one source compare as strings; values of two sources do not compare.
 */
export interface Sequence {
  readonly source: 'request' | 'calendar' | 'hold' | 'rotate' | 'relink';
  readonly value: string;
}

/** The one thing that every format of `requests/` ends in. */
export interface RoomRequest {
  readonly key: string;
  readonly action: RoomAction;
  readonly sequence: Sequence;
  /** Present for `ensure`. */
  readonly spec?: RoomSpec;
  readonly origin?: Origin;
  /** What a calendar tells, to be joined with what the row knows from it (`recall` in `calendar.ts`). */
  readonly news?: CalendarUpdate;
  /** With `rotate`: the application to move to. */
  readonly to?: string;
  /** With `rotate`: the earlier rooms of the key end immediately, since one of their links was exposed. */
  readonly revoke?: boolean;
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

/** A room that somebody else made, and how it shall be kept. What is absent is as the room shows it. */
export interface ImportedRoom {
  readonly place: RoomPlace;
  readonly settings: Partial<RoomSettings>;
  /** The life of each later generation. */
  readonly lifetime?: Duration;
  readonly renewal?: Renewal;
}

/** A room at the provider. */
export interface LiveRoom {
  /** Which entry of the pool it lives in. */
  readonly application: string;
  /** The provider's id. */
  readonly id: string;
  readonly meetingCode?: string;
  readonly guestUrl: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** It has no end of its own: it expires if nobody uses it until then, and each use moves that. */
  readonly byUse?: boolean;
  /** When this expiry was given, by creation or by moving it: a life is calculated from here. */
  readonly renewedAt: Instant;
}

/** A room whose successor is there. */
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
 * The right to create or change this key's room. A conditional write takes it before the provider is called. It carries
 * everything that recording the outcome needs, so that any worker can finish the work after a crash.
 */
export interface Claim {
  /** Unique to one attempt of one worker. */
  readonly owner: string;
  /** `open` makes generation `generation`; `change` alters the current room, which is that generation already. */
  readonly purpose: 'open' | 'change';
  readonly generation: number;
  readonly takenAt: Instant;
  /**
   * Until then the key is the owner's alone. A claim whose lease is over means that the attempt crashed or got no
   * clear answer: a room may have been made. An attempt that certainly made none takes its claim off the row.
   */
  readonly leaseUntil: Instant;
  /** The entry of the pool that is being called: where a lost answer's room would be. */
  readonly application: string;
  /** Where the provider's list ended when the claim was made: a look for a lost room may start here. */
  readonly bookmark?: string;
  readonly spec: RoomSpec;
  readonly expiresAt: Instant;
  /** The change for the provider, if the purpose is `change`. */
  readonly change?: RoomChange;
  /** The current room is gone before its time: it will not be the previous one, and is ended in case it lives. */
  readonly gone?: boolean;
  /** Rooms that are to end once the new one is recorded. */
  readonly ends?: readonly Retiree[];
  readonly sequence?: Sequence;
  readonly origin?: Origin;
  readonly announcement: Announcement;
  /** The settings that the caller does not get in this application. */
  readonly warnings?: readonly string[];
  /** The state to go back to if nothing comes of it. */
  readonly from?: RoomState;
}

/** The values of the current room that are unknown, since a change got no clear answer. */
export interface UnclearChange {
  /** The settings that the provider may have otherwise than `spec` says. */
  readonly settings: readonly SettingName[];
  /** From when on the changes failed, one after the other. */
  readonly since: Instant;
  /** When the last of them was tried. */
  readonly triedAt: Instant;
}

/** A room of this key that is no longer needed and has to be ended. */
export interface Retiree {
  readonly application: string;
  readonly id: string;
  /** When it ends. Absent: the provider has not been told yet. */
  readonly endsAt?: Instant;
  /** It is ended before anybody could be told, where telling fails. */
  readonly urgent?: boolean;
}

export interface Room {
  readonly key: string;
  /** The room reached its expiry, and that was announced. */
  readonly ended?: boolean;
  /** Grows with every write of the row (`nextRevision`). Every write is conditional on it. 0: not written yet. */
  readonly revision: number;
  readonly state: RoomState;
  /** Of `current`; counts up with every room that is opened for this key and is never used again. */
  readonly generation: number;
  /** The last generation whose room was given up: its number, and so its token, is not used for another. */
  readonly spent?: number;
  /** The application in which a lost room could not be looked up. The next room goes to another one, if possible. */
  readonly avoid?: string;
  /** A person paused the key while it had no room that could be paused: one that is kept will be held. */
  readonly toBeHeld?: boolean;
  /** Absent on the tombstone of a key that was cancelled before it was ever asked for. */
  readonly spec?: RoomSpec;
  readonly current?: LiveRoom;
  /** The generation before, while its links still work. */
  readonly previous?: PreviousRoom;
  /** The end of the key's link: made once, by the first write of a row that has a spec (`link.ts`). */
  readonly slug?: string;
  /** Digest of the link as the links table has it. Absent while that is to be written. */
  readonly shownLink?: string;
  /** Slugs that were replaced, and that the links table may still have. */
  readonly withdrawnSlugs?: readonly string[];
  readonly claim?: Claim;
  /** What happened to the row that the bus has not been told yet, in order: one of a type at most (`news.ts`). */
  readonly unannounced?: readonly Announcement[];
  /** Present while a change of the current room has got no clear answer. */
  readonly unclear?: UnclearChange;
  /** Rooms that must end, or are about to; kept until they have. */
  readonly retirees: readonly Retiree[];
  /** The newest news of each source that took effect. */
  readonly sequences: Readonly<Partial<Record<Sequence['source'], string>>>;
  readonly origin?: Origin;
  /** The news of calendars about the event of the room. */
  readonly calendar?: CalendarMemory;
  /** The settings that the caller asked for and does not get, as text. */
  readonly warnings: readonly string[];
  /** Failed attempts since the last success. */
  readonly attempts: number;
  readonly lastError?: string;
  /** When the renewal rule wants the next generation. */
  readonly renewAt?: Instant;
  /** The time of the planner's next look: `renewAt`, or later after a failure or during a meeting. Sparse. */
  readonly dueAt?: Instant;
  /** From here on the room goes before all others (`emergencyTime`). */
  readonly emergencyAt?: Instant;
  /** A meeting is going on in the current room since then. */
  readonly meetingSince?: Instant;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** The history of a past generation. */
export interface PastGeneration {
  readonly key: string;
  readonly generation: number;
  readonly application: string;
  readonly roomId: string;
  readonly guestUrl: string;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  /** When the next generation took its place, and why. */
  readonly replacedAt: Instant;
  readonly reason: string;
}
