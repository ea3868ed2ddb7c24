import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { ConnectionVariable } from '../../functions/runtime/environment.ts';
import type { CalendarConnection, CalendarFeed } from '../settings/props.ts';
import { emptySecret } from '../storage/empty-secret.ts';

/** Short enough that a name with the digest of a calendar stays readable in a key. */
const NAME = /^[\w.-]{1,30}$/;

/** The credential is sent there, so HTTP without TLS is allowed only to this machine. */
const URL_OF_SERVER = /^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?=[:/]))[^\s@?#]+$/;

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** Returns the JSON of a connection for the functions. */
export function connectionVariable(connection: CalendarConnection, secret: string): ConnectionVariable {
  const { name, kind, calendars, which = 'marked', mark, mailbox, timeZone, baseUrl } = connection;
  const { writeBack = 'full', language } = connection;
  const common = {
    name,
    secret,
    calendars,
    which,
    ...(mark !== undefined && { mark }),
    ...(mailbox !== undefined && { mailbox }),
    ...(timeZone && { timeZone: timeZone.timezoneName }),
    ...(baseUrl !== undefined && { baseUrl }),
    writeBack,
    ...(language !== undefined && { language }),
  } as const;
  const { actAs, tenant = '', client = '', loginUrl } = connection;
  if (kind === 'caldav') return { ...common, kind, url: baseUrl ?? '' };
  return kind === 'google'
    ? { ...common, kind, ...(actAs !== undefined && { actAs }) }
    : { ...common, kind, tenant, client, ...(loginUrl !== undefined && { loginUrl }) };
}

/** Whether the links of rooms are written into the events of a connection. */
export function isWritten({ writeBack }: CalendarConnection): boolean {
  return writeBack !== 'off';
}

/** Creates the secret for the credential of a connection. */
export function credentialSecret(
  scope: Construct,
  { name }: CalendarConnection,
  encryptionKey: IKey,
): ISecret {
  return emptySecret(scope, `Connection-${name}`, {
    description: `Evergreen Rooms: the credential of the calendar connection ${name}`,
    encryptionKey,
    whyNoRotation:
      'the system of the calendars makes the credential; a person replaces it there, and then here',
  });
}

/** Returns the errors in the connections, one sentence each. */
export function problemsOfConnections(
  connections: readonly CalendarConnection[],
  feeds: readonly CalendarFeed[],
): string[] {
  const names = [...feeds, ...connections].map(({ name }) => name);
  const twice = new Set(
    connections.map(({ name }) => name).filter((name) => names.indexOf(name) !== names.lastIndexOf(name)),
  );
  return [
    ...connections.flatMap(problemsOfConnection),
    ...[...twice].map((name) => `connections or feeds name ${name} twice; give each a name of its own`),
  ];
}

function problemsOfConnection(connection: CalendarConnection): string[] {
  const { name, kind, calendars = [], which, mark, mailbox } = connection;
  const { actAs, tenant, client, baseUrl, loginUrl } = connection;
  const isMicrosoft = kind === 'microsoft';
  const doubled = calendars.find((calendar, i) => calendars.indexOf(calendar) < i);
  const checks: readonly (readonly [fails: boolean, problem: string])[] = [
    [
      !NAME.test(name ?? ''),
      `the name of a connection is '${name}', and must be 1 to 30 of letters, digits and -_.`,
    ],
    [calendars.length === 0, `connection ${name} has no calendars, and must name at least one`],
    [doubled !== undefined, `connection ${name} names the calendar ${doubled} twice; name each once`],
    [
      which === 'invited' && !ADDRESS.test(mailbox ?? ''),
      `connection ${name} has which: invited, and must name the address of the mailbox that is invited, as in ` +
        "mailbox: 'video@example.com'",
    ],
    [
      which !== 'invited' && mailbox !== undefined,
      `connection ${name} has a mailbox, which needs which: invited`,
    ],
    [
      isMicrosoft && (tenant === undefined || client === undefined),
      `connection ${name} is of kind microsoft, and must name the tenant and the client (the application id) of its app`,
    ],
    [
      kind === 'caldav' && !URL_OF_SERVER.test(baseUrl ?? ''),
      `connection ${name} is of kind caldav, and must name the URL of its server, as in baseUrl: 'https://caldav.example.com'`,
    ],
    [kind !== 'google' && actAs !== undefined, `connection ${name} has actAs, which is for kind: google`],
    [
      !isMicrosoft && [tenant, client, loginUrl].some((each) => each !== undefined),
      `connection ${name} has tenant, client or loginUrl, which are for kind: microsoft`,
    ],
    [
      mark !== undefined && mark.trim() === '',
      `connection ${name} has an empty mark; leave it out for #room`,
    ],
  ];
  return checks.filter(([fails]) => fails).map(([, problem]) => problem);
}
