import { readEnvironment } from '../configuration.ts';
import type { CommonEnvironment } from '../environment.ts';
import { writeLine } from './line.ts';

/**
 * Every metric, with its unit. The number of dimension values is limited: `service` always, `application` for
 * a provider's account, `state` and `left` for counts of rooms. A key is never a dimension.
 */
export const METRICS = {
  RoomsCreated: 'Count',
  RoomsRotated: 'Count',
  RoomsUpdated: 'Count',
  RoomsExtended: 'Count',
  RoomsCancelled: 'Count',
  RequestsUnchanged: 'Count',
  RequestsRefused: 'Count',
  /** Failed attempts that will be repeated. */
  WorkFailed: 'Count',
  RotationsPostponed: 'Count',
  /**
   * Changes of rooms that gave no clear answer for too long: the room was replaced, or the row has a warning.
   */
  ChangesGivenUp: 'Count',
  /** Rooms whose end was moved because no new room could be created before it. */
  RoomsProlonged: 'Count',
  /** Rooms that could not be created because every application is full. */
  PoolFull: 'Count',
  /**
   * Rooms that another application was asked for, because the first one refused the room or allowed no call.
   * Full applications do not count.
   */
  ApplicationsPassedOver: 'Count',
  DeadLettered: 'Count',
  /** How long a delayed message and all its copies have been waiting. */
  WaitedFor: 'Seconds',

  /** Accepted callbacks of providers, and calls without a valid address. */
  CallbacksHeard: 'Count',
  CallbacksRefused: 'Count',

  /** Visits of links, and messages of visitors that ask for a room to be opened. */
  LinksVisited: 'Count',
  LinksKnocked: 'Count',
  /** Visits that ended with 503, because the links could not be read or the knock could not be sent. */
  LinksFailed: 'Count',

  FeedsRead: 'Count',
  /** Feeds that could not be read: their rooms stay as they are until the next time. */
  FeedsFailed: 'Count',
  /** Feeds that had events and are now empty: their rooms stay as they are. */
  FeedsEmpty: 'Count',

  CalendarsRead: 'Count',
  /** Connected calendars that could not be read: their rooms stay as they are until the next time. */
  CalendarsFailed: 'Count',
  /**
   * Events into which the link of their room was written, or from which it was removed after a cancellation.
   */
  EventsWritten: 'Count',
  /** Events whose calendar does not accept the link. */
  EventsNotWritten: 'Count',

  RotationsDue: 'Count',
  RotationsNominated: 'Count',
  RotationsDeferred: 'Count',
  Emergencies: 'Count',
  HeldEmergencies: 'Count',
  OldestOverdue: 'Seconds',
  /** One for each completed plan: its absence means that the schedule does not run. */
  PlannerHeartbeat: 'Count',

  FindingsHeld: 'Count',
  ListsHandedOn: 'Count',
  RoomsLost: 'Count',
  RoomsRecovered: 'Count',
  RoomsOrphaned: 'Count',
  RoomsDrifted: 'Count',
  RoomsUnfinished: 'Count',
  Strangers: 'Count',
  /** Living rooms of an application, of this deployment and of others. */
  ApplicationRooms: 'Count',
  ReconciliationsFinished: 'Count',
  /** Rows of the table, by `state`. */
  Rooms: 'Count',
  /** Living rooms, by the share of their life that is `left`. */
  RoomsByLifeLeft: 'Count',

  ProviderCalls: 'Count',
  ProviderLatency: 'Milliseconds',
  /** 5xx, time-outs, resets, unreadable answers. */
  ProviderErrors: 'Count',
  ProviderThrottles: 'Count',
  ProviderUnauthorized: 'Count',
  /** How often the previous version of a secret was used, because the current one is not a credential. */
  CredentialsUnusable: 'Count',
  /** Entries of an application's list that could not be read and are not this deployment's. */
  RoomsUnreadable: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

type Dimensions = Readonly<Record<string, string>>;

/** The counts of one set of dimensions that are not published yet. */
interface Tally {
  readonly dimensions: Dimensions;
  readonly values: Map<MetricName, number[]>;
}

const tallies = new Map<string, Tally>();

/** CloudWatch accepts at most this many values of a metric in one record. */
const MOST_VALUES = 100;

export function count(name: MetricName, value = 1): void {
  countBy({}, { [name]: value });
}

/** Counts under the dimension `application` as well as `service`. */
export function countFor(application: string, values: Partial<Record<MetricName, number>>): void {
  countBy({ application }, values);
}

/** Counts under these dimensions as well as `service`. Each dimension must have few values. */
export function countBy(dimensions: Dimensions, values: Partial<Record<MetricName, number>>): void {
  const id = JSON.stringify(dimensions);
  const tally = tallies.get(id) ?? { dimensions, values: new Map() };
  tallies.set(id, tally);
  // the type of `Object.entries` loses the names
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    const counted = tally.values.get(name) ?? [];
    tally.values.set(name, counted);
    if (counted.push(value) === MOST_VALUES) publish(tally);
  }
}

/**
 * Writes the counts: one record of the log for each set of dimensions. Call it at the end of an invocation.
 */
export function publishMetrics(): void {
  for (const tally of tallies.values()) publish(tally);
}

/** Writes CloudWatch's embedded metric format: a line of the log from which CloudWatch reads metrics. */
function publish({ dimensions, values }: Tally): void {
  if (values.size === 0) return;
  const { POWERTOOLS_METRICS_NAMESPACE: Namespace, POWERTOOLS_SERVICE_NAME: service } = readEnvironment<
    Partial<CommonEnvironment>
  >([], ['POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME']);
  const all = { service, ...dimensions };
  const Metrics = [...values.keys()].map((Name) => ({ Name, Unit: METRICS[Name] }));
  const CloudWatchMetrics = [{ Namespace, Dimensions: [Object.keys(all)], Metrics }];
  const figures = [...values].map(([name, counted]) => [name, counted.length === 1 ? counted[0] : counted]);
  writeLine({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...all, ...Object.fromEntries(figures) });
  values.clear();
}
