import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../bin/bundle.ts';
import { type GoogleCalendar, startGoogleCalendar } from '../../emulators/google-calendar/google-calendar.ts';
import { newKeyPair } from '../../emulators/key-pair.ts';
import { type Connection, connectedCalendars } from '../../functions/connections/connection.ts';
import { startQueues } from '../../local/engines/queues.ts';
import { createCalendarTable } from '../../local/engines/table-engines.ts';
import { EventBuses } from '../../local/fakes/buses.ts';
import { Secrets } from '../../local/fakes/secrets.ts';
import { startFakes } from '../../local/fakes/server.ts';
import { Targets } from '../../local/fakes/targets.ts';
import { table } from '../tables.ts';
import { BenchContainer } from '../world/container.ts';
import { startRecorder } from '../world/recorder.ts';
import { startTableEngine } from '../world/table-engine.ts';
import { LAMBDA } from '../world/world.ts';
import { costOf, ITEMS, PRICES, plus, times, titleOf, totalOf, type Usage } from './bill.ts';

/**
 * `npm run bench:calendars`: what a month of reading connected calendars costs. A quiet reading and a round are measured,
 * and multiplied with the prices of prices.json.
 */
const RESULTS = fileURLToPath(new URL('./calendars.md', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/bench/ours/read-calendars/', import.meta.url));
const HANDLER = fileURLToPath(new URL('../../functions/read-calendars.ts', import.meta.url));

const CALENDARS = 100;
const EVENTS = 100;
const MINUTES = 5;
const ROUNDS_A_MONTH = ((365 / 12) * 24 * 60) / MINUTES;

/** The memory of the function, and that for which Lambda gives a whole CPU, in MB. */
const MEMORY = 512;
const WHOLE_CPU = 1769;
/** The duration of a call of a calendar's system, in milliseconds: an assumption. */
const CALL_TIME = 200;
/** Messages of a call to SQS, and of a batch that the schedule brings. */
const SENT_AT_ONCE = 10;

const WARM_UP = 20;
const READINGS = 100;

const ROBOT = 'rooms@project.iam.gserviceaccount.com';
const OWNERS = Array.from({ length: CALENDARS }, (_, n) => `person-${n}@example.org`);
const OWNER = OWNERS[0] ?? '';

await bundle(HANDLER, BUNDLE);
const world = await startWorld();
const reading = await measured(JSON.stringify({ calendar: world.id }), 1 + WARM_UP);
const round = await measured('{}', 1);
await world.stop();
const month = plus(times(reading, CALENDARS * ROUNDS_A_MONTH), times(round, ROUNDS_A_MONTH));
const text = page(month);
console.log(text);
writeFileSync(RESULTS, text);

async function startWorld() {
  const place = { stackName: 'bench', region: LAMBDA.AWS_REGION, account: '000000000000' };
  const { tables } = await startTableEngine('dynoxide');
  await createCalendarTable(tables.client, 'calendars');
  const queues = await startQueues();
  const arn = (name: string) => `arn:aws:sqs:${place.region}:${place.account}:${name}`;
  const queue = (name: string) =>
    queues.create(name, arn(name), { DelaySeconds: '0', VisibilityTimeout: '600' });
  const [inbox, dead, requests, writes] = ['inbox', 'dead', 'requests', 'writes'].map(queue);
  const { privateKey, publicKey } = newKeyPair();
  const google = await startGoogleCalendar({
    serviceAccounts: [{ email: ROBOT, publicKeys: { key: publicKey } }],
    calendars: OWNERS.map((id) => ({ id, sharedWith: { [ROBOT]: 'writer' } })),
    rateLimits: false,
  });
  fill(google);
  const secrets = new Secrets();
  const secret = {
    arn: `arn:aws:secretsmanager:${place.region}:${place.account}:secret:office-abcdef`,
    name: 'office',
  };
  secrets.create(
    secret,
    JSON.stringify({ client_email: ROBOT, private_key: privateKey, token_uri: google.tokenUrl }),
  );
  const nobody = { queue: () => undefined, function: () => undefined, bus: () => undefined };
  const fakes = await startFakes(
    secrets,
    new EventBuses(place, new Targets({ ...nobody, warn: console.error })),
  );
  const connection: Connection = {
    name: 'office',
    kind: 'google',
    secret: 'office',
    calendars: OWNERS,
    which: 'all',
    writeBack: 'full',
    baseUrl: google.url,
  };
  const endpoints = { tables: tables.endpoint, queues: queues.endpoint, standIns: fakes.endpoint };
  return {
    google,
    id: connectedCalendars([connection])[0]?.id ?? '',
    endpoints,
    environment: (at: typeof endpoints): Record<string, string> => ({
      ...LAMBDA,
      AWS_ENDPOINT_URL_DYNAMODB: at.tables,
      AWS_ENDPOINT_URL_SQS: at.queues,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: at.standIns,
      DEPLOYMENT: 'bench',
      POWERTOOLS_SERVICE_NAME: 'read-calendars',
      POWERTOOLS_METRICS_NAMESPACE: 'EvergreenRooms',
      MAX_RECEIVE_COUNT: '8',
      ROOMS_TABLE: 'rooms',
      CALENDARS_TABLE: 'calendars',
      FEEDS: '[]',
      CONNECTIONS: JSON.stringify([connection]),
      ...Object.fromEntries(
        Object.entries({
          WORK_QUEUE: inbox,
          DEAD_LETTER_QUEUE: dead,
          REQUESTS_QUEUE: requests,
          WRITES_QUEUE: writes,
        }).map(([name, { url = '' } = {}]) => [name, url.replace(queues.endpoint, at.queues)]),
      ),
    }),
    stop: () => Promise.all([tables.stop(), queues.stop(), fakes.stop(), google.close()]),
  };
}

function fill(google: GoogleCalendar): void {
  for (let n = 0; n < EVENTS; n += 1) {
    const at = (hours: number) => ({
      dateTime: new Date(Date.now() + (n * 24 + hours) * 3_600_000).toISOString(),
      timeZone: 'UTC',
    });
    google.add(OWNER, { summary: `Meeting ${n}`, start: at(0), end: at(1) });
  }
}

/** What one message uses, after some that warm the function up: once by the wire, and once by the clock. */
async function measured(body: string, warmUp: number): Promise<Usage> {
  const recorder = await startRecorder(world);
  const container = new BenchContainer({
    bundle: `${BUNDLE}index.mjs`,
    environment: world.environment(recorder.endpoints),
  });
  await container.load();
  await container.run({ body, from: 0, to: warmUp, batchSize: 1 });
  recorder.clear();
  const before = container.logged();
  await container.run({ body, from: 0, to: READINGS, batchSize: 1 });
  const logged = container.logged() - before;
  world.google.faults.add({ fault: 'delay', delay: CALL_TIME, times: 'always' });
  const { milliseconds, cpu } = await container.run({ body, from: 0, to: READINGS, batchSize: 1 });
  world.google.faults.clear();
  await container.stop();
  await recorder.stop();
  const operations = [...recorder.operations];
  const units = (...names: string[]) =>
    operations.reduce((sum, [name, each]) => sum + (names.includes(name) ? each.units : 0), 0) / 2;
  const sent =
    operations.reduce((sum, [name, { calls }]) => sum + (/^SendMessage/.test(name) ? calls : 0), 0) / 2;
  const billed = Math.max(0, milliseconds - cpu) + (cpu * WHOLE_CPU) / MEMORY;
  const all: Usage = {
    readUnits: units('GetItem', 'Query'),
    writeUnits: units('PutItem'),
    // each message is received and deleted by itself
    queueRequests: sent + 2 * READINGS,
    invocations: READINGS,
    gigabyteSeconds: ((billed / 1000) * MEMORY) / 1024,
    logGigabytes: logged / 1e9,
  };
  return times(all, 1 / READINGS);
}

function page(month: Usage): string {
  const rows = ITEMS.filter((item) => (month[item] ?? 0) > 0).map((item) => [
    titleOf(item),
    Math.round((month[item] ?? 0) * 1000) < 100_000
      ? (month[item] ?? 0).toPrecision(3)
      : Math.round(month[item] ?? 0).toLocaleString('en'),
    costOf(item, month[item] ?? 0).toFixed(2),
  ]);
  const total = totalOf(month);
  return `# What connected calendars cost

Written by \`npm run bench:calendars\`: what was measured, times the prices of [prices.json](prices.json) (${PRICES.region}, ${PRICES.date};
${PRICES.note}).

- ${CALENDARS} calendars are read every ${MINUTES} minutes. Nothing changes in them, and ${EVENTS} events of each have a room.
- A call of the calendar's system takes ${CALL_TIME} ms. Billed time is what the function waited for, and its CPU at the share of a
  CPU that its ${MEMORY} MB bring (${WHOLE_CPU} MB are a whole one).
- Each message is received and deleted by itself; ${SENT_AT_ONCE} are sent at once.
- Not here: empty receives of the queue, rooms of new events, and the lines that Lambda writes of each invocation.

## A month of ${CALENDARS} calendars

${table(['item', 'amount', 'USD'], [...rows, ['**total**', '', total.toFixed(2)]])}

A calendar that is read every ${MINUTES} minutes costs ${(total / CALENDARS).toFixed(3)} USD a month.
`;
}
