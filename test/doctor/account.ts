import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { resolveTemplate } from '../../local/stack/resolve.ts';
import type { Template } from '../../local/stack/template.ts';

/** What AWS says of a resource, beside what its template does: to be changed by a test. */
type Facts = Record<string, unknown>;

/** An account in which a template is deployed, as the doctor's calls see it: over the wire, by the SDK's protocols. */
export interface Account {
  readonly endpoint: string;
  stackStatus: string;
  /** Facts by the logical id of a resource; those that a healthy deployment has where a test says nothing. */
  readonly facts: Map<string, Facts>;
  /** Values of secrets, by their ARN. */
  readonly secrets: Map<string, string>;
  /** What a version that was just put is read back as. */
  readBack(arn: string): string | undefined;
  /** Messages in queues, by logical id. */
  readonly messages: Map<string, number>;
  plans: number;
  /** What the function for webhooks answers to a body. */
  webhook: (body: string) => string;
  /** What a visitor of a link gets. */
  link: { status: number; body: string };
  subscriptions: string[];
  /** Operations that the caller may not call. */
  readonly denied: Set<string>;
  /** The logical id of the only resource of a type whose id has this in it. */
  find(type: string, part?: string): string;
  identity(logicalId: string): { readonly ref: string; readonly arn: string };
  stop(): Promise<void>;
}

/** Where function URLs are. */
const LINKS = '/links/';
const WEBHOOKS = '/webhooks/';

const PLACE = { stackName: 'EvergreenRooms-test', region: 'eu-central-1', account: '123456789012' };

