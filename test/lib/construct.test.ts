import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { addOutputs, EvergreenRooms } from '../../lib/index.ts';
import type { EvergreenRoomsProps } from '../../lib/settings/props.ts';
import { APPLICATION_ID, appWith, type Resource, resources, roomsWith, target } from '../support/stacks.ts';

const all = (template: Template, type: string): Resource[] => Object.values(resources(template, type));

/** A stack of somebody's own, and the construct with what that stack brings along. */
function bringing(bring: (stack: Stack) => Partial<EvergreenRoomsProps>) {
  const stack = new Stack(appWith(), 'Own');
  const props = { applications: [{ applicationId: APPLICATION_ID }], ...bring(stack) };
  const rooms = new EvergreenRooms(stack, 'Rooms', props);
  return { stack, rooms, template: () => Template.fromStack(stack) };
}

describe('what a team brings along', () => {
  test('a key encrypts everything, and its services are let in', () => {
    const { template } = bringing((stack) => ({ encryptionKey: new Key(stack, 'Theirs') }));
    const [key] = Object.keys(resources(template(), 'AWS::KMS::Key'));
    const encrypted = [
      ...all(template(), 'AWS::SQS::Queue').map(({ Properties }) => Properties.KmsMasterKeyId),
      ...all(template(), 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.KmsKeyId),
      ...all(template(), 'AWS::SNS::Topic').map(({ Properties }) => Properties.KmsMasterKeyId),
      ...all(template(), 'AWS::SecretsManager::Secret').map(({ Properties }) => Properties.KmsKeyId),
      ...all(template(), 'AWS::DynamoDB::Table').map(
        ({ Properties }) => Properties.SSESpecification.KMSMasterKeyId,
      ),
    ];
    expect(encrypted).toHaveLength(10 + 5 + 1 + 1 + 2);
    for (const reference of encrypted) expect(target(reference)).toBe(key);
    expect(servicesLetIn(template(), key as string)).toEqual([
      'cloudwatch.amazonaws.com',
      'events.amazonaws.com',
      'logs',
    ]);
  });

  test('the table and the queues may have keys of their own, which their services may use', () => {
    const { template } = bringing((stack) => ({
      tableEncryptionKey: new Key(stack, 'OfTable'),
      queueEncryptionKey: new Key(stack, 'OfQueues'),
    }));
    const key = (name: string) =>
      Object.keys(resources(template(), 'AWS::KMS::Key')).find((id) => id.startsWith(name)) as string;
    for (const { Properties } of all(template(), 'AWS::SQS::Queue')) {
      expect(target(Properties.KmsMasterKeyId)).toBe(key('OfQueues'));
    }
    const [table] = all(template(), 'AWS::DynamoDB::Table');
    expect(target(table?.Properties.SSESpecification.KMSMasterKeyId)).toBe(key('OfTable'));
    expect(servicesLetIn(template(), key('OfQueues'))).toContain('events.amazonaws.com');
    const policies = JSON.stringify(all(template(), 'AWS::IAM::Policy'));
    expect(policies).toContain(key('OfTable'));
    expect(policies).toContain(key('OfQueues'));
  });

  test('an imported key cannot be opened to the services here, which is said', () => {
    const arn = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
    const { stack } = bringing((scope) => ({ encryptionKey: Key.fromKeyArn(scope, 'Imported', arn) }));
    const [warning] = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('key was imported'),
    );
    expect(warning?.entry.data).toMatch(
      /docs\/security\.md.*otherwise events are dropped and alarms are silent/,
    );
  });

  test('a bus, a topic and a secret take the place of ours', () => {
    const { template, rooms } = bringing((stack) => ({
      applications: [
        { applicationId: APPLICATION_ID, name: 'first', privateKey: new Secret(stack, 'Theirs') },
      ],
      eventBus: EventBus.fromEventBusName(stack, 'Default', 'default'),
      alarmTopic: new Topic(stack, 'Pager'),
    }));
    template().resourceCountIs('AWS::Events::EventBus', 0);
    template().resourceCountIs('AWS::Events::Archive', 0);
    template().resourceCountIs('AWS::SNS::Topic', 1);
    template().resourceCountIs('AWS::SecretsManager::Secret', 1);
    template().hasResourceProperties('AWS::Events::Rule', {
      EventBusName: 'default',
      EventPattern: Match.objectLike({
        'detail-type': Match.arrayWith([{ prefix: { 'equals-ignore-case': 'room request' } }]),
      }),
    });
    expect([...rooms.privateKeys.keys()]).toEqual(['first']);
  });

  test('a topic lets the alarms in, and so does its key, since it has a policy of its own now', () => {
    const { template } = bringing((stack) => ({
      alarmTopic: new Topic(stack, 'Pager', { masterKey: new Key(stack, 'OfTopic') }),
    }));
    const [policy] = all(template(), 'AWS::SNS::TopicPolicy');
    const admitted = policy?.Properties.PolicyDocument.Statement.map(
      ({ Principal }: { Principal: { Service: string } }) => Principal.Service,
    );
    expect(admitted).toEqual(['cloudwatch.amazonaws.com']);
    const key = Object.keys(resources(template(), 'AWS::KMS::Key')).find((id) => id.startsWith('OfTopic'));
    expect(servicesLetIn(template(), key as string)).toEqual(admitted);
  });

  test('an imported topic cannot be opened to the alarms here, which is said', () => {
    const arn = 'arn:aws:sns:eu-central-1:123456789012:pager';
    const { stack } = bringing((scope) => ({ alarmTopic: Topic.fromTopicArn(scope, 'Imported', arn) }));
    const [warning] = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('topic of alarms was imported'),
    );
    expect(warning?.entry.data).toMatch(
      /let cloudwatch\.amazonaws\.com publish .* otherwise alarms are silent/,
    );
  });

  test('a network holds every function, and their roles may be placed into it', () => {
    const { template } = bringing((stack) => ({ vpc: new Vpc(stack, 'Network') }));
    const functions = all(template(), 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Environment?.Variables.POWERTOOLS_SERVICE_NAME,
    );
    expect(functions).toHaveLength(5);
    for (const { Properties } of functions) {
      expect(Properties.VpcConfig.SubnetIds.length).toBeGreaterThan(1);
      const role = target(Properties.Role);
      const policies = all(template(), 'AWS::IAM::Policy').filter((policy) =>
        policy.Properties.Roles.some((reference: object) => target(reference) === role),
      );
      expect(JSON.stringify(policies)).toContain('ec2:CreateNetworkInterface');
    }
  });

  test('a boundary bounds every role', () => {
    const { template } = bringing((stack) => ({
      permissionsBoundary: ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
    }));
    const roles = all(template(), 'AWS::IAM::Role');
    expect(roles).toHaveLength(6);
    for (const { Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/boundary');
    }
  });

  test('a number that comes with the deployment is taken as it comes', () => {
    const { template } = bringing((stack) => {
      const parameter = new CfnParameter(stack, 'Parameter', { type: 'Number' });
      return {
        requestConcurrency: parameter.valueAsNumber,
        retention: Duration.days(parameter.valueAsNumber),
      };
    });
    const [sources, functions] = ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function'].map((type) =>
      JSON.stringify(all(template(), type)),
    );
    expect(sources).toContain('"MaximumConcurrency":{"Ref":"Parameter"}');
    expect(functions).toContain('"RETENTION_DAYS":{"Ref":"Parameter"}');
  });

  test('a runbook of its own is what alarms name', () => {
    const { template } = bringing(() => ({ runbook: 'https://wiki.example.com/rooms' }));
    for (const { Properties } of all(template(), 'AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmDescription).toMatch(
        /What to do: https:\/\/wiki\.example\.com\/rooms#[a-z0-9-]+$/,
      );
    }
  });
});

