/**
 * The events on the bus, as a rule delivers them. They are public and exported from the package.
 * `docs/event.schema.json` is generated from a schema that has these types.
 */

/** The source of all events of this project. */
export type EventSource = 'evergreen-rooms';

/** The envelope of EventBridge around the detail. */
export interface BusEvent<Type extends string, Detail> {
  /** The version of EventBridge's envelope: `0`. */
  readonly version: string;
  /** The id of this delivery: an event that is sent again has another id. */
  readonly id: string;
  /** Distinguishes the events of this project from others. */
  readonly source: EventSource;
  /** Names the event. */
  readonly 'detail-type': Type;
  /** The AWS account. */
  readonly account: string;
  /** The AWS region. */
  readonly region: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  /** Empty. */
  readonly resources: readonly string[];
  /** What happened. */
  readonly detail: Detail;
}

/** A room as the bus shows it. It has no host link. */
export interface EventRoom {
  /** The name of the application in the pool. */
  readonly application: string;
  /** The provider's id. */
  readonly id: string;
  /** Absent if the provider has none. */
  readonly meetingCode?: string;
  /** The link for guests. */
  readonly guestUrl: string;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  /** ISO 8601, in UTC. */
  readonly expiresAt: string;
}

/**
 * The state of a key.
 *
 * - `opening`: a room is being created; the older generation is still live, if there is one.
 * - `active`: a room is live, and will be kept.
 * - `held`: live, but a person paused its renewal.
 * - `ending`: live, and not needed after its expiry.
 * - `on-demand`: a room opens when a visitor knocks at the link. There may or may not be one now.
 * - `cancelled`: retired; the row stays, so that a late message cannot reopen the room.
 * - `rejected`: refused for good, by the provider or by the rules.
 *
 * There is no state for "never asked for": such a key has no row.
 */
export type RoomState = 'opening' | 'active' | 'held' | 'ending' | 'on-demand' | 'cancelled' | 'rejected';

const IN_ORDER: Readonly<Record<RoomState, number>> = {
  opening: 1,
  active: 2,
  held: 3,
  ending: 4,
  'on-demand': 5,
  cancelled: 6,
  rejected: 7,
};

/** Every state, in the order of a life. */
// `Object.keys` returns strings, but the keys of this record are states
export const ROOM_STATES = Object.keys(IN_ORDER) as readonly RoomState[];

/** The detail of an event about a room. */
export interface RoomEventDetail {
  /** The deployment that sent the event. */
  readonly deployment: string;
  /** The room's key. */
  readonly key: string;
  /** The number of rooms that were opened under the key. */
  readonly generation: number;
  /** Grows with every change of the row: an event with a higher revision is newer. */
  readonly revision: number;
  /** The state of the key. */
  readonly state: RoomState;
  /** Why it happened. `Room Rejected` has the refusal's message here. */
  readonly reason: string;
  /**
   * The link of the key for guests. It stays the same and leads to the current room. Absent if links are off.
   */
  readonly link?: string;
  /** Absent if there is none. */
  readonly room?: EventRoom;
  /** The previous room, while its link still works. */
  readonly previous?: EventRoom;
  /** When the renewal rule wants the next room, in ISO 8601. Absent if it wants none. */
  readonly renewAt?: string;
  /** For a room of a calendar: the ids to write the link back by. */
  readonly origin?: Readonly<Record<string, string>>;
  /** The requested settings that the caller does not get, as text. Absent if there are none. */
  readonly warnings?: readonly string[];
}

/** The detail of an event about a message that is given up. */
export interface RequestEventDetail {
  /** The deployment that sent the event. */
  readonly deployment: string;
  /** The id that SQS gave the message when it was first sent. */
  readonly messageId: string;
  /** ISO 8601, in UTC. */
  readonly sentAt: string;
  /** The id of the event on the bus, if the message came from the bus. */
  readonly eventId?: string;
  /** Absent if the key could not be read from the message. */
  readonly key?: string;
  /** The reason. It contains no name, metadata or address. */
  readonly reason: string;
}

