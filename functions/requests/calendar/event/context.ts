import type { Instant } from '../../../rooms/model/time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import type { Zone } from '../time/zone.ts';
import type { Leniency } from './leniency.ts';
import type { CalendarSettings } from './settings.ts';

/** The data about a calendar's event besides the event's own fields. */
export interface CalendarContext {
  /** The calendar's id, if the sender of the bus event named it. */
  readonly calendarId?: string;
  /** The event's id, if the sender named it and the event itself has none. */
  readonly eventId?: string;
  /** The calendar's zone, if the sender of the bus event named it. */
  readonly zone?: Zone;
  /** The zone of calendars that do not name one. */
  readonly defaultZone?: Zone;
  /** The bus event says that the calendar event is cancelled. */
  readonly isCancelled: boolean;
  /** The time of the bus event: the time of an update that has no time of its own. */
  readonly toldAt: Instant;
  /** The time of reading. */
  readonly now: Instant;
  readonly settings: CalendarSettings;
  readonly steps: WorkBudget;
  readonly leniency: Leniency;
}
