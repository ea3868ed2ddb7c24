import type { JsonObject } from '../../local/stack/template.ts';

interface MetricName {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: MetricName; readonly Period: number; readonly Stat: string };
  readonly ReturnData?: boolean;
}

/** The properties of `AWS::CloudWatch::Alarm` that this project's alarms use. */
export interface AlarmProperties extends Partial<MetricName> {
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly TreatMissingData: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  readonly Period?: number;
  readonly Statistic?: string;
  readonly Metrics?: readonly MetricQuery[];
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface Datapoint {
  readonly at: number;
  readonly value: number;
}

/**
 * Stores metrics and evaluates alarms, as CloudWatch does: statistics over whole periods, `M out of N` where
 * M is N, the four treatments of missing data, and the metric math that the alarms use (`SUM`, `IF`, `MAX`,
 * `FILL`, arithmetic).
 */
export class CloudWatch {
  readonly #metrics = new Map<string, Datapoint[]>();

  record(metric: MetricName, at: number, value: number): void {
    const id = idOf(metric);
    this.#metrics.set(id, [...(this.#metrics.get(id) ?? []), { at, value }]);
  }

  /** Reads a line of a function's log; ignores lines without metrics. */
  read(line: string): void {
    const record = parsed(line);
    const header = record?._aws as EmbeddedHeader | undefined;
    for (const { Namespace, Dimensions, Metrics } of header?.CloudWatchMetrics ?? []) {
      for (const names of Dimensions) {
        const dimensions = names.map((Name) => ({ Name, Value: String(record?.[Name]) }));
        for (const { Name } of Metrics) {
          for (const value of [record?.[Name]].flat()) {
            const metric = { Namespace, MetricName: Name, Dimensions: dimensions };
            this.record(metric, header?.Timestamp ?? 0, Number(value));
          }
        }
      }
    }
  }

  stateOf(alarm: AlarmProperties, at: number): AlarmState {
    const values = this.#recentValues(alarm, at);
    const present = values.filter((value) => value !== undefined);
    if (alarm.TreatMissingData === 'missing' && present.length === 0) return 'INSUFFICIENT_DATA';
    if (alarm.TreatMissingData === 'ignore' && present.length === 0) return this.#lastState(alarm, at);
    const breaching = values.map((value) =>
      value === undefined ? alarm.TreatMissingData === 'breaching' : breaches(value, alarm),
    );
    return breaching.every((each) => each) ? 'ALARM' : 'OK';
  }

  #recentValues(alarm: AlarmProperties, at: number): (number | undefined)[] {
    const period = periodOf(alarm) * 1000;
    const end = Math.ceil(at / period) * period;
    return Array.from({ length: alarm.EvaluationPeriods }, (_, i) =>
      this.#valueOf(alarm, end - (i + 1) * period, end - i * period),
    );
  }

  /** Missing data that is ignored keeps the state of the last value. */
  #lastState(alarm: AlarmProperties, at: number): AlarmState {
    const earlier = (this.#metrics.get(idOf(alarm as MetricName)) ?? []).filter((point) => point.at <= at);
    const last = earlier.at(-1);
    return last ? this.stateOf(alarm, last.at) : 'INSUFFICIENT_DATA';
  }

  #valueOf(alarm: AlarmProperties, from: number, to: number): number | undefined {
    if (!alarm.Metrics) return this.#statistic(alarm as MetricName, alarm.Statistic ?? '', from, to);
    const known: Record<string, number | undefined> = {};
    const open = [...alarm.Metrics];
    while (open.length > 0) {
      const next = open.shift() as MetricQuery;
      const { MetricStat, Expression = '', Id } = next;
      if (MetricStat) known[Id] = this.#statistic(MetricStat.Metric, MetricStat.Stat, from, to);
      else if (idsIn(Expression).every((id) => id in known)) known[Id] = evaluate(Expression, known);
      else open.push(next);
    }
    const returned = alarm.Metrics.find(({ ReturnData }) => ReturnData !== false);
    return returned && known[returned.Id];
  }

  #statistic(metric: MetricName, statistic: string, from: number, to: number): number | undefined {
    const values = (this.#metrics.get(idOf(metric)) ?? [])
      .filter(({ at }) => at >= from && at < to)
      .map(({ value }) => value);
    if (values.length === 0) return undefined;
    if (statistic === 'Sum') return values.reduce((sum, value) => sum + value, 0);
    if (statistic === 'Maximum') return Math.max(...values);
    throw new Error(`no alarm was thought to use the statistic ${statistic}`);
  }
}

interface EmbeddedHeader {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

function parsed(line: string): JsonObject | undefined {
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
}

function idOf({ Namespace, MetricName, Dimensions = [] }: MetricName): string {
  const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  return [Namespace, MetricName, ...dimensions].join(' ');
}

function periodOf({ Period, Metrics = [] }: AlarmProperties): number {
  const period = Period ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
  if (period === undefined) throw new Error('an alarm has no period');
  return period;
}

function breaches(value: number, { ComparisonOperator, Threshold }: AlarmProperties): boolean {
  if (ComparisonOperator === 'GreaterThanOrEqualToThreshold') return value >= Threshold;
  if (ComparisonOperator === 'GreaterThanThreshold') return value > Threshold;
  if (ComparisonOperator === 'LessThanThreshold') return value < Threshold;
  throw new Error(`no alarm was thought to compare by ${ComparisonOperator}`);
}

const FUNCTIONS = ['SUM', 'IF', 'MAX', 'FILL'];

function idsIn(expression: string): string[] {
  return (expression.match(/[A-Za-z_]\w*/g) ?? []).filter((name) => !FUNCTIONS.includes(name));
}

/** @returns undefined if there is no data for it */
function evaluate(
  expression: string,
  known: Readonly<Record<string, number | undefined>>,
): number | undefined {
  const ids = idsIn(expression);
  const sum = (values: (number | undefined)[]) => {
    const present = values.filter((value) => value !== undefined);
    return present.length > 0 ? present.reduce((all, value) => all + value, 0) : undefined;
  };
  const choose = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const most = (values: number[]) => Math.max(...values);
  // a point is filled if another metric has a value there
  const fill = (value: number | undefined, by: number) =>
    ids.some((id) => known[id] !== undefined) ? (value ?? by) : Number.NaN;
  const calculate = new Function(...FUNCTIONS, ...ids, `return ${expression};`);
  const value = calculate(sum, choose, most, fill, ...ids.map((id) => known[id]));
  return Number.isNaN(value) ? undefined : value;
}
