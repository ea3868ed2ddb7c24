import type { LocalRooms } from '../../local/rooms/local-rooms.ts';
import { type AlarmProperties, CloudWatch } from './cloudwatch.ts';

const FIVE_MINUTES = 5 * 60_000;

/** The alarms of a stack on this machine, by the headings of the runbook. */
export interface Alarms {
  /** The headings of the alarms that ring at this moment, or at another. */
  ringing(at?: number): string[];
  /** The headings of all alarms that rang at some time since. */
  rangSince(start: number): string[];
  /** How often an alarm began to ring since. */
  ringsSince(start: number, heading: string): number;
  /** The headings of the alarms that have nothing to judge by. */
  silent(at: number): string[];
  /** Records a metric that AWS writes, not the functions. */
  ofAws(namespace: string, name: string, dimensions: Readonly<Record<string, string>>, value: number): void;
}

const headingOf = ({ AlarmDescription }: AlarmProperties) => AlarmDescription.split('. ')[0] ?? '';

/** Evaluates the alarms of a stack by the logs of its functions and the contents of its queues. */
export function alarmsOf({ stack }: Pick<LocalRooms, 'stack'>): Alarms {
  const cloudWatch = new CloudWatch();
  const alarms = stack.template.resources
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .map(({ properties }) => properties as unknown as AlarmProperties);
  const now = () => stack.clock.now();
  let linesRead = 0;

  function ofAws(
    Namespace: string,
    MetricName: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
  ): void {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    cloudWatch.record({ Namespace, MetricName, Dimensions }, now(), value);
  }

  /** Takes in what the functions wrote since, and what SQS would say of its queues. */
  function listen(): void {
    for (const { line } of stack.logs.slice(linesRead)) cloudWatch.read(line);
    linesRead = stack.logs.length;
    for (const queue of stack.queues.all()) {
      const name = 'ApproximateNumberOfMessagesVisible';
      ofAws('AWS/SQS', name, { QueueName: queue.name }, queue.contents().ready);
    }
  }

  const headings = (state: string, at: number, among = alarms) =>
    among
      .filter((alarm) => cloudWatch.stateOf(alarm, at) === state)
      .map(headingOf)
      .sort();

  /** The headings among some alarms that ring, every five minutes. */
  function* ringsFrom(start: number, among = alarms): Generator<readonly string[]> {
    listen();
    for (let at = start; at <= now(); at += FIVE_MINUTES) yield headings('ALARM', at, among);
  }

  return {
    ringing(at = now()) {
      listen();
      return headings('ALARM', at);
    },
    rangSince: (start) => [...new Set([...ringsFrom(start)].flat())].sort(),
    ringsSince(start, heading) {
      const own = alarms.filter((alarm) => headingOf(alarm) === heading);
      const rung = [...ringsFrom(start, own)].map((rang) => rang.length > 0);
      return rung.filter((rings, i) => rings && !rung[i - 1]).length;
    },
    silent(at) {
      listen();
      return headings('INSUFFICIENT_DATA', at);
    },
    ofAws,
  };
}
