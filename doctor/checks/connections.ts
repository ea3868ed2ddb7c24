import { calendarSystem } from '../../functions/adapters/calendars/systems.ts';
import { secretsManager } from '../../functions/adapters/secrets.ts';
import { connectedCalendars } from '../../functions/connections/connection.ts';
import type { Check } from '../check.ts';
import { connectionsOf } from '../credentials.ts';
import { type Finding, failed, ok } from '../finding.ts';
import { secretsManagerOf } from '../ports.ts';

/** Checks that each connected calendar can be read with the credential of its connection. Shows no event. */
export const checkConnections: Check = async ({ functions, stack }, { secrets: client }) => {
  const secrets = secretsManager({ client: secretsManagerOf(client), now: () => Date.now() });
  const checks = connectionsOf(functions).map(async (connection): Promise<readonly Finding[]> => {
    const subject = `connection ${connection.name}`;
    const put = `evergreen-rooms credentials put ${connection.name} --stack ${stack.name} --file FILE`;
    if (!(await secrets.read(connection.secret))?.trim())
      return [failed(subject, 'has no credential yet', put)];
    const system = await calendarSystem(connection, { secrets, now: Date.now });
    return Promise.all(
      connectedCalendars([connection]).map(async ({ id, calendar }) => {
        try {
          await system.changes(calendar);
          return ok(`calendar ${id}`, 'can be read');
        } catch (error) {
          const { message, code } = error as Error & { readonly code?: string };
          const remedy =
            code === 'unauthorized' ? put : 'correct what the message names, then run the doctor again';
          return failed(`calendar ${id}`, message, remedy);
        }
      }),
    );
  });
  return (await Promise.all(checks)).flat();
};
