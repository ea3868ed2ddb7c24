import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { CALENDAR_TABLE } from '../../local/engines/table-engines.ts';
import { type Resource, resources, target, templateWith } from '../support/stacks.ts';

let template: Template;
beforeAll(() => {
  template = templateWith();
});

const all = (type: string): Resource[] => Object.values(resources(template, type));

/** Every function with the queue that feeds it. */
function fed() {
  const queues = resources(template, 'AWS::SQS::Queue');
  const functions = resources(template, 'AWS::Lambda::Function');
  return all('AWS::Lambda::EventSourceMapping').map(({ Properties: mapping }) => {
    const fn = functions[target(mapping.FunctionName)] as Resource;
    const queue = queues[target(mapping.EventSourceArn)] as Resource;
    const name = fn.Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME as string;
    return { name, fn: fn.Properties, queue: queue.Properties, mapping };
  });
}

describe('the queues', () => {
  test('hide a message for six times the time-out of the function that works on it', () => {
    const factors = fed().map(({ fn, queue }) => queue.VisibilityTimeout / fn.Timeout);
    expect(factors).toEqual([6, 6, 6, 6]);
  });

  test('feed one function each, which is told what becomes of each message alone', () => {
    expect(
      fed()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['create-rooms', 'plan-rotation', 'reconcile-rooms', 'rotate-rooms']);
    for (const { mapping } of fed())
      expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('leave an account alive that may run ten functions at once, and guard the rate limit of the provider', () => {
    const guards = Object.fromEntries(fed().map(({ name, mapping }) => [name, mapping.ScalingConfig]));
    expect(guards).toEqual({
      'create-rooms': { MaximumConcurrency: 2 },
      'rotate-rooms': { MaximumConcurrency: 2 },
      'plan-rotation': { MaximumConcurrency: 2 },
      'reconcile-rooms': { MaximumConcurrency: 2 },
    });
  });

  test('take ten messages where a message is a room, one where it is a run', () => {
    expect(Object.fromEntries(fed().map(({ name, mapping }) => [name, mapping.BatchSize]))).toEqual({
      'create-rooms': 10,
      'rotate-rooms': 10,
      'plan-rotation': 1,
      'reconcile-rooms': 1,
    });
  });

  test('put a message that failed five times into a queue of its own, where it rests for two weeks', () => {
    const queues = resources(template, 'AWS::SQS::Queue');
    const resting = fed().map(({ queue }) => {
      expect(queue.RedrivePolicy.maxReceiveCount).toBe(5);
      return target(queue.RedrivePolicy.deadLetterTargetArn);
    });
    expect(new Set(resting).size).toBe(4);
    for (const id of resting) expect(queues[id]?.Properties.MessageRetentionPeriod).toBe(14 * 86_400);
  });

  test('of dead letters forbid the redrive by SQS, which makes new messages of old ones', () => {
    const forbidding = all('AWS::SQS::QueuePolicy').filter(({ Properties }) =>
      Properties.PolicyDocument.Statement.some(
        ({ Effect, Action, Principal }: { Effect: string; Action: unknown; Principal: { AWS?: string } }) =>
          Effect === 'Deny' && Action === 'sqs:StartMessageMoveTask' && Principal.AWS === '*',
      ),
    );
    expect(forbidding.map(({ Properties }) => target(Properties.Queues[0])).sort()).toEqual(
      Object.keys(resources(template, 'AWS::SQS::Queue'))
        .filter((id) => /DeadLetters|Undelivered|FailedSecretRotations/.test(id))
        .sort(),
    );
  });

  test('are each encrypted with the key, and refuse whoever comes without TLS', () => {
    const policies = all('AWS::SQS::QueuePolicy');
    const queues = Object.entries(resources(template, 'AWS::SQS::Queue'));
    expect(queues).toHaveLength(10);
    for (const [id, { Properties: queue }] of queues) {
      expect(target(queue.KmsMasterKeyId)).toBe(theKey());
      const policy = policies.find(({ Properties }) => target(Properties.Queues[0]) === id);
      expect(policy?.Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });
});

describe('the functions', () => {
  test('run on Node 24 and arm64, log in JSON to a group of their own that forgets, and may loop to their end', () => {
    const groups = resources(template, 'AWS::Logs::LogGroup');
    const functions = all('AWS::Lambda::Function');
    expect(functions).toHaveLength(5);
    for (const { Properties: fn } of functions) {
      expect(fn).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
      });
      // visitors feed the one that is public
      if (fn.Environment.Variables.WORK_QUEUE) expect(fn.RecursiveLoop).toBe('Allow');
      const group = groups[target(fn.LoggingConfig.LogGroup)]?.Properties;
      expect(group.RetentionInDays).toBe(30);
      expect(target(group.KmsKeyId)).toBe(theKey());
    }
  });

  test('hold a claim for longer than they run, and for less than their messages are hidden', () => {
    for (const { name, fn, queue } of fed().filter(({ fn }) => 'LEASE_SECONDS' in fn.Environment.Variables)) {
      const lease = Number(fn.Environment.Variables.LEASE_SECONDS);
      expect(lease, name).toBe(fn.Timeout + 30);
      expect(lease, name).toBeLessThan(queue.VisibilityTimeout);
    }
  });

  test('know the queue that feeds them and the one behind it', () => {
    for (const { mapping, queue, fn } of fed()) {
      const variables = fn.Environment.Variables;
      expect(target(variables.WORK_QUEUE)).toBe(target(mapping.EventSourceArn));
      expect(target(variables.DEAD_LETTER_QUEUE)).toBe(target(queue.RedrivePolicy.deadLetterTargetArn));
      expect(variables.MAX_RECEIVE_COUNT).toBe(String(queue.RedrivePolicy.maxReceiveCount));
    }
  });

  test('know the longest gap of the schedule, its flexible window included', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ LONGEST_GAP_SECONDS: String(24 * 3600 + 15 * 60) }) },
    });
  });
});

