import type { Origin } from '../../../rooms/model/origin.ts';
import type { Duration, Instant } from '../../../rooms/model/time.ts';
import type { DayNumber, LocalTime } from '../time/local-time.ts';
import type { Zone } from '../time/zone.ts';
import type { Rule } from './rule.ts';

/** What one message tells of one event, whatever calendar it comes from. */
export interface ParsedCalendarEvent {
  /** The event's key: parts that are unlike those of any other event. */
  readonly identity: readonly string[];
  readonly origin: Origin;
  readonly event?: ParsedEvent;
  readonly occurrences: readonly ParsedOccurrence[];
}

interface Told {
  /** Its place among the news of the same. */
  readonly at: string;
  /** Cancellations of single occurrences hold within one epoch (see `rooms/occurrences.ts`). */
  readonly epoch: string;
  readonly title?: string;
  readonly isPrivate: boolean;
  readonly cancelled: boolean;
}

export interface ParsedEvent extends Told {
  /** It comes with all its exceptions. */
  readonly complete: boolean;
  /** May be missing from a cancellation. */
  readonly times?: EventTimes;
}

export interface ParsedOccurrence extends Told {
  /** When it was planned to start. */
  readonly id: Instant;
  /** When it ends now; may be missing from a cancellation. */
  readonly end?: Instant;
  readonly following: boolean;
}

/** How long an occurrence takes: days of the calendar, then time by the clock. */
export interface Length {
  readonly days: number;
  readonly time: Duration;
}

export interface EventTimes {
  readonly zone: Zone;
  /** The first start. */
  readonly start: LocalTime;
  readonly length: Length;
  readonly rules: readonly Rule[];
  readonly exceptRules: readonly Rule[];
  /** Starts beyond the rules, with an end of their own where they have one. */
  readonly extra: readonly { readonly start: LocalTime; readonly end?: Instant }[];
  /** Starts that do not happen. */
  readonly excluded: ReadonlySet<LocalTime>;
  /** Days on which nothing happens. */
  readonly excludedDays: ReadonlySet<DayNumber>;
  /** From a start on, all are moved, and take another time. */
  readonly shifts: readonly { readonly from: LocalTime; readonly by: Duration; readonly length: Length }[];
  /** From this start on, none happens. */
  readonly cut?: LocalTime;
}
