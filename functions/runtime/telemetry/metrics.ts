import { readEnvironment } from '../configuration.ts';
import type { CommonEnvironment } from '../environment.ts';
import { writeLine } from './line.ts';

/**
 * Every metric there is, with its unit. Dimensions are bounded: `service` always, `application` where a provider's
 * account is meant, `state` and `left` where rooms are counted; a key never is one.
 */
export const METRICS = {
  RoomsCreated: 'Count',
  RoomsRotated: 'Count',
  RoomsUpdated: 'Count',
  RoomsExtended: 'Count',
  RoomsCancelled: 'Count',
  RequestsUnchanged: 'Count',
  RequestsRefused: 'Count',
  /** Attempts that failed and will be made again. */
  WorkFailed: 'Count',
  RotationsPostponed: 'Count',
  /** Changes of rooms that gave no clear answer for too long: a new room took their place, or the row has a warning. */
  ChangesGivenUp: 'Count',
  /** Rooms whose end was moved since no new room could be had before it. */
  RoomsProlonged: 'Count',
  /** A room that every application was too full for. */
  PoolFull: 'Count',
  /** Rooms that another application was asked for, since the first one refused it or allowed no call, and did not say that it is full. */
  ApplicationsPassedOver: 'Count',
  DeadLettered: 'Count',
  /** How long a message that was set aside has been waiting, all its copies taken together. */
  WaitedFor: 'Seconds',

  /** Accepted callbacks of providers, and calls without a valid address. */
  CallbacksHeard: 'Count',
  CallbacksRefused: 'Count',

  /** Visits of links, and messages of visitors that ask for a room to be opened. */
  LinksVisited: 'Count',
  LinksKnocked: 'Count',
  /** Visits that ended with 503, since the links could not be read or the knock could not be sent. */
  LinksFailed: 'Count',

  FeedsRead: 'Count',
  /** Feeds that could not be read: their rooms stay as they are until the next time. */
  FeedsFailed: 'Count',
  /** Feeds that had events and came back with none: their rooms stay as they are. */
  FeedsEmpty: 'Count',

  CalendarsRead: 'Count',
  /** Connected calendars that could not be read: their rooms stay as they are until the next time. */
  CalendarsFailed: 'Count',
  /** Events that got the link of their room, or lost it after a cancellation. */
  EventsWritten: 'Count',
  /** Events whose calendar does not take the link. */
  EventsNotWritten: 'Count',

  RotationsDue: 'Count',
  RotationsNominated: 'Count',
  RotationsDeferred: 'Count',
  Emergencies: 'Count',
  HeldEmergencies: 'Count',
  OldestOverdue: 'Seconds',
  /** One for each plan that was finished: its absence means that the schedule is dead. */
  PlannerHeartbeat: 'Count',

  FindingsHeld: 'Count',
  ListsHandedOn: 'Count',
  RoomsLost: 'Count',
  RoomsRecovered: 'Count',
  RoomsOrphaned: 'Count',
  RoomsDrifted: 'Count',
  RoomsUnfinished: 'Count',
  Strangers: 'Count',
  /** Living rooms of an application, ours and others. */
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
  /** Times that the previous version of a secret served, since the current one is no credential. */
  CredentialsUnusable: 'Count',
  /** Entries of an application's list that are not ours and could not be read. */
  RoomsUnreadable: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

type Dimensions = Readonly<Record<string, string>>;

/** The counts of some dimensions that are not published yet. */
interface Tally {
  readonly dimensions: Dimensions;
  readonly values: Map<MetricName, number[]>;
}

const tallies = new Map<string, Tally>();

/** CloudWatch takes no more values of a metric in one record. */
const MOST_VALUES = 100;

export function count(name: MetricName, value = 1): void {
  countBy({}, { [name]: value });
}

/** Counts under the dimension `application` as well as `service`. */
export function countFor(application: string, values: Partial<Record<MetricName, number>>): void {
  countBy({ application }, values);
}

/** Counts under dimensions of few values each, as well as `service`. */
export function countBy(dimensions: Dimensions, values: Partial<Record<MetricName, number>>): void {
  const id = JSON.stringify(dimensions);
  const tally = tallies.get(id) ?? { dimensions, values: new Map() };
  tallies.set(id, tally);
  // the type of `Object.entries` forgets the names
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    const counted = tally.values.get(name) ?? [];
    tally.values.set(name, counted);
    if (counted.push(value) === MOST_VALUES) publish(tally);
  }
}

/** Writes what was counted: one record of the log for each set of dimensions. To be called when an invocation ends. */
export function publishMetrics(): void {
  for (const tally of tallies.values()) publish(tally);
}

/** In CloudWatch's embedded metric format: a line of the log that CloudWatch reads metrics from. */
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
