import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Audit, audit } from '../../chaos/audit.ts';
import { prepareScenario, type Scenario } from '../../chaos/scenario.ts';
import { Container, type Outcome } from '../../local/lambda/container.ts';
import type { LambdaFunction } from '../../local/lambda/function.ts';
import { type Gate, openGate, type When } from '../support/gate.ts';
import { synthesiseHere } from '../support/synthesise.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let ground: Scenario;
let gate: Gate;
let asked: LambdaFunction;
let environment: Record<string, string>;

beforeAll(async () => {
  ground = await prepareScenario('meetings-api', 20270301, { synthesise: synthesiseHere });
  gate = openGate();
  const found = ground.rooms.stack.functions.find(
    ({ definition }) => definition.environment.POWERTOOLS_SERVICE_NAME === 'create-rooms',
  );
  if (!found) throw new Error('the stack has no function that creates rooms');
  asked = found;
  environment = await behindTheGate(found.definition.environment);
});

afterAll(async () => {
  await gate?.close();
  await ground?.rooms.stop();
});

/** The function's own environment, with every service behind the turnstile. */
async function behindTheGate(own: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const behind: Record<string, string> = { ...own };
  for (const service of ['DYNAMODB', 'SQS', 'EVENTBRIDGE', 'SECRETS_MANAGER']) {
    const variable = `AWS_ENDPOINT_URL_${service}`;
    behind[variable] = await gate.inFrontOf(service, own[variable] ?? '');
  }
  const baseUrl = await gate.inFrontOf('PROVIDER', ground.account.emulator.url);
  const [application] = JSON.parse(own.APPLICATIONS ?? '[]');
  behind.APPLICATIONS = JSON.stringify([{ ...application, baseUrl }]);
  return behind;
}

function startContainer(): Container {
  const { module, handler } = asked.definition;
  const clockOffset = ground.rooms.stack.clock.offset();
  return new Container({ module, handler, environment, clockOffset, log: ground.heard.line });
}

function messageFor(key: string): SQSRecord {
  return {
    messageId: key,
    receiptHandle: key,
    body: JSON.stringify({ key, display_name: 'Weekly', lifetime: 'P30D' }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:requests',
    awsRegion: 'local',
  };
}

function invoke(container: Container, record: SQSRecord): Promise<Outcome> {
  const { name, arn, logGroup, memory } = asked.definition;
  const context = {
    awsRequestId: record.messageId,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    logGroupName: logGroup,
    logStreamName: 'local',
    memoryLimitInMB: String(memory),
  };
  return container.invoke({ Records: [record] }, context, MINUTE);
}

/** Time enough for the lease of a dead worker to be over. */
function letLeasePass(survivor: Container): void {
  const { clock } = ground.rooms.stack;
  clock.jumpTo(clock.now() + 2 * MINUTE);
  survivor.turnClock(clock.offset());
}

it('a process that is killed at any of its calls leaves one room, once the message came back', async () => {
  const acknowledged: Outcome = { ok: true, payload: { batchItemFailures: [] } };
  const survivor = startContainer();
  const keys = ['healthy'];
  gate.open();
  expect(await invoke(survivor, messageFor('healthy'))).toEqual(acknowledged);
  const calls = [...gate.passed];
  expect(calls).toContain('PROVIDER POST /v1/meetings/rooms');
  for (let nth = 1; nth <= calls.length; nth += 1) {
    for (const when of ['before', 'after'] satisfies When[]) {
      const key = `killed-${when}-${nth}`;
      const at = `killed ${when} call ${nth}, ${calls[nth - 1]}`;
      const record = messageFor(key);
      const stopped = gate.stopAt(nth, when);
      const victim = startContainer();
      const end = invoke(victim, record);
      expect(await Promise.race([stopped, end]), at).toBe(calls[nth - 1]);
      victim.kill();
      expect(await end, at).toMatchObject({ ok: false });
      gate.open();
      letLeasePass(survivor);
      expect(await invoke(survivor, record), at).toEqual(acknowledged);
      expect(ground.account.emulator.inventory(), at).toHaveLength(keys.push(key));
    }
  }
  survivor.kill();
  expect((await audited(keys)).wrong).toEqual([]);
  console.log(
    `SIGKILL at ${calls.length} calls x before/after: ${keys.length - 1} runs, 0 lost, 0 doubled, 0 orphans left`,
  );
});

/** Two hours later, table, provider and bus against each other. */
async function audited(keys: readonly string[]): Promise<Audit> {
  const { clock } = ground.rooms.stack;
  clock.jumpTo(clock.now() + 2 * HOUR);
  const wanted = new Map(keys.map((key) => [key, { cancelled: false, name: 'Weekly' } as const]));
  return audit({ ...ground, wanted });
}
