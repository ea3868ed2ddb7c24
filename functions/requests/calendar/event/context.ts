import type { Instant } from '../../../rooms/model/time.ts';
import type { WorkBudget } from '../time/work-budget.ts';
import type { Zone } from '../time/zone.ts';
import type { Leniency } from './leniency.ts';
import type { CalendarSettings } from './settings.ts';

/** What is known of a calendar's event besides what it says itself. */
export interface CalendarContext {
  /** Named by whoever put it on the bus. */
  readonly calendarId?: string;
  /** The same of the event, where its own words do not have its id. */
  readonly eventId?: string;
  /** The calendar's zone, if whoever put the event on the bus named it. */
  readonly zone?: Zone;
  /** The zone of calendars of which nobody knows it better. */
  readonly defaultZone?: Zone;
  /** The bus was told that the event is cancelled. */
  readonly isCancelled: boolean;
  /** When the bus was told: the time of news that has none of its own. */
  readonly toldAt: Instant;
  /** When it is read. */
  readonly now: Instant;
  readonly settings: CalendarSettings;
  readonly steps: WorkBudget;
  readonly leniency: Leniency;
}
