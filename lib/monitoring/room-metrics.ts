import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionName } from '../compute/function-name.ts';

/** The metrics of one deployment have a namespace of their own. */
export function metricsNamespace(deployment: string): string {
  return `EvergreenRooms/${deployment}`;
}

/** The functions that call the provider. */
const WORKERS: readonly FunctionName[] = ['create-rooms', 'rotate-rooms', 'reconcile-rooms'];

/** The metrics that the functions of one deployment write. A key is never a dimension. */
export class RoomMetrics {
  private readonly namespace: string;

  constructor(deployment: string) {
    this.namespace = metricsNamespace(deployment);
  }

  /** A metric of one function. */
  of(service: FunctionName | 'open-room', metricName: string, options: MetricOptions = {}): Metric {
    return this.metric({ service }, metricName, options);
  }

  /** A metric of one function for one application. */
  ofApplication(
    service: FunctionName,
    application: string,
    metricName: string,
    options: MetricOptions = {},
  ): Metric {
    return this.metric({ service, application }, metricName, options);
  }

  /** The sum over all functions that call the provider. */
  ofWorkers(metricName: string, options: MetricOptions = {}): IMetric {
    return sum(
      WORKERS.map((service) => this.of(service, metricName, options)),
      idOf(metricName),
      options,
    );
  }

  /** The sum over all functions that call the provider, for one application. */
  ofApplicationWorkers(application: string, metricName: string, options: MetricOptions = {}): IMetric {
    return sum(
      WORKERS.map((service) => this.ofApplication(service, application, metricName, options)),
      `${idOf(metricName)}_${inId(application)}_`,
      options,
    );
  }

  /** A gauge of reconciliation, by a dimension with few values. */
  gauge(metricName: string, by: Record<string, string>, options: MetricOptions = {}): Metric {
    return this.metric({ service: 'reconcile-rooms', ...by }, metricName, options);
  }

  private metric(dimensionsMap: Record<string, string>, metricName: string, options: MetricOptions): Metric {
    return new Metric({
      namespace: this.namespace,
      metricName,
      statistic: 'Sum',
      period: Duration.minutes(5),
      ...options,
      dimensionsMap,
    });
  }
}

/**
 * Adds the metrics that have values. `SUM` ignores a metric without a value; with `+` the sum would have no
 * value.
 *
 * @param name distinguishes the metrics from those of other sums in the same expression
 */
export function sum(
  metrics: readonly IMetric[],
  name: string,
  { period, label, color }: MetricOptions = {},
): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, i) => [`${name}${i}`, metric]));
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period: period ?? Duration.minutes(5),
    label: label ?? name,
    color,
  });
}

function idOf(metricName: string): string {
  return metricName.charAt(0).toLowerCase() + metricName.slice(1);
}

/** Ids may have letters, digits and underscores; two names stay different. */
function inId(name: string): string {
  return name.replace(/\W/g, (character) => `_${character.charCodeAt(0)}_`);
}
