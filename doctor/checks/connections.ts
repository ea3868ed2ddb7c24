import { calendarSystem } from '../../functions/adapters/calendars/systems.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import {
  type ConnectedCalendar,
  type Connection,
  connectedCalendars,
} from '../../functions/connections/connection.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import { isOnOneMachine } from '../../functions/runtime/one-machine.ts';
import type { Check } from '../check.ts';
import { connectionsOf } from '../credentials.ts';
import { type Finding, failed, ok, warning } from '../finding.ts';
import { secretsManagerOf } from '../ports.ts';

/**
 * Checks that each connected calendar can be read with the credential of its connection, and written if links are
 * written into its events. Shows no event and writes none.
 */
export const checkConnections: Check = async ({ functions, stack }, { secrets: client }) => {
  const secrets = secretsManager({ client: secretsManagerOf(client), now: () => Date.now() });
  const checks = connectionsOf(functions).map(async (connection): Promise<readonly Finding[]> => {
    const subject = `connection ${connection.name}`;
    const put = `evergreen-rooms credentials put ${connection.name} --stack ${stack.name} --file FILE`;
    if (!(await secrets.read(connection.secret))?.trim())
      return [failed(subject, 'has no credential yet', put)];
    const system = await calendarSystem(connection, {
      secrets,
      now: Date.now,
      ...(isOnOneMachine() && { reach: 'any-network' }),
    });
    return Promise.all(connectedCalendars([connection]).map((calendar) => check(calendar, system, put)));
  });
  return (await Promise.all(checks)).flat();
};

/** @param put the command that stores the credential */
async function check(
  { id, calendar, connection }: ConnectedCalendar,
  system: CalendarSystem,
  put: string,
): Promise<Finding> {
  const subject = `calendar ${id}`;
  try {
    await system.changes(calendar);
    if (connection.writeBack === 'off') return ok(subject, 'can be read');
    if ((await system.mayWrite(calendar)) !== false) return ok(subject, 'can be read');
    return warning(
      subject,
      'can be read and not written: its events get no links',
      `${RIGHTS[connection.kind]}, or set writeBack: off for the connection`,
    );
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string };
    const remedy =
      code === 'unauthorized' ? put : 'correct what the message names, then run the doctor again';
    return failed(subject, message, remedy);
  }
}

const RIGHTS: Record<Connection['kind'], string> = {
  google: 'share it with the service account, with the right to make changes to events',
  microsoft: 'give the app Calendars.ReadWrite for this mailbox',
  caldav: "give the connection's user the right to write to it",
};
