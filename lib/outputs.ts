import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FunctionName } from './compute/function-name.ts';
import type { EvergreenRooms } from './evergreen-rooms.ts';

interface Output {
  readonly name: string;
  readonly description: string;
  readonly value: string;
}

/**
 * Adds the commands of the runbook to the outputs of the stack, ready to run. They use the region and the
 * credentials of the AWS CLI.
 *
 * @param scope the scope whose names the outputs have: the stack, unless it has several deployments or
 * outputs with the same names
 * @param command how to call the commands of this package
 */
export function addOutputs(scope: Construct, rooms: EvergreenRooms, command = 'npx evergreen-rooms'): void {
  const putting = (name: string, file: string) =>
    `${command} credentials put ${name} --stack ${Stack.of(scope).stackName} --file ${file}`;
  for (const { name, description, value } of [
    ...names(rooms),
    ...commands(rooms),
    ...deadLetters(rooms, Stack.of(scope).stackName, command),
    ...keys(rooms, putting),
    ...webhooks(rooms, putting),
    ...calendars(rooms, putting),
    ...policies(rooms),
  ]) {
    new CfnOutput(scope, name, { description, value });
  }
  const { region } = Stack.of(scope);
  new CfnOutput(scope, 'OpenDashboard', {
    description: 'The address of the dashboard',
    value:
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}` +
      `#dashboards/dashboard/${rooms.dashboard.dashboardName}`,
  });
}

/**
 * A request that every provider can meet, for a room that ends without a cancellation. It works in any
 * folder.
 */
const TRIAL = {
  key: 'trial',
  display_name: 'Trial, ends after a day',
  lifetime: 'P1D',
  renewal: { mode: 'none' },
};

/** The query for the names that a person looks for. */
const SHOWN =
  'roomKey, #state, slug, generation, #current.guestUrl, #current.expiresAt, renewAt, warnings, lastError';
const NAMES = '{"#entry":"entry","#state":"state","#current":"current"}';

/** The names that a team's own rules, senders and readers need. */
function names({ deployment, eventBus, linksUrl, requestQueue, table }: EvergreenRooms): Output[] {
  return [
    {
      name: 'DeploymentId',
      description: 'The name of the deployment in events, metrics and tags',
      value: deployment,
    },
    {
      name: 'EventBusName',
      description: 'The bus that requests come from and events of rooms go to',
      value: eventBus.eventBusName,
    },
    { name: 'RequestQueueUrl', description: 'The queue of requests', value: requestQueue.queueUrl },
    { name: 'RoomsTableName', description: 'The table of rooms', value: table.tableName },
    ...(linksUrl === undefined
      ? []
      : [
          {
            name: 'LinksUrl',
            description: 'The start of every link; the attribute slug of a room follows',
            value: linksUrl,
          },
        ]),
  ];
}

function policies({ readerPolicy, operatorPolicies }: EvergreenRooms): Output[] {
  return [
    {
      name: 'ReaderPolicyArn',
      description: 'The policy for people who look at rooms with the command',
      value: readerPolicy.managedPolicyArn,
    },
    ...operatorPolicies.map((policy, i) => ({
      name: `OperatorPolicyArn${i === 0 ? '' : i + 1}`,
      description: 'The policy for people who change rooms with the command, in addition to that of a reader',
      value: policy.managedPolicyArn,
    })),
  ];
}

function commands({ requestQueue, queues, table }: EvergreenRooms): Output[] {
  return [
    {
      name: 'SendRequest',
      description: 'Asks for a room that is not renewed: it ends by itself after a day',
      value: sending(requestQueue, `'${JSON.stringify(TRIAL)}'`),
    },
    {
      name: 'ListRooms',
      description: 'Lists the rooms',
      value:
        `aws dynamodb scan --table-name ${table.tableName} --filter-expression '#entry = :room' ` +
        `--expression-attribute-values '{":room":{"S":"room"}}' --expression-attribute-names '${NAMES}' ` +
        `--projection-expression '${SHOWN}'`,
    },
    {
      name: 'RotateNow',
      description: 'Plans the rotation now instead of tonight',
      value: sending(queues['plan-rotation'], "'{}'"),
    },
    {
      name: 'ReconcileNow',
      description: 'Compares the table with what the provider has now',
      value: sending(queues['reconcile-rooms'], "'{}'"),
    },
  ];
}

