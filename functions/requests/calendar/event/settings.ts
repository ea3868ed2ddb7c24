import { DAY, type Duration } from '../../../rooms/model/time.ts';

/** The settings for turning calendar events into rooms. */
export interface CalendarSettings {
  /** How long a room lives after the last end of its event. */
  readonly grace: Duration;
  /** One room for a whole series, or one for each of its occurrences. */
  readonly scope: 'series' | 'occurrence';
  /** With `scope: occurrence`, rooms are created for occurrences that start within this time. */
  readonly horizon: Duration;
  /**
   * IANA name of the time zone for floating and all-day times whose calendar names none. Absent: those are
   * refused.
   */
  readonly timeZone?: string;
  /** The name of the room of an event that is private or has no title. */
  readonly placeholder: string;
}

export const CALENDAR_DEFAULTS: CalendarSettings = {
  grace: DAY,
  scope: 'series',
  horizon: 14 * DAY,
  placeholder: 'Meeting',
};
