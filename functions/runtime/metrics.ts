import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Every metric there is, with its unit. Dimensions are bounded: `service` always, `application` where a provider's
 * account is meant, `state` and `left` where rooms are counted; a key never is one.
 */
export const METRICS = {
  RoomsCreated: MetricUnit.Count,
  RoomsRotated: MetricUnit.Count,
  RoomsUpdated: MetricUnit.Count,
  RoomsExtended: MetricUnit.Count,
  RoomsCancelled: MetricUnit.Count,
  RequestsUnchanged: MetricUnit.Count,
  RequestsRefused: MetricUnit.Count,
  /** Attempts that failed and will be made again. */
  WorkFailed: MetricUnit.Count,
  RotationsPostponed: MetricUnit.Count,
  /** A room that every application was too full for. */
  PoolFull: MetricUnit.Count,
  DeadLettered: MetricUnit.Count,

  /** What providers told of rooms, and what somebody said who does not know our addresses. */
  CallbacksHeard: MetricUnit.Count,
  CallbacksRefused: MetricUnit.Count,

  RotationsDue: MetricUnit.Count,
  RotationsNominated: MetricUnit.Count,
  RotationsDeferred: MetricUnit.Count,
  Emergencies: MetricUnit.Count,
  HeldEmergencies: MetricUnit.Count,
  OldestOverdue: MetricUnit.Seconds,
  /** One for each plan that was finished: its absence means that the schedule is dead. */
  PlannerHeartbeat: MetricUnit.Count,

  RoomsLost: MetricUnit.Count,
  RoomsOrphaned: MetricUnit.Count,
  RoomsDrifted: MetricUnit.Count,
  RoomsUnfinished: MetricUnit.Count,
  Strangers: MetricUnit.Count,
  /** Living rooms of an application, ours and others. */
  ApplicationRooms: MetricUnit.Count,
  ReconciliationsFinished: MetricUnit.Count,
  /** Rows of the table, by `state`. */
  Rooms: MetricUnit.Count,
  /** Living rooms, by the share of their life that is `left`. */
  RoomsByLifeLeft: MetricUnit.Count,

  ProviderCalls: MetricUnit.Count,
  ProviderLatency: MetricUnit.Milliseconds,
  /** 5xx, time-outs, resets, unreadable answers. */
  ProviderErrors: MetricUnit.Count,
  ProviderThrottles: MetricUnit.Count,
  ProviderUnauthorized: MetricUnit.Count,
} as const;

export type MetricName = keyof typeof METRICS;

/** Namespace and service come from Powertools' own variables, which the construct sets. */
const overall = new Metrics();
const byDimensions = new Map<string, Metrics>();

export function count(name: MetricName, value = 1): void {
  overall.addMetric(name, METRICS[name], value);
}

/** Counts under the dimension `application` as well as `service`. */
export function countFor(application: string, values: Partial<Record<MetricName, number>>): void {
  countBy({ application }, values);
}

/** Counts under dimensions of few values each, as well as `service`. */
export function countBy(
  dimensions: Readonly<Record<string, string>>,
  values: Partial<Record<MetricName, number>>,
): void {
  const id = JSON.stringify(dimensions);
  const metrics = byDimensions.get(id) ?? new Metrics({ defaultDimensions: { ...dimensions } });
  byDimensions.set(id, metrics);
  for (const [name, value] of Object.entries(values) as [MetricName, number][]) {
    metrics.addMetric(name, METRICS[name], value);
  }
}

/** Writes what was counted: one record of the log for each set of dimensions. To be called when an invocation ends. */
export function publishMetrics(): void {
  for (const metrics of [overall, ...byDimensions.values()]) {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
}
