import { createPublicKey } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { makeClients } from '../../doctor/clients.ts';
import { hostLinkOf } from '../../doctor/host-link.ts';
import { caldavCalendar } from '../../local/calendars/caldav.ts';
import { googleCalendar } from '../../local/calendars/google.ts';
import { microsoftCalendar } from '../../local/calendars/microsoft.ts';
import { Demo } from '../../local/demo/story.ts';
import { DUMMY_CREDENTIALS } from '../../local/engines/credentials.ts';
import { openControl } from '../../local/rooms/control.ts';
import { StackClient } from '../../local/rooms/stack-client.ts';
import { DAY, journey } from './journey.ts';

const now = (): number => system().stack.clock.now();
const calendars = await Promise.all([
  caldavCalendar({ now }),
  googleCalendar({ now }),
  microsoftCalendar({ now }),
]);
afterAll(() => Promise.all(calendars.map((calendar) => calendar.close())));

const system = journey({
  calendarConnections: calendars.map(({ connection }) => connection),
  calendarReadEvery: 'P1D',
});

/** What a reader of logs, metrics, events or letters must never find. */
const CREDENTIALS = {
  'a private key': /PRIVATE KEY/,
  'a JSON Web Token': /eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/,
  'a token that makes one a host': /participant_token|room_token/,
};

/** Any line of the key itself, whatever stands around it. */
function linesOf(pem: string): RegExp {
  const lines = pem.trim().split('\n').slice(1, -1);
  return new RegExp(lines.map((line) => line.slice(0, 24).replace(/[+/]/g, '\\$&')).join('|'));
}

/** The part of a calendar's credential that is the secret. */
function secretIn(credential: string): RegExp {
  return credential.startsWith('{')
    ? linesOf(JSON.parse(credential).private_key)
    : new RegExp(credential.replace('ann:', ''));
}

/** All rows of the table, as DynamoDB has them. */
async function rows(): Promise<string[]> {
  const { doors, stack } = system();
  const { dynamoDb } = clientsOf(stack.environment);
  const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: doors.table }));
  dynamoDb.destroy();
  return Items.map((item) => JSON.stringify(item));
}

const clientsOf = ({ AWS_REGION: region, AWS_ENDPOINT_URL: endpoint }: Readonly<Record<string, string>>) =>
  makeClients({ region, endpoint, credentials: DUMMY_CREDENTIALS });

test('the search would find what it looks for', async () => {
  const { ask, doors, emulator, credential: privateKey, stack } = system();
  await ask({ key: 'hosted', display_name: 'Hosted', lifetime: 'P20D' });
  const link = await hostLinkOf('hosted', doors, clientsOf(stack.environment));
  expect(link).toMatch(CREDENTIALS['a token that makes one a host']);
  expect(link).toMatch(CREDENTIALS['a JSON Web Token']);
  expect(await emulator.token()).toMatch(CREDENTIALS['a JSON Web Token']);
  expect(privateKey).toMatch(CREDENTIALS['a private key']);
  expect(privateKey).toMatch(linesOf(privateKey));
});

test('no log, metric, row, event, letter or command shows a private key, a token or a host link', async () => {
  const { ask, deadLetters, emulator, inDays, credential: privateKey, provider, stack, tell } = system();
  const shown: string[] = [];

  // a good day, told as npm start tells it
  const demo = new Demo(system(), (line = '') => shown.push(line), 120);
  await demo.tell();
  for (const calendar of calendars) {
    await system().doors.putCredential(calendar.connection.name, calendar.credential);
    await demo.tellCalendar(calendar);
  }
  await ask({ key: 'busy', display_name: 'Busy', expires_at: inDays(12) });
  await ask({ key: 'busy', display_name: 'Busier', expires_at: inDays(30) });
  await tell('Room Requested', { key: 'busy', display_name: 'Busiest', lifetime: 'P20D' });
  await ask({ key: 'busy', action: 'cancel' });
  // a bad day: answers that are lost or torn, refusals of every kind, and a provider that trusts the key no more
  for (const fault of ['reset', 'torn-body', 'garbled-body'] as const) {
    emulator.faults.add({ on: 'POST /rooms', fault, strikes: 'after' });
    await ask({ key: `lost-by-${fault}`, display_name: 'Lost', lifetime: 'P20D' });
  }
  for (const status of [400, 401, 403, 429, 500, 503]) {
    emulator.faults.add({ on: 'POST /rooms', fault: 'status', status, times: 2 });
    await ask({ key: `status-${status}`, display_name: 'Refused', lifetime: 'P20D' });
  }
  const applicationId = provider.application.applicationId as string;
  emulator.distrust(applicationId);
  // with the reconciliations of half a day
  await ask({ key: 'distrusted', display_name: 'Nobody', lifetime: 'P20D' });
  emulator.trust(applicationId, createPublicKey(privateKey));
  await ask('not JSON');
  // with the nightly runs of a day
  await stack.turnTo(stack.clock.now() + DAY);

  const control = await openControl(0);
  control.attach(system());
  const client = new StackClient(control.port);
  shown.push(JSON.stringify([await client.rooms(), await client.facts(), await client.announcements()]));
  await control.stop();

  const heard = {
    'what is shown': shown,
    logs: stack.logs.map(({ line }) => line),
    events: stack.buses.seen.map((seen) => JSON.stringify(seen)),
    letters: deadLetters().map((letter) => JSON.stringify(letter)),
    rows: await rows(),
  };
  for (const [where, lines] of Object.entries(heard)) {
    expect(lines.length, where).toBeGreaterThan(1);
    for (const [what, pattern] of [
      ...Object.entries(CREDENTIALS),
      ['the key', linesOf(privateKey)] as const,
      ...calendars.map(
        ({ title, credential }) => [`the credential of ${title}`, secretIn(credential)] as const,
      ),
      // the people of the story see it
      ...(where === 'what is shown'
        ? []
        : [['what a person wrote into the calendar', /Bring the plan/] as const]),
    ]) {
      expect(
        lines.filter((line) => pattern.test(line)),
        `${what} in ${where}`,
      ).toEqual([]);
    }
  }
});

test('no line of a log and no letter has a link of a key: whoever has one gets in', async () => {
  const { ask, deadLetters, doors, stack } = system();
  const linksOf = async () => (await doors.rooms()).flatMap(({ link }) => (link === undefined ? [] : [link]));
  const links = await linksOf();
  await ask({ key: 'lost-by-reset', action: 'relink' });
  const all = new Set([...links, ...(await linksOf())]);
  expect(all.size).toBe(links.length + 1);
  for (const link of all) {
    for (const method of ['GET', 'HEAD', 'POST']) await fetch(link, { method, redirect: 'manual' });
  }
  await stack.settle();
  const lines = [
    ...stack.logs.map(({ line }) => line),
    ...deadLetters().map((letter) => JSON.stringify(letter)),
  ].join('\n');
  expect(lines).toContain('LinksVisited');
  expect([...all].filter((link) => lines.includes(new URL(link).pathname.slice(1)))).toEqual([]);
});
