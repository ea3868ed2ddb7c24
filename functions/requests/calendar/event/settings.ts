import { DAY, type Duration } from '../../../rooms/model/time.ts';

/** What calendar events are turned into. */
export interface CalendarSettings {
  /** A room outlives the last end of its event by this. */
  readonly grace: Duration;
  /** One room for a whole series, or one for each of its occurrences. */
  readonly scope: 'series' | 'occurrence';
  /** With `scope: occurrence`, rooms are made for occurrences that start within this time. */
  readonly horizon: Duration;
  /** IANA name of the zone of floating and all-day times whose calendar names none. Absent: those are refused. */
  readonly timeZone?: string;
  /** The name of the room of a private event, or of one without a title. */
  readonly placeholder: string;
}

export const CALENDAR_DEFAULTS: CalendarSettings = {
  grace: DAY,
  scope: 'series',
  horizon: 14 * DAY,
  placeholder: 'Meeting',
};