describe('the schedules', () => {
  test('wake the planner every night and the reconciler every day, and put what fails aside', () => {
    const inboxes = Object.fromEntries(
      fed().map(({ name, mapping }) => [name, target(mapping.EventSourceArn)]),
    );
    const schedules = all('AWS::Scheduler::Schedule').map(({ Properties }) => Properties);
    expect(schedules.map((s) => [s.ScheduleExpression, target(s.Target.Arn)])).toEqual([
      ['cron(0 2 * * ? *)', inboxes['plan-rotation']],
      ['cron(0 5 * * ? *)', inboxes['reconcile-rooms']],
    ]);
    for (const schedule of schedules) {
      expect(schedule).toMatchObject({
        State: 'ENABLED',
        ScheduleExpressionTimezone: 'Etc/UTC',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      });
      expect(schedule.Target.Input).toBe('{}');
      expect(target(schedule.Target.DeadLetterConfig.Arn)).toMatch(/Undelivered/);
    }
  });

  test('are made after the group they go into', () => {
    const [group] = Object.keys(resources(template, 'AWS::Scheduler::ScheduleGroup'));
    for (const { DependsOn } of all('AWS::Scheduler::Schedule')) expect(DependsOn).toContain(group);
  });

  test('can be many, each in a time zone', () => {
    const two = templateWith({
      schedule: ['cron(0 1 * * ? *)', 'cron(0 13 * * ? *)'],
      timeZone: 'Europe/Berlin',
    });
    const schedules = Object.values(resources(two, 'AWS::Scheduler::Schedule')).map(
      ({ Properties }) => Properties,
    );
    expect(schedules.map((s) => [s.ScheduleExpression, s.ScheduleExpressionTimezone])).toEqual([
      ['cron(0 1 * * ? *)', 'Europe/Berlin'],
      ['cron(0 13 * * ? *)', 'Europe/Berlin'],
      ['cron(0 5 * * ? *)', 'Europe/Berlin'],
    ]);
    two.hasResourceProperties('AWS::Lambda::Function', {
      // The clocks go back: twelve hours are thirteen on one night.
      Environment: { Variables: Match.objectLike({ LONGEST_GAP_SECONDS: String(13 * 3600 + 15 * 60) }) },
    });
  });
});

describe('the bus', () => {
  test('brings requests and calendar events into the queue of requests, but never our own news', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'detail-type': ['room request', 'room cancel', 'calendar event', 'calender event'].map((start) => ({
          prefix: { 'equals-ignore-case': start },
        })),
        source: [{ 'anything-but': ['evergreen-rooms'] }],
      },
    });
    const [goal] = all('AWS::Events::Rule')
      .filter(({ Properties }) => Properties.EventBusName)
      .flatMap(({ Properties }) => Properties.Targets);
    expect(target(goal.Arn)).toBe(
      target(fed().find(({ name }) => name === 'create-rooms')?.mapping.EventSourceArn),
    );
    expect(goal.InputTransformer ?? goal.Input ?? goal.InputPath).toBeUndefined();
    expect(target(goal.DeadLetterConfig.Arn)).toMatch(/Undelivered/);
  });

  test('may use both queues and their key, for this rule only', () => {
    const [ruleId] = Object.entries(resources(template, 'AWS::Events::Rule'))
      .filter(([, { Properties }]) => Properties.EventBusName)
      .map(([id]) => id);
    const admitted = all('AWS::SQS::QueuePolicy').filter(({ Properties }) =>
      Properties.PolicyDocument.Statement.some(
        (statement: {
          Principal: { Service?: string };
          Condition: { ArnEquals?: { 'aws:SourceArn': object } };
        }) =>
          statement.Principal.Service === 'events.amazonaws.com' &&
          target(statement.Condition.ArnEquals?.['aws:SourceArn'] ?? {}) === ruleId,
      ),
    );
    expect(admitted).toHaveLength(2);
    expect(all('AWS::KMS::Key')[0]?.Properties.KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({
        Sid: 'DeliverEvents',
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    );
  });
});

