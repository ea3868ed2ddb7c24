/**
 * The environment of each function: the variables that the construct must set and the function reads. It is
 * the only link between `lib/` and `functions/`, so that a variable forgotten in the construct fails the type
 * check.
 */

import type { ProviderEntry } from '../adapters/providers.ts';
import type { Connection } from '../connections/connection.ts';
import type { Appearance } from '../links/answer.ts';

/**
 * An entry of the pool, as JSON in `APPLICATIONS`: its provider's name, and the settings of that provider's
 * adapter.
 */
export type ApplicationEntry = ProviderEntry;

/** Connected calendars, as JSON in `CONNECTIONS`. */
export type ConnectionVariable = Connection;

/** How the pages of links look, as JSON in `APPEARANCE`. */
export type AppearanceVariable = Appearance;

/** The address at which an account's provider reports events of its rooms, as JSON in `WEBHOOKS`. */
export interface WebhookVariable {
  readonly application: string;
  /** The path of the function's address, starting with its slash. */
  readonly path: string;
  /** ARN or name of the secret with which the provider signs. */
  readonly secret: string;
}

/** The variables of every function. */
export interface CommonEnvironment {
  readonly ROOMS_TABLE: string;
  /** Five of `a-z2-7` that name the deployment in events and metrics. */
  readonly DEPLOYMENT: string;
  readonly POWERTOOLS_SERVICE_NAME: string;
  readonly POWERTOOLS_METRICS_NAMESPACE: string;
  /** The URLs of the queue that feeds the function, and of its dead-letter queue. */
  readonly WORK_QUEUE: string;
  readonly DEAD_LETTER_QUEUE: string;
  /** How often a message is received before it goes to the dead-letter queue. */
  readonly MAX_RECEIVE_COUNT: string;
}

/** The variables of every function that works on rooms. */
export interface WorkerEnvironment extends CommonEnvironment {
  /** JSON of `ApplicationEntry[]`. */
  readonly APPLICATIONS: string;
  readonly EVENT_BUS: string;
  /**
   * Different from that of any other deployment: the deployment's rooms carry a digest of it. Absent if a
   * person chose `DEPLOYMENT`, which the rooms then carry instead.
   */
  readonly ORIGIN?: string;
  /** Longer than the function's time-out, shorter than the queue's visibility timeout. */
  readonly LEASE_SECONDS: string;
  readonly RENEW_BEFORE_SECONDS: string;
  /** The longest time between two runs of the rotation's schedules, including the flexible window. */
  readonly LONGEST_GAP_SECONDS: string;
  /** How long the row of a room that has ended is kept. */
  readonly RETENTION_DAYS: string;
  /** The function URL of `room-callbacks`, and the secret that signs its addresses; both or neither. */
  readonly CALLBACKS_URL?: string;
  readonly CALLBACKS_SECRET?: string;
  /** The table of links, and the start of every link (ends in a slash); both or neither. */
  readonly LINKS_TABLE?: string;
  readonly LINKS_URL?: string;
  /** `yes`: pages show the names of rooms. */
  readonly LINK_NAMES?: string;
}

export interface CreateRoomsEnvironment extends WorkerEnvironment {
  /** The settings for calendar events: JSON of `CalendarVariable`. */
  readonly CALENDAR: string;
  /** The table of series whose occurrences have their own rooms; absent if there are none. */
  readonly CALENDARS_TABLE?: string;
}

/**
 * The calendar settings of a deployment; absent means the default of `requests/calendar/event/settings.ts`.
 */
export interface CalendarVariable {
  readonly graceSeconds?: number;
  readonly scope?: 'series' | 'occurrence';
  readonly horizonSeconds?: number;
  readonly timeZone?: string;
  readonly placeholder?: string;
}

export type RotateRoomsEnvironment = WorkerEnvironment;

export interface ReconcileRoomsEnvironment extends WorkerEnvironment {
  /** The queue to which rows that need work are nominated. */
  readonly ROTATIONS_QUEUE: string;
  /** `repair` or `report`. */
  readonly RECONCILIATION: string;
  /**
   * The percentage of lost and orphaned rooms of an application above which a person must confirm; 100:
   * never.
   */
  readonly BRAKE_PERCENT: string;
}

export interface PlanRotationEnvironment extends CommonEnvironment {
  readonly ROTATIONS_QUEUE: string;
  /** Rotations of one run for each application; rooms that are about to end do not count. */
  readonly ROTATIONS_PER_RUN: string;
  /** Rotations of one run are spread over this time. */
  readonly SPREAD_SECONDS: string;
  /** The longest time between two runs of the rotation's schedules, including the flexible window. */
  readonly LONGEST_GAP_SECONDS: string;
}

/** The function has no inbox: only its function URL feeds it. */
export interface RoomCallbacksEnvironment
  extends Pick<CommonEnvironment, 'POWERTOOLS_SERVICE_NAME' | 'POWERTOOLS_METRICS_NAMESPACE'> {
  readonly ROTATIONS_QUEUE: string;
  /** ARN or name of the secret that signs the addresses of callbacks: any random text. */
  readonly CALLBACKS_SECRET: string;
  /** JSON of `WebhookVariable[]`; absent where no account has one address for all of its rooms. */
  readonly WEBHOOKS?: string;
}

export interface ReadCalendarsEnvironment extends CommonEnvironment {
  /** The queue for the calendars' events. */
  readonly REQUESTS_QUEUE: string;
  /** JSON of `Feed[]`: name, secret, time zone. */
  readonly FEEDS: string;
  /** JSON of `ConnectionVariable[]`. */
  readonly CONNECTIONS: string;
  /** The table of feeds; its key is `id`. */
  readonly CALENDARS_TABLE: string;
  /** The queue that tells `write-calendars` of copies; absent if nothing is written into events. */
  readonly WRITES_QUEUE?: string;
}

export interface WriteCalendarsEnvironment extends CommonEnvironment {
  readonly EVENT_BUS: string;
  /** JSON of `ConnectionVariable[]`: the connections whose events get links. */
  readonly CONNECTIONS: string;
  /** The table of calendars; its key is `id`. */
  readonly CALENDARS_TABLE: string;
}

/** The variables that Lambda sets and a function reads. */
export interface LambdaEnvironment {
  readonly AWS_REGION: string;
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
  readonly AWS_SESSION_TOKEN?: string;
  /** Set on one machine, as for the SDK. */
  readonly AWS_ENDPOINT_URL?: string;
  readonly AWS_ENDPOINT_URL_DYNAMODB?: string;
  readonly AWS_ENDPOINT_URL_EVENTBRIDGE?: string;
  readonly AWS_ENDPOINT_URL_SECRETS_MANAGER?: string;
  readonly AWS_ENDPOINT_URL_SQS?: string;
  /** Refused if it is `true`, unless the URL of the endpoint is set: the host would differ by service and region. */
  readonly AWS_USE_FIPS_ENDPOINT?: string;
  readonly AWS_USE_DUALSTACK_ENDPOINT?: string;
  /** Set by the construct: the domain of AWS in this partition. */
  readonly URL_SUFFIX?: string;
}

/** The function has no inbox: only its function URL feeds it. */
export interface OpenRoomEnvironment
  extends Pick<CommonEnvironment, 'POWERTOOLS_SERVICE_NAME' | 'POWERTOOLS_METRICS_NAMESPACE'> {
  readonly LINKS_TABLE: string;
  /** The queue for the knocks of visitors. */
  readonly REQUESTS_QUEUE: string;
  /** How pages look: JSON of `AppearanceVariable`. */
  readonly APPEARANCE: string;
}