describe('a property that cannot be', () => {
  test.each<[Partial<EvergreenRoomsProps>, string]>([
    [
      { rotation: { spread: Duration.hours(1) } },
      'rotation.spread is PT1H, and must be from PT0S to PT15M in whole seconds',
    ],
    [{ rotation: { perRun: 0 } }, 'rotation.perRun is 0, and must be a whole number from 1 to 100000'],
    [
      { rotation: { concurrency: 1 } },
      'rotation.concurrency is 1, and must be a whole number from 2 to 1000',
    ],
    [{ maxReceiveCount: 1001 }, 'maxReceiveCount is 1001, and must be a whole number from 2 to 100'],
    [{ retention: Duration.hours(36) }, 'retention is P1DT12H, and must be from P1D to P3650D in whole days'],
    [
      { flexibleWindow: Duration.seconds(90) },
      'flexibleWindow is PT1M30S, and must be from PT0S to PT24H in whole minutes',
    ],
    [
      { calendar: { feeds: [{ name: 'team' }], readEvery: Duration.days(2) } },
      'calendar.readEvery is P2D, and must be from PT5M to P1D in whole minutes',
    ],
  ])('%j is named with its value and its rule', (props, message) => {
    expect(() => roomsWith(props)).toThrow(message);
  });

  test.each<[unknown, string]>([
    [undefined, 'applications is missing, and must name at least one application'],
    [
      { applications: [{ provider: 'webex' }] },
      "applications[0].provider is 'webex', and must be meetings-api, daily, whereby or zoom",
    ],
    [
      { applications: [{ provider: 'zoom', accountId: 'a', clientId: 'b', hosts: ['ann@example.org', 7] }] },
      'applications[0].hosts[1] is 7, and must be a text',
    ],
    [
      { applications: [{ provider: 'zoom', accountId: 'a b', hosts: [] }] },
      "accountId is 'a b', and must be that of the server-to-server OAuth app\n" +
        "clientId is 'undefined', and must be that of the server-to-server OAuth app\n" +
        'hosts is empty, and must name at least one user who hosts meetings',
    ],
    [
      { applications: [{ provider: 'zoom', accountId: 'a', clientId: 'b', hosts: ['x', 'y', 'x'] }] },
      'hosts names x twice',
    ],
    [{ applications: [{ provider: 'dayli' }] }, 'did you mean daily?'],
    [
      { applications: [{ provider: 'daily', nmae: 'x' }] },
      'there is no property applications[0].nmae; did you mean name?',
    ],
    [
      { rotation: { renewBefore: 'P7D' } },
      "rotation.renewBefore is 'P7D', and must be a Duration, as in Duration.days(7)",
    ],
    [{ requestConcurency: 3 }, 'there is no property requestConcurency; did you mean requestConcurrency?'],
    [{ callbacks: 'on' }, "callbacks is 'on', and must be true or false"],
    [{ renewBefore: 'P7D' }, 'there is no property renewBefore; did you mean rotation.renewBefore?'],
    [{ encryptionKey: {} }, 'encryptionKey is an object, and must be a Key'],
    [{ eventBus: 'arn:aws:events:eu-central-1:1:event-bus/a' }, 'and must be an EventBus'],
    [{ securityGroups: ['sg-1'] }, "securityGroups[0] is 'sg-1', and must be a SecurityGroup"],
    [{ removalPolicy: 'keep' }, "removalPolicy is 'keep', and must be destroy, retain, "],
    [{ calendar: { files: 'on' } }, "calendar.files is 'on', and must be a Bucket, or true or false"],
    [
      { calendar: { timeZone: 'Europe/Berlin' } },
      "calendar.timeZone is 'Europe/Berlin', and must be a TimeZone",
    ],
    [
      { reconciliation: { schedule: 'rate(1 day)' } },
      "is 'rate(1 day)', and must be a ScheduleExpression, as in",
    ],
    [{ reconciliation: { mode: 'fix' } }, "reconciliation.mode is 'fix', and must be repair or report"],
    [{ calendar: { feeds: ['team'] } }, "calendar.feeds[0] is 'team', and must be an object"],
    [{ calendar: { scope: 'all' } }, "calendar.scope is 'all', and must be series or occurrence"],
    [
      { rotation: { schedules: ['cron(0 2 * * ? *)'] } },
      "rotation.schedules[0] is 'cron(0 2 * * ? *)', and must be a ScheduleExpression",
    ],
    [
      { rotation: { schedules: [ScheduleExpression.expression('cron(0 25 * * ? *)')] } },
      "rotation.schedules[0]: schedule cron(0 25 * * ? *) has '25' for hours",
    ],
  ])('%j from plain JavaScript is named with its place and what it must be', (props, message) => {
    const stack = new Stack(appWith(), 'Own');
    const all =
      props === undefined ? {} : { applications: [{ applicationId: APPLICATION_ID }], ...(props as object) };
    expect(() => new EvergreenRooms(stack, 'Rooms', all as EvergreenRoomsProps)).toThrow(message);
  });

  test('that is no options is said once', () => {
    const wrong = { applications: [{ applicationId: APPLICATION_ID }], rotation: null, calendar: [] };
    const stack = new Stack(appWith(), 'Own');
    expect(() => new EvergreenRooms(stack, 'Rooms', wrong as unknown as EvergreenRoomsProps)).toThrow(
      /^rotation is null, and must be an object\ncalendar is a list, and must be an object$/,
    );
  });

  test('is told with all others of its kind at once, of schedules and applications too', () => {
    const wrong = { nmae: 1, callbacks: 'on', applications: [{ provider: 'webex' }, 'x'] };
    const stack = new Stack(appWith(), 'Own');
    expect(() => new EvergreenRooms(stack, 'Rooms', wrong as unknown as EvergreenRoomsProps)).toThrow(
      /^there is no property nmae.*\ncallbacks is .*\napplications\[0\]\.provider .*\napplications\[1\] is 'x'/,
    );
    expect(() =>
      roomsWith({
        applications: [{ applicationId: 'one' }, { applicationId: 'two' }],
        rotation: { perRun: 0, schedules: [ScheduleExpression.expression('cron(0 2)')] },
        reconciliation: { schedule: ScheduleExpression.expression('rate(0 days)') },
      }),
    ).toThrow(
      /'one'.*\n.*'two'.*\nrotation\.perRun .*\nrotation\.schedules\[0\]: .*\nreconciliation\.schedule: /,
    );
  });

  test('does not hide the next one', () => {
    expect(() => roomsWith({ requestConcurrency: 1, rotation: { perRun: 0.5 } })).toThrow(
      /rotation\.perRun .*\nrequestConcurrency /,
    );
  });
});

