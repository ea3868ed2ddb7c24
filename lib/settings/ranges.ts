import { Duration, Token } from 'aws-cdk-lib';
import type { EvergreenRoomsProps } from './props.ts';

/** The range of a time in ISO 8601, and its unit. */
export interface Span {
  readonly least: string;
  readonly most: string;
  readonly whole: 'days' | 'minutes' | 'seconds';
}

/** The ranges of times, by the names of their properties. */
export const SPANS = {
  flexibleWindow: { least: 'PT0S', most: 'PT24H', whole: 'minutes' },
  renewBefore: { least: 'PT1H', most: 'P180D', whole: 'seconds' },
  spread: { least: 'PT0S', most: 'PT15M', whole: 'seconds' },
  grace: { least: 'PT0S', most: 'P90D', whole: 'seconds' },
  horizon: { least: 'P1D', most: 'P90D', whole: 'seconds' },
  readEvery: { least: 'PT5M', most: 'P1D', whole: 'minutes' },
  retention: { least: 'P1D', most: 'P3650D', whole: 'days' },
} satisfies Record<string, Span>;

/** The smallest and the largest values of numbers, by the names of their properties. */
export const COUNTS = {
  perRun: [1, 100_000],
  concurrency: [2, 1000],
  requestConcurrency: [2, 1000],
  maxReceiveCount: [2, 100],
  callbackConcurrency: [1, 1000],
  brake: [1, 100],
} as const;

const SECONDS = { days: 86_400, minutes: 60, seconds: 1 };

export function isWithin({ least, most, whole }: Span, time: Duration): boolean {
  // map keeps the length of three
  const [read, shortest, longest] = [time, Duration.parse(least), Duration.parse(most)].map((each) =>
    each.toSeconds({ integral: false }),
  ) as [number, number, number];
  return read >= shortest && read <= longest && read % SECONDS[whole] === 0;
}

export const inWords = ({ least, most, whole }: Span) => `from ${least} to ${most} in whole ${whole}`;

/** Returns times and numbers that are out of their range, one sentence each. */
export function problemsOfRanges({
  rotation,
  reconciliation,
  calendar,
  links,
  ...props
}: EvergreenRoomsProps): string[] {
  return [
    ...problemsOf('rotation.', rotation),
    ...problemsOf('reconciliation.', reconciliation),
    ...problemsOf('calendar.', calendar),
    ...problemsOf('links.', links || {}),
    ...problemsOf('', props),
  ];
}

function problemsOf(prefix: string, values: object = {}): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    // the value is known only at deployment
    if (Token.isUnresolved(value) || (value instanceof Duration && value.isUnresolved())) return [];
    const span = SPANS[name as keyof typeof SPANS];
    if (value instanceof Duration && span && !isWithin(span, value))
      return [`${prefix}${name} is ${value.toIsoString()}, and must be ${inWords(span)}`];
    // other names have no range
    const [least, most] = COUNTS[name as keyof typeof COUNTS] ?? [];
    if (typeof value !== 'number' || least === undefined || most === undefined) return [];
    if (Number.isInteger(value) && value >= least && value <= most) return [];
    return [`${prefix}${name} is ${value}, and must be a whole number from ${least} to ${most}`];
  });
}