describe('the table', () => {
  test('is on demand, can go back in time, is encrypted with the key, and forgets by its time to live', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': [theKey(), 'Arn'] },
      },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      KeySchema: [
        { AttributeName: 'roomKey', KeyType: 'HASH' },
        { AttributeName: 'entry', KeyType: 'RANGE' },
      ],
    });
  });

  test('shows by its index who is due, and nothing that is secret', () => {
    const [table] = all('AWS::DynamoDB::Table');
    expect(table?.Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'due',
        KeySchema: [
          { AttributeName: 'dueShard', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['generation', 'held', 'application', 'renewAt', 'emergencyAt'],
        },
      },
    ]);
  });
});

describe('calendars that are read', () => {
  const types = [
    'AWS::DynamoDB::Table',
    'AWS::S3::Bucket',
    'AWS::Lambda::Function',
    'AWS::Scheduler::Schedule',
  ];
  const counts = (template: Template) => types.map((type) => Object.keys(resources(template, type)).length);

  test('bring nothing along where there are none', () => {
    expect(counts(templateWith())).toEqual([2, 0, 5, 2]);
  });

  test('bring a table, a function and a schedule along, protected as the rooms are', () => {
    const prod = templateWith({ stage: 'prod', calendarFeeds: 'team' });
    expect(counts(prod)).toEqual([3, 0, 6, 3]);
    for (const table of Object.values(resources(prod, 'AWS::DynamoDB::Table'))) {
      expect(table).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        Properties: {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEType: 'KMS' },
        },
      });
    }
    expect(counts(templateWith({ calendarScope: 'occurrence' }))).toEqual([3, 0, 6, 3]);
  });

  test('are taken from a bucket that nobody but the function reads, by a rule for .ics files', () => {
    const template = templateWith({ calendarFiles: 'on' });
    expect(counts(template)).toEqual([3, 1, 6, 2]);
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { object: { key: [{ suffix: { 'equals-ignore-case': '.ics' } }] } } },
    });
  });

  test('are read two at a time, however many files come at once', () => {
    const template = templateWith({ calendarFiles: 'on' });
    const [reader] = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping')).filter(
      ({ Properties }) => target(Properties.EventSourceArn).includes('Calendars'),
    );
    expect(reader?.Properties.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
  });

  test('have a table that the tests make alike', () => {
    const [table] = Object.entries(resources(templateWith({ calendarFeeds: 'team' }), 'AWS::DynamoDB::Table'))
      .filter(([id]) => id.includes('Calendar'))
      .map(([, { Properties }]) => Properties);
    const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = table;
    expect({ KeySchema, AttributeDefinitions, GlobalSecondaryIndexes }).toEqual({
      KeySchema: CALENDAR_TABLE.KeySchema,
      AttributeDefinitions: CALENDAR_TABLE.AttributeDefinitions,
      GlobalSecondaryIndexes: CALENDAR_TABLE.GlobalSecondaryIndexes,
    });
  });
});

describe('the key', () => {
  test('lets the logs service in by the name that it has in the region and its partition', () => {
    expect(all('AWS::KMS::Key')[0]?.Properties.KeyPolicy.Statement).toContainEqual(
      expect.objectContaining({
        Sid: 'KeepLogs',
        Principal: {
          Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
        },
      }),
    );
  });
});

describe('the private key', () => {
  test('has a secret that is made empty, encrypted with the key', () => {
    const [secret] = all('AWS::SecretsManager::Secret');
    expect(secret?.Properties).not.toHaveProperty('GenerateSecretString');
    expect(secret?.Properties).not.toHaveProperty('SecretString');
    expect(target(secret?.Properties.KmsKeyId)).toBe(theKey());
  });

  test('can be brought along', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:ours-a1b2c3';
    const own = templateWith({ applications: [{ applicationId: ID, name: 'first', privateKeyArn: arn }] });
    own.resourceCountIs('AWS::SecretsManager::Secret', 0);
    own.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          APPLICATIONS: Match.serializedJson([Match.objectLike({ secret: arn })]),
        }),
      },
    });
  });
});

const ID = '78d335fa-0b91-4f0c-8c7b-3a1d5a1f7b11';

function theKey(): string {
  return Object.keys(resources(template, 'AWS::KMS::Key'))[0] as string;
}