describe('two of them', () => {
  test.each([
    [
      'in one stack',
      () => {
        const stack = new Stack(appWith(), 'Own');
        return [roomsIn(stack, 'First'), roomsIn(stack, 'Second')];
      },
    ],
    [
      'in stacks that are alike but for their name',
      () =>
        ['dev', 'prod'].map((stage) =>
          roomsIn(new Stack(appWith(), 'Own', { stackName: `rooms-${stage}` }), 'Rooms'),
        ),
    ],
  ])('%s share an account and no name', (_, make) => {
    const made = make();
    const names = [...new Set(made.map((each) => Stack.of(each)))].flatMap(namesIn);
    expect(names.length).toBeGreaterThan(5);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(made.map(({ deployment }) => deployment)).size).toBe(2);
  });
});

describe('what a team wires to', () => {
  test('whoever is let may send requests, encrypted as the queue is, and nothing more', () => {
    const { rooms, stack } = roomsWith();
    rooms
      .grantRequestRooms(new Role(stack, 'Team', { assumedBy: new AccountRootPrincipal() }))
      .assertSuccess();
    const policy = all(Template.fromStack(stack), 'AWS::IAM::Policy').find(({ Properties }) =>
      Properties.Roles.some((role: object) => target(role).startsWith('Team')),
    );
    const [send, encrypt, ...rest] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(rest).toEqual([]);
    expect(send.Action).toBe('sqs:SendMessage');
    expect(target(send.Resource)).toMatch(/RequestsInboxQueue/);
    expect(encrypt.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(encrypt.Condition.StringEquals).toHaveProperty('kms:ViaService');
  });

  test.each([
    ['onRoomCreated', 'Room Created'],
    ['onRoomRotated', 'Room Rotated'],
    ['onRoomUpdated', 'Room Updated'],
    ['onRoomCancelled', 'Room Cancelled'],
    ['onRoomRejected', 'Room Rejected'],
    ['onRoomsReconciled', 'Rooms Reconciled'],
    ['onLinkNotWritten', 'Link Not Written'],
  ] as const)('%s is a rule for "%s" of this deployment on our bus', (method, detailType) => {
    const { rooms, stack } = roomsWith({ deployment: 'k3x7q' });
    rooms[method]('Theirs', {
      target: new SqsQueue(new Queue(stack, 'Inbox')),
      eventPattern: { detail: { key: ['weekly'] } },
    });
    const template = Template.fromStack(stack);
    const [bus] = Object.keys(resources(template, 'AWS::Events::EventBus'));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: bus },
      EventPattern: {
        source: ['evergreen-rooms'],
        'detail-type': [detailType],
        detail: { key: ['weekly'], deployment: ['k3x7q'] },
      },
      Targets: [Match.objectLike({ Arn: Match.anyValue() })],
    });
  });

  test('metrics are of this deployment, and take options', () => {
    const { rooms } = roomsWith({ deployment: 'k3x7q' });
    const metric = rooms.metricEmergencies({ period: Duration.hours(1) });
    expect(metric).toMatchObject({
      namespace: 'EvergreenRooms/k3x7q',
      metricName: 'Emergencies',
      statistic: 'Maximum',
      dimensions: { service: 'plan-rotation' },
    });
    expect(metric.period.toHours()).toBe(1);
    expect(rooms.metricApplicationRooms('first').dimensions).toEqual({
      service: 'reconcile-rooms',
      application: 'first',
    });
  });

  test('the commands of the runbook are outputs, under the names of whatever they are put into', () => {
    const { rooms, stack } = roomsWith();
    addOutputs(stack, rooms);
    addOutputs(new Construct(stack, 'Other'), rooms);
    const names = Object.keys(Template.fromStack(stack).toJSON().Outputs);
    expect(names).toEqual(expect.arrayContaining(['ReadDeadRequests', 'RotateNow', 'OpenDashboard']));
    expect(names.filter((name) => /^OtherRotateNow/.test(name))).toHaveLength(1);
  });

  test('its parts are there to be named', () => {
    const { rooms, stack } = roomsWith();
    const names = ['create-rooms', 'plan-rotation', 'reconcile-rooms', 'rotate-rooms'];
    for (const part of [rooms.queues, rooms.deadLetterQueues, rooms.functions]) {
      expect(Object.keys(part).sort()).toEqual(names);
    }
    expect(rooms.requestQueue).toBe(rooms.queues['create-rooms']);
    expect(Stack.of(rooms.table)).toBe(stack);
    expect(rooms.alarms.length).toBeGreaterThan(20);
  });
});

function roomsIn(stack: Stack, id: string): EvergreenRooms {
  return new EvergreenRooms(stack, id, { applications: [{ applicationId: APPLICATION_ID }] });
}

/** The names that a template gives its resources, each of which an account takes once. */
function namesIn(stack: Stack): string[] {
  return Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, Resource>)
    .map(({ Properties }) => Properties?.Name)
    .filter((name) => typeof name === 'string');
}

/** The services that the policy of a key lets in, the logs' without its region. */
function servicesLetIn(template: Template, key: string): string[] {
  const statements = resources(template, 'AWS::KMS::Key')[key]?.Properties.KeyPolicy.Statement as {
    Principal: { Service?: string | object };
  }[];
  const services = statements.flatMap(({ Principal: { Service } }) => Service ?? []);
  return [...new Set(services.map((service) => (typeof service === 'string' ? service : 'logs')))].sort();
}
