import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClients } from '../../doctor/clients.ts';
import { findDeployment } from '../../doctor/deployment.ts';
import { examine } from '../../doctor/examine.ts';
import { couldNotLook } from '../../doctor/missing.ts';
import { type Daily, startDaily } from '../../emulators/daily/daily.ts';
import type { Template as StackTemplate } from '../../local/stack/template.ts';
import { stackWith } from '../support/stacks.ts';
import { type Account, startAccount } from './account.ts';

const API_KEY = 'd'.repeat(40);

let account: Account;
let daily: Daily;
let template: StackTemplate;

beforeAll(async () => {
  daily = await startDaily({ domains: [{ domainName: 'team', apiKeys: [API_KEY] }] });
  const applications = [{ provider: 'daily', name: 'main', baseUrl: daily.url }];
  template = Template.fromStack(stackWith({ applications })).toJSON() as StackTemplate;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([account.stop(), daily.close()]);
});

/** A deployment in which all is as it should be. */
beforeEach(async () => {
  await account?.stop();
  account = await startAccount(template);
  vi.stubEnv('AWS_ENDPOINT_URL', account.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  account.secrets.set(account.identity(account.find('AWS::SecretsManager::Secret')).ref, API_KEY);
});

async function findings() {
  const clients = makeClients({ region: 'eu-central-1' });
  return examine(await findDeployment(clients, 'EvergreenRooms-test'), clients);
}

describe('what somebody deleted', () => {
  test.each([
    ['AWS::Events::Rule', 'RequestsRule', 'rule RoomsRequestsRule'],
    ['AWS::Scheduler::Schedule', 'Rotation1', 'schedule RoomsSchedulesRotation1'],
    ['AWS::SQS::Queue', 'RequestsInboxDeadLetters', 'queue RoomsRequestsInboxDeadLetters'],
    ['AWS::SQS::Queue', 'RequestsInboxQueue', 'queue RoomsRequestsInboxQueue'],
    ['AWS::Lambda::Function', 'RequestsFunction', 'function RoomsRequestsFunction'],
    ['AWS::Lambda::Function', 'PlannerFunction', 'function RoomsRotationPlannerFunction'],
    ['AWS::Lambda::EventSourceMapping', 'RotationWorker', 'queue of rotate-rooms'],
    ['AWS::DynamoDB::Table', 'RoomsTable', 'table RoomsTable'],
    ['AWS::KMS::Key', '', 'encryption key'],
    ['AWS::SNS::Topic', '', 'topic of alarms'],
  ])('is said to be missing: %s %s, what brings it back, and nothing else', async (type, part, subject) => {
    const before = (await findings()).length;
    account.facts.set(account.find(type, part), { gone: true });
    const all = await findings();
    const [missing, ...more] = all.filter(({ level }) => level !== 'ok');
    expect(more).toEqual([]);
    expect(missing).toMatchObject({
      level: 'failed',
      subject: expect.stringContaining(subject),
      found: expect.stringMatching(/^(does not exist any more|feeds no function)$/),
      remedy: expect.stringContaining('cdk deploy --revert-drift'),
    });
    // each other check still ran: of a function that is gone, its event source was not looked for
    expect(all.length).toBeGreaterThanOrEqual(before - 2);
  });
});

test.each([
  ['AccessDeniedException', 'give the person who runs the doctor the permission'],
  ['UnknownOperationException', 'unset AWS_ENDPOINT_URL'],
  ['InternalServerError', 'run the doctor again'],
  ['ResourceNotFoundException', 'npx cdk deploy --revert-drift'],
])('what could not be looked at for %s comes with its advice', (name, advice) => {
  const finding = couldNotLook('table', Object.assign(new Error('as AWS says'), { name }));
  expect(finding).toMatchObject({ level: 'failed', remedy: expect.stringContaining(advice) });
});