export async function startAccount(template: Template): Promise<Account> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // the SDK asks a queue at its own address
  const queueUrlPrefix = `${endpoint}/${PLACE.account}/`;
  const functionUrls = Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Url')
      .map(([logicalId]) => [logicalId, `${endpoint}${LINKS}`]),
  );
  const resolved = resolveTemplate(template, PLACE, { queueUrlPrefix, functionUrls });
  const ofType = (type: string) => resolved.resources.filter((resource) => resource.type === type);
  const physicalId = (logicalId: string) => {
    const { type, properties } =
      resolved.resources.find((resource) => resource.logicalId === logicalId) ?? {};
    const { ref } = resolved.identity(logicalId);
    const bus = type === 'AWS::Events::Rule' ? properties?.EventBusName : undefined;
    return typeof bus === 'string' && bus !== 'default' ? `${bus}|${ref}` : ref;
  };
  const byId = (type: string, id: unknown) => {
    const found = ofType(type).find(({ logicalId }) => {
      const { ref, attributes } = resolved.identity(logicalId);
      return [ref, attributes.Arn].includes(String(id));
    });
    if (!found || facts(found.logicalId).gone)
      throw new AccountError(NOT_FOUND[type] ?? 'ResourceNotFoundException', `${type} ${id} does not exist`);
    return found;
  };
  const facts = (logicalId: string) => account.facts.get(logicalId) ?? {};
  const known = (type: string, id: unknown, healthy: Facts) => {
    const { logicalId, properties } = byId(type, id);
    return { ...healthy, ...pick(properties), ...facts(logicalId) };
  };

  const isThere = (alarm: string) =>
    ofType('AWS::CloudWatch::Alarm').some(
      ({ logicalId }) => resolved.identity(logicalId).ref === alarm && !facts(logicalId).gone,
    );

  const operations: Record<string, (input: Facts) => object> = {
    GetFunctionConfiguration: ({ FunctionName }) => {
      const { logicalId, properties } = byId('AWS::Lambda::Function', FunctionName);
      const { Runtime, Environment } = properties;
      return { State: 'Active', LastUpdateStatus: 'Successful', Runtime, Environment, ...facts(logicalId) };
    },
    ListEventSourceMappings: ({ FunctionName }) => ({
      EventSourceMappings: ofType('AWS::Lambda::EventSourceMapping')
        .filter(({ properties }) => properties.FunctionName === FunctionName)
        .filter(({ logicalId }) => !facts(logicalId).gone)
        .map(({ logicalId }) => ({ UUID: logicalId, State: 'Enabled', ...facts(logicalId) })),
    }),
    GetSchedule: ({ Name }) => known('AWS::Scheduler::Schedule', Name, { State: 'ENABLED' }),
    ListTargetsByRule: ({ Rule }) => {
      const { logicalId, properties } = byId('AWS::Events::Rule', Rule);
      return { Targets: properties.Targets, ...facts(logicalId) };
    },
    DescribeRule: ({ Name }) => known('AWS::Events::Rule', Name, { State: 'ENABLED' }),
    GetMetricData: () => ({
      MetricDataResults: [{ Id: 'heartbeat', Values: account.plans > 0 ? [account.plans] : [] }],
    }),
    DescribeAlarms: ({ AlarmNames }) => ({
      MetricAlarms: (AlarmNames as string[]).filter(isThere).map((name) => ({
        ...known('AWS::CloudWatch::Alarm', name, { ActionsEnabled: true, StateValue: 'OK' }),
        AlarmName: name,
      })),
    }),
    DescribeKey: ({ KeyId }) => ({
      KeyMetadata: known('AWS::KMS::Key', KeyId, { KeyId, KeyState: 'Enabled' }),
    }),
    DescribeTable: ({ TableName }) => ({
      Table: {
        TableName,
        TableStatus: 'ACTIVE',
        ...facts(byId('AWS::DynamoDB::Table', TableName).logicalId),
      },
    }),
    DescribeContinuousBackups: ({ TableName }) => ({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: 'ENABLED',
          ...facts(`${byId('AWS::DynamoDB::Table', TableName).logicalId} backups`),
        },
      },
    }),
    GetQueueAttributes: ({ QueueUrl }) => {
      const { logicalId } = byId('AWS::SQS::Queue', QueueUrl);
      return { Attributes: { ApproximateNumberOfMessages: String(account.messages.get(logicalId) ?? 0) } };
    },
    PutSecretValue: ({ SecretId, SecretString }) => {
      account.secrets.set(String(SecretId), String(SecretString));
      return { ARN: SecretId, VersionId: 'put' };
    },
    GetSecretValue: ({ SecretId, VersionId }) => {
      const value =
        VersionId === 'put' ? account.readBack(String(SecretId)) : account.secrets.get(String(SecretId));
      if (value === undefined) throw new AccountError('ResourceNotFoundException', 'it has no value');
      return { SecretString: value };
    },
  };
  const queries: Record<string, (input: URLSearchParams) => string> = {
    DescribeStacks: (input) => {
      if (input.get('StackName') !== PLACE.stackName) {
        throw new AccountError('ValidationError', `Stack with id ${input.get('StackName')} does not exist`);
      }
      const outputs = Object.entries(resolved.outputs).map(
        ([name, value]) =>
          `<member><OutputKey>${name}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
      );
      return `<Stacks><member><StackName>${PLACE.stackName}</StackName><StackStatus>${account.stackStatus}</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>`;
    },
    // two pages, as AWS has them for large stacks
    ListStackResources: (input) => {
      const half = Math.ceil(resolved.resources.length / 2);
      const second = input.get('NextToken') !== null;
      const page = second ? resolved.resources.slice(half) : resolved.resources.slice(0, half);
      const members = page.map(
        ({ logicalId, type }) =>
          `<member><LogicalResourceId>${logicalId}</LogicalResourceId><PhysicalResourceId>${escaped(physicalId(logicalId))}</PhysicalResourceId><ResourceType>${type}</ResourceType></member>`,
      );
      return `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>${second ? '' : '<NextToken>2</NextToken>'}`;
    },
    ListSubscriptionsByTopic: (query) => {
      const topic = query.get('TopicArn') ?? '';
      if (!/^arn:aws:sns:/.test(topic))
        throw new AccountError('InvalidParameter', `TopicArn: ${topic} is no topic`);
      if (ofType('AWS::SNS::Topic').some(({ logicalId }) => facts(logicalId).gone))
        throw new AccountError('NotFound', 'Topic does not exist');
      const members = account.subscriptions.map(
        (arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn><Protocol>email</Protocol></member>`,
      );
      return `<Subscriptions>${members.join('')}</Subscriptions>`;
    },
  };

  function answer(request: IncomingMessage, body: string, asQuery: boolean): string {
    const query = new URLSearchParams(body);
    const [name, input] = asQuery ? [query.get('Action') ?? '', {}] : operationOf(request, body);
    if (account.denied.has(name))
      throw new AccountError('AccessDeniedException', `not allowed to call ${name}`);
    const [ask, operation] = [queries[name], operations[name]];
    if (asQuery && ask)
      return `<${name}Response><${name}Result>${ask(query)}</${name}Result></${name}Response>`;
    if (!asQuery && operation) return JSON.stringify(operation(input));
    throw new AccountError('UnknownOperationException', `${name} is not covered`);
  }

  server.on('request', async (request, response) => {
    if (request.url?.startsWith(WEBHOOKS)) {
      response.writeHead(200).end(account.webhook(await text(request)));
      return;
    }
    if (request.url?.startsWith(LINKS)) {
      response.writeHead(account.link.status).end(account.link.body);
      return;
    }
    const body = await text(request);
    const asQuery = /x-www-form-urlencoded/.test(request.headers['content-type'] ?? '');
    const headers = { 'content-type': asQuery ? 'text/xml' : 'application/json' };
    try {
      const told = answer(request, body, asQuery);
      response.writeHead(200, headers).end(told);
    } catch (error) {
      const { code = 'InternalFailure', message } = error as AccountError;
      const xml = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
      const told = asQuery ? xml : JSON.stringify({ __type: code, message });
      response.writeHead(400, { ...headers, 'x-amzn-errortype': code }).end(told);
    }
  });

  const account: Account = {
    endpoint,
    stackStatus: 'CREATE_COMPLETE',
    facts: new Map(),
    secrets: new Map(),
    readBack: (arn) => account.secrets.get(arn),
    messages: new Map(),
    plans: 2,
    webhook: () => '',
    link: { status: 404, body: '{"state":"unknown"}' },
    subscriptions: ['arn:aws:sns:eu-central-1:123456789012:alarms:1'],
    denied: new Set(),
    find(type, part = '') {
      const found = ofType(type).find(({ logicalId }) => logicalId.includes(part));
      if (!found) throw new Error(`the template has no ${type} with ${part} in its id`);
      return found.logicalId;
    },
    identity: (logicalId) => ({
      ref: resolved.identity(logicalId).ref,
      arn: resolved.identity(logicalId).attributes.Arn ?? '',
    }),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return account;
}

