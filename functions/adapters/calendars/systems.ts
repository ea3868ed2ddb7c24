import type { Connection } from '../../connections/connection.ts';
import type { CalendarSystem } from '../../connections/system.ts';
import type { SystemOptions } from './calls.ts';

/**
 * Returns the adapter for the system of a connection. Most functions have connections of one kind, and load
 * no other adapter.
 */
export async function calendarSystem(
  connection: Connection,
  options: SystemOptions,
): Promise<CalendarSystem> {
  switch (connection.kind) {
    case 'google': {
      const { googleCalendar } = await import('./google/system.ts');
      return googleCalendar(connection, options);
    }
    case 'microsoft': {
      const { microsoftCalendar } = await import('./microsoft/system.ts');
      return microsoftCalendar(connection, options);
    }
    case 'caldav': {
      const { caldavSystem } = await import('./caldav/system.ts');
      return caldavSystem({ ...options, connection });
    }
  }
}