/** What reconciliation found in one application. */
export interface ReconciliationCounts {
  /** Rooms at the provider that have not expired. If the list is read in parts, those in this part. */
  readonly rooms: number;
  /** Rows whose room the provider does not have. */
  readonly lost: number;
  /** Rooms with this deployment's token that no row knows, too old to belong to a create call in progress. */
  readonly orphans: number;
  /** Orphans that were retired. */
  readonly retired: number;
  /** Rooms of other deployments or owners. */
  readonly strangers: number;
  /** Rooms whose settings or end differ from the request, and can be repaired in place. */
  readonly drifted: number;
  /** Rows that a crash left unfinished. */
  readonly unfinished: number;
  /** Rooms of newer generations than their row has. They are given back to the row. */
  readonly recovered: number;
  /** The run changed nothing here, because too many rooms are lost or orphaned: a person must confirm. */
  readonly held?: true;
  /** The list continues: the next run reads and reports the next part. */
  readonly partial?: true;
}

/** `repair` repairs the findings; `report` only reports them. */
export type ReconciliationMode = 'repair' | 'report';

/** The detail of an event about a run of reconciliation. */
export interface ReconciliationEventDetail {
  /** The deployment that sent the event. */
  readonly deployment: string;
  /** How the run was configured. */
  readonly mode: ReconciliationMode;
  /** The counts, by the names of the applications. */
  readonly applications: Readonly<Record<string, ReconciliationCounts>>;
}

/** The detail of an event about a link that is not in the event of a calendar. */
export interface LinkEventDetail {
  /** The deployment that sent the event. */
  readonly deployment: string;
  /** The room's key. */
  readonly key: string;
  /** The id of the connected calendar. */
  readonly calendar: string;
  /** Why the link could not be written, and what to do. */
  readonly reason: string;
}

/** A key that had no room has one. */
export type RoomCreated = BusEvent<'Room Created', RoomEventDetail>;
/** A new room replaced the previous one: the guest link changed. */
export type RoomRotated = BusEvent<'Room Rotated', RoomEventDetail>;
/** The room was changed, or its end was moved: the guest link is the same. */
export type RoomUpdated = BusEvent<'Room Updated', RoomEventDetail>;
/** The room is being retired. */
export type RoomCancelled = BusEvent<'Room Cancelled', RoomEventDetail>;
/** The request can never be met. An existing room continues unchanged. */
export type RoomRejected = BusEvent<'Room Rejected', RoomEventDetail>;
/** A person paused the renewal of the room. */
export type RoomHeld = BusEvent<'Room Held', RoomEventDetail>;
/** A person resumed the renewal of the room. */
export type RoomReleased = BusEvent<'Room Released', RoomEventDetail>;
/** The link of a key was replaced. The earlier link stopped working. */
export type RoomRelinked = BusEvent<'Room Relinked', RoomEventDetail>;
/** A room without renewal reached its expiry. */
export type RoomEnded = BusEvent<'Room Ended', RoomEventDetail>;
/** A message is refused for good. */
export type RequestRefused = BusEvent<'Request Refused', RequestEventDetail>;
/** A message used all its attempts. */
export type RequestFailed = BusEvent<'Request Failed', RequestEventDetail>;
/** The comparison of the table with the providers' lists found something. */
export type RoomsReconciled = BusEvent<'Rooms Reconciled', ReconciliationEventDetail>;

/** The link of a room could not be written into its event. Reported once for each reason. */
export type LinkNotWritten = BusEvent<'Link Not Written', LinkEventDetail>;

/** An event about a room. */
export type RoomEvent =
  | RoomCreated
  | RoomRotated
  | RoomUpdated
  | RoomCancelled
  | RoomRejected
  | RoomHeld
  | RoomReleased
  | RoomRelinked
  | RoomEnded;

/** Any event of the bus; `detail-type` says which. */
export type EvergreenRoomsEvent =
  | RoomEvent
  | RequestRefused
  | RequestFailed
  | RoomsReconciled
  | LinkNotWritten;

/** The detail of each event, by its detail type. */
export type EventDetails = {
  readonly [Event in EvergreenRoomsEvent as Event['detail-type']]: Event['detail'];
};