function sending(queue: { queueUrl: string }, body: string): string {
  return `aws sqs send-message --queue-url ${queue.queueUrl} --message-body ${body}`;
}

const CALLED: Record<FunctionName, string> = {
  'read-calendars': 'Calendars',
  'write-calendars': 'WriteBacks',
  'create-rooms': 'Requests',
  'rotate-rooms': 'Rotations',
  'plan-rotation': 'Plans',
  'reconcile-rooms': 'Reconciliations',
};

function deadLetters(
  { deadLetterQueues, undelivered, failedSecretRotations }: EvergreenRooms,
  stack: string,
  command: string,
): Output[] {
  const read = (queue: { queueUrl: string }) =>
    `aws sqs receive-message --queue-url ${queue.queueUrl} --max-number-of-messages 10 ` +
    '--visibility-timeout 0 --message-attribute-names All';
  // the type of `Object.keys` loses the names
  const ofFunctions = (Object.keys(CALLED) as FunctionName[]).flatMap((name): Output[] => {
    const dead = deadLetterQueues[name];
    if (!dead) return [];
    return [
      {
        name: `ReadDead${CALLED[name]}`,
        description: `Shows ${CALLED[name].toLowerCase()} that failed, with their reasons, and leaves them there`,
        value: read(dead),
      },
      {
        // SQS's own redrive creates new messages, which would undo newer ones: see `doctor/redrive.ts`
        name: `Retry${CALLED[name]}`,
        description: `Gives ${CALLED[name].toLowerCase()} that failed another try, in the place that they had`,
        value: `${command} redrive ${CALLED[name].toLowerCase()} --stack ${stack}`,
      },
    ];
  });
  return [
    ...ofFunctions,
    {
      name: 'ReadUndelivered',
      description: 'Shows what the bus or a schedule could not put into a queue, and leaves it there',
      value: read(undelivered),
    },
    {
      name: 'ReadFailedSecretRotations',
      description: 'Shows the events of failed rotations of secrets, and leaves them there',
      value: read(failedSecretRotations),
    },
  ];
}

/**
 * Returns the command that stores the content of a file in the secret of an application, a feed or a
 * connection.
 */
type Putting = (name: string, file: string) => string;

function keys({ privateKeys }: EvergreenRooms, putting: Putting): Output[] {
  return [...privateKeys.keys()].map((application, i) => ({
    name: `PutPrivateKey${i + 1}`,
    description: `Puts the private key of application ${application} in its place, and reads it back`,
    value: putting(application, 'private.key'),
  }));
}

function webhooks({ webhookUrls }: EvergreenRooms, putting: Putting): Output[] {
  return [...webhookUrls].flatMap(([application, url], i) => [
    {
      name: `WebhookUrl${i + 1}`,
      description: `Where the app of application ${application} tells of meetings`,
      value: url,
    },
    {
      name: `PutWebhookToken${i + 1}`,
      description: `Puts the secret token of the webhooks of application ${application} in its place`,
      value: putting(`${application}-webhook`, 'webhook.token'),
    },
  ]);
}

function calendars(rooms: EvergreenRooms, putting: Putting): Output[] {
  const { feedAddresses, calendarCredentials, calendarBucket, queues } = rooms;
  const addresses = [...feedAddresses.keys()].map((feed, i) => ({
    name: `PutFeedAddress${i + 1}`,
    description: `Puts the address of feed ${feed} in its place, and reads it back`,
    value: putting(feed, 'feed.url'),
  }));
  const credentials = [...calendarCredentials.keys()].map((connection, i) => ({
    name: `PutCalendarCredential${i + 1}`,
    description: `Puts the credential of connection ${connection} in its place, and reads it back`,
    value: putting(connection, 'credential.json'),
  }));
  const reader = queues['read-calendars'];
  return [
    ...addresses,
    ...credentials,
    ...(reader && addresses.length + credentials.length > 0
      ? [
          {
            name: 'ReadFeedsNow',
            description: 'Reads all feeds and connected calendars now',
            value: sending(reader, "'{}'"),
          },
        ]
      : []),
    ...(calendarBucket
      ? [
          {
            name: 'PutCalendarFile',
            description: 'Puts a calendar into the bucket, to be read',
            value: `aws s3 cp calendar.ics s3://${calendarBucket.bucketName}/`,
          },
        ]
      : []),
  ];
}
