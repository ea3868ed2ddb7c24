import type { Origin } from '../../../rooms/model/origin.ts';
import type { Duration, Instant } from '../../../rooms/model/time.ts';
import type { DayNumber, LocalTime } from '../time/local-time.ts';
import type { Zone } from '../time/zone.ts';
import type { Rule } from './rule.ts';

/** The content of one message about one event, in any format. */
export interface ParsedCalendarEvent {
  /** The parts of the event's key: different from those of any other event. */
  readonly identity: readonly string[];
  readonly origin: Origin;
  readonly event?: ParsedEvent;
  readonly occurrences: readonly ParsedOccurrence[];
}

interface Told {
  /** Its place among the updates of the same event. */
  readonly at: string;
  /** Cancellations of single occurrences are valid within one epoch (see `rooms/model/occurrences.ts`). */
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
  /** The planned start. */
  readonly id: Instant;
  /** The current end; may be missing from a cancellation. */
  readonly end?: Instant;
  readonly following: boolean;
}

/** The length of an occurrence: calendar days, then time by the clock. */
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
  /** Starts in addition to the rules, some with an end of their own. */
  readonly extra: readonly { readonly start: LocalTime; readonly end?: Instant }[];
  /** Starts that do not take place. */
  readonly excluded: ReadonlySet<LocalTime>;
  /** Days on which nothing takes place. */
  readonly excludedDays: ReadonlySet<DayNumber>;
  /** From each of these starts on, all later ones are moved and get another length. */
  readonly shifts: readonly { readonly from: LocalTime; readonly by: Duration; readonly length: Length }[];
  /** From this start on, none takes place. */
  readonly cut?: LocalTime;
}
