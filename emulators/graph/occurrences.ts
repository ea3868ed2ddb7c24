import type { EventRecord, Fields } from './mailboxes.ts';

const DAY = 86_400_000;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

interface Pattern {
  readonly type: string;
  readonly interval?: number;
  readonly daysOfWeek?: readonly string[];
}

interface Range {
  readonly type: string;
  readonly endDate?: string;
  readonly numberOfOccurrences?: number;
}

export function instantOf(time: unknown): number {
  // every event here has times in UTC
  const { dateTime } = time as { readonly dateTime: string };
  return Date.parse(/Z$/.test(dateTime) ? dateTime : `${dateTime}Z`);
}

export function timeOf(instant: number): Fields {
  return { dateTime: new Date(instant).toISOString().replace('Z', '0000'), timeZone: 'UTC' };
}

/**
 * Returns the planned starts of a series before an end, for a pattern of days or weeks; other patterns are
 * not emulated.
 *
 * @throws Error for other patterns
 */
export function plannedStarts({ fields }: EventRecord, before: number): readonly number[] {
  const { pattern, range } = fields.recurrence as { readonly pattern: Pattern; readonly range: Range };
  const { type, interval = 1, daysOfWeek = [] } = pattern;
  if (type !== 'daily' && type !== 'weekly') throw new Error(`a pattern of type ${type} is not emulated`);
  const first = instantOf(fields.start);
  const last = range.type === 'endDate' ? Date.parse(`${range.endDate}T23:59:59Z`) : before;
  const most = range.type === 'numbered' ? (range.numberOfOccurrences ?? 1) : Number.POSITIVE_INFINITY;
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY;
  const starts: number[] = [];
  for (let start = first; start < before && start <= last && starts.length < most; start += DAY) {
    const isDay =
      type === 'daily'
        ? Math.round((start - first) / DAY) % interval === 0
        : Math.floor((start - monday) / (7 * DAY)) % interval === 0 &&
          daysOfWeek.includes(DAYS[new Date(start).getUTCDay()] ?? '');
    if (isDay) starts.push(start);
  }
  return starts;
}
