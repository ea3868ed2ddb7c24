import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUNDLES } from '../../bin/bundle.ts';
import { type Deployment, deploy, LEASE, MAX_RECEIVES } from '../../chaos/deployment.ts';
import { type Engines, startEngines } from '../../chaos/engines.ts';
import { type Turnstile, turnstile, type When } from '../../chaos/turnstile.ts';
import { reconcileRooms } from '../../functions/rooms/reconcile.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/rooms/room.ts';
import { roomToken } from '../../functions/rooms/token.ts';
import type { CreateRoomsEnvironment } from '../../functions/runtime/environment.ts';
import { Container, type Outcome } from '../../local/lambda/container.ts';

/** How far the date is turned: a claim's lease is not waited for. */
let offset = 0;
let engines: Engines;
let gate: Turnstile;
let deployment: Deployment;
let environment: Record<string, string>;
/** What the functions have written. */
const lines: string[] = [];

beforeAll(async () => {
  engines = await startEngines();
  deployment = await deploy(engines, {
    provider: 'meetings-api',
    now: () => Date.now() + offset,
    timeout: 10 * SECOND,
    wait: async () => {},
  });
  gate = turnstile();
  environment = await environmentOf(deployment);
});

afterAll(async () => {
  await gate.close();
  await deployment.close();
  await engines.stop();
});

/** What the construct sets, with every service behind the turnstile. */
async function environmentOf({ account, inboxes, tableName, busName, keeping }: Deployment) {
  const { entry } = account;
  const baseUrl = await gate.inFrontOf('provider', entry.baseUrl ?? '');
  const own: CreateRoomsEnvironment = {
    ROOMS_TABLE: tableName,
    EVENT_BUS: busName,
    DEPLOYMENT: keeping.deployment,
    APPLICATIONS: JSON.stringify([{ ...entry, baseUrl }]),
    WORK_QUEUE: inboxes.requests.queue.url,
    DEAD_LETTER_QUEUE: inboxes.requests.deadLetters.url,
    MAX_RECEIVE_COUNT: String(MAX_RECEIVES),
    LEASE_SECONDS: String(LEASE / SECOND),
    RENEW_BEFORE_SECONDS: String((7 * DAY) / SECOND),
    LONGEST_GAP_SECONDS: String((25 * HOUR) / SECOND),
    RETENTION_DAYS: '90',
    CALENDAR: '{}',
    LOG_LEVEL: 'DEBUG',
    POWERTOOLS_SERVICE_NAME: 'create-rooms',
    POWERTOOLS_METRICS_NAMESPACE: 'EvergreenRooms',
  };
  return {
    ...own,
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: await gate.inFrontOf('table', engines.tables.endpoint),
    AWS_ENDPOINT_URL_SQS: await gate.inFrontOf('queue', engines.queues.endpoint),
    AWS_ENDPOINT_URL_EVENTBRIDGE: await gate.inFrontOf('bus', engines.standIns),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await gate.inFrontOf('secrets', engines.standIns),
  };
}

function startContainer(): Container {
  return new Container({
    module: `${BUNDLES}create-rooms/index.mjs`,
    handler: 'handler',
    environment,
    clockOffset: offset,
    log: (line) => lines.push(line),
  });
}

function ask(key: string) {
  const { queue } = deployment.inboxes.requests;
  queue.send(JSON.stringify({ key, display_name: 'Weekly', lifetime: 'P30D' }));
  const [record] = queue.receive(1);
  if (!record) throw new Error('the message did not arrive');
  return record;
}

function invoke(container: Container, record: ReturnType<typeof ask>): Promise<Outcome> {
  const context = {
    awsRequestId: record.messageId,
    functionName: 'create-rooms',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:local:000000000000:function:create-rooms',
    logGroupName: '/aws/lambda/create-rooms',
    logStreamName: 'local',
    memoryLimitInMB: '512',
  };
  return container.invoke({ Records: [record] }, context, MINUTE);
}

/** Time enough for the lease of a dead worker to be over. */
function letLeasePass(survivor: Container): void {
  offset += LEASE + SECOND;
  deployment.account.emulator.clock.turnTo(Date.now() + offset);
  survivor.turnClock(offset);
}

/** The rooms of a key that live at the provider. */
function roomsOf(key: string) {
  const token = roomToken(deployment.keeping.deployment, key, 1);
  return deployment.rooms().filter(({ label }) => label.endsWith(token));
}

async function expectOneRoom(key: string, at: string): Promise<void> {
  const row = await deployment.keeping.rooms.read(key);
  expect(
    roomsOf(key).map(({ id }) => id),
    at,
  ).toEqual([row?.current?.id]);
  expect(row, at).toMatchObject({ state: 'active', generation: 1 });
  expect(row?.claim ?? row?.unannounced, at).toBeUndefined();
  const news = deployment.told.filter(({ detail }) => detail.key === key);
  expect(news.length, at).toBeGreaterThanOrEqual(1);
  expect(news.at(-1)?.detail.room?.id, at).toBe(row?.current?.id);
}

it('a process that is killed at any of its calls leaves one room, once the message came back', async () => {
  const acknowledged: Outcome = { ok: true, payload: { batchItemFailures: [] } };
  const survivor = startContainer();
  gate.open();
  expect(await invoke(survivor, ask('healthy'))).toEqual(acknowledged);
  const calls = [...gate.passed];
  expect(calls).toContain('provider POST /v1/meetings/rooms');
  await expectOneRoom('healthy', 'nobody was killed');
  let runs = 0;
  for (let nth = 1; nth <= calls.length; nth += 1) {
    for (const when of ['before', 'after'] satisfies When[]) {
      const key = `killed-${when}-${nth}`;
      const at = `killed ${when} call ${nth}, ${calls[nth - 1]}`;
      const record = ask(key);
      const stopped = gate.stopAt(nth, when);
      const victim = startContainer();
      const end = invoke(victim, record);
      expect(await Promise.race([stopped, end]), at).toBe(calls[nth - 1]);
      victim.kill();
      expect(await end, at).toMatchObject({ ok: false });
      gate.open();
      letLeasePass(survivor);
      expect(await invoke(survivor, record), at).toEqual(acknowledged);
      await expectOneRoom(key, at);
      runs += 1;
    }
  }
  survivor.kill();
  offset += 2 * HOUR;
  deployment.account.emulator.clock.turnTo(Date.now() + offset);
  const { keeping, rotations } = deployment;
  const reconciling = { ...keeping, rotations, mode: 'report' as const, timeLeft: () => HOUR };
  const { applications } = await reconcileRooms(keeping.pool.names, reconciling);
  const [found] = Object.values(applications);
  expect(found).toMatchObject({ rooms: runs + 1, lost: 0, orphans: 0, unfinished: 0 });
  expect(lines.join()).toContain('"message":"created"');
  for (const secret of ['participant_token', 'eyJ', 'PRIVATE KEY'])
    expect(lines.join()).not.toContain(secret);
  console.log(
    `SIGKILL at ${calls.length} calls x before/after: ${runs} runs, 0 lost, 0 doubled, 0 orphans left`,
  );
}, 60_000);
