/**
 * The events on the bus, as a rule hands them on: public, and exported from the package. `docs/event.schema.json` is
 * generated from a schema that has these types.
 */

/** The source of all events of this project. */
export type EventSource = 'evergreen-rooms';

/** The envelope of EventBridge around the detail. */
export interface BusEvent<Type extends string, Detail> {
  /** Of EventBridge's envelope: `0`. */
  readonly version: string;
  /** Of this delivery: an event that is sent again has another id. */
  readonly id: string;
  /** Tells the events of this project from others. */
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

/** A room, as the bus shows it. It has no host link. */
export interface EventRoom {
  /** Which entry of the pool it lives in. */
  readonly application: string;
  /** The provider's id. */
  readonly id: string;
  /** Absent where the provider has none. */
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
 * - `on-demand`: a room opens when a visitor knocks at the link; there is one now or not.
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
// the keys of a record of states are states
export const ROOM_STATES = Object.keys(IN_ORDER) as readonly RoomState[];

/** The detail of an event about a room. */
export interface RoomEventDetail {
  /** The deployment that sent the event. */
  readonly deployment: string;
  /** The room's key. */
  readonly key: string;
  /** Counts the rooms that were opened under the key. */
  readonly generation: number;
  /** Of two events of a key the one with the higher revision is the newer. */
  readonly revision: number;
  /** The state of the key. */
  readonly state: RoomState;
  /** Why it happened; of `Room Rejected` the refusal itself. */
  readonly reason: string;
  /** The link of the key for guests. It stays the same and leads to the current room. Absent where links are off. */
  readonly link?: string;
  /** Absent where there is none. */
  readonly room?: EventRoom;
  /** The room before, while its link still works. */
  readonly previous?: EventRoom;
  /** When the renewal rule wants the next room, in ISO 8601. Absent where it wants none. */
  readonly renewAt?: string;
  /** Of a room for a calendar: the ids to write the link back by. */
  readonly origin?: Readonly<Record<string, string>>;
  /** The settings that the caller asked for and does not get, as text. Absent if there are none. */
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
  /** Of an event of the bus. */
  readonly eventId?: string;
  /** Absent where the message names no room that could be read. */
  readonly key?: string;
  /** The reason. It contains no name, metadata or address. */
  readonly reason: string;
}

/** What reconciliation found in one application. */
export interface ReconciliationCounts {
  /** Rooms at the provider that have not expired: in this part of the list, where it is read in parts. */
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
  /** Rows that a crash left with something to do. */
  readonly unfinished: number;
  /** Rooms of newer generations than their row has: they are given back to it. */
  readonly recovered: number;
  /** The run changed nothing here, since too much is lost or orphaned: a person has to confirm. */
  readonly held?: true;
  /** The list goes on: a successor reads the next part, and reports it. */
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

/** There is a room under a key that had none. */
export type RoomCreated = BusEvent<'Room Created', RoomEventDetail>;
/** A new room took the place of one: the link is another. */
export type RoomRotated = BusEvent<'Room Rotated', RoomEventDetail>;
/** The room was changed, or its end was moved: the link is the same. */
export type RoomUpdated = BusEvent<'Room Updated', RoomEventDetail>;
/** The room is being retired. */
export type RoomCancelled = BusEvent<'Room Cancelled', RoomEventDetail>;
/** The request can never be met. An existing room continues unchanged. */
export type RoomRejected = BusEvent<'Room Rejected', RoomEventDetail>;
/** Somebody paused the renewal of the room. */
export type RoomHeld = BusEvent<'Room Held', RoomEventDetail>;
/** Somebody let the renewal of the room go on. */
export type RoomReleased = BusEvent<'Room Released', RoomEventDetail>;
/** The link of a key was replaced. The earlier link stopped working. */
export type RoomRelinked = BusEvent<'Room Relinked', RoomEventDetail>;
/** A room without renewal reached its expiry. */
export type RoomEnded = BusEvent<'Room Ended', RoomEventDetail>;
/** A message is refused for good. */
export type RequestRefused = BusEvent<'Request Refused', RequestEventDetail>;
/** A message used all its attempts. */
export type RequestFailed = BusEvent<'Request Failed', RequestEventDetail>;
/** The table was compared with what the providers have. */
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

/** Any event of the bus; `detail-type` tells which. */
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