/** How services call what is not there, by its type. */
const NOT_FOUND: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'NotFoundException',
  'AWS::SNS::Topic': 'NotFound',
  'AWS::SQS::Queue': 'QueueDoesNotExist',
};

class AccountError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** JSON protocols name the operation in a header, REST ones by their path. */
function operationOf({ headers, method, url = '' }: IncomingMessage, body: string): [string, Facts] {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return [target.split('.').at(-1) ?? '', JSON.parse(body || '{}')];
  const { pathname, searchParams } = new URL(url, 'http://account');
  const last = decodeURIComponent(pathname.split('/').filter(Boolean).at(-1) ?? '');
  if (pathname.startsWith('/schedules/')) return ['GetSchedule', { Name: last }];
  if (pathname.includes('/event-source-mappings')) {
    return ['ListEventSourceMappings', { FunctionName: searchParams.get('FunctionName') }];
  }
  const [, name = ''] = /\/functions\/([^/]+)\/configuration$/.exec(pathname) ?? [];
  return name
    ? ['GetFunctionConfiguration', { FunctionName: decodeURIComponent(name) }]
    : [`${method} ${pathname}`, {}];
}

function pick({
  Description,
  ScheduleExpression,
  ScheduleExpressionTimezone,
  AlarmDescription,
  AlarmActions,
}: Facts): Facts {
  return { Description, ScheduleExpression, ScheduleExpressionTimezone, AlarmDescription, AlarmActions };
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
