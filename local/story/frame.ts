import { CONTROL_PORT } from '../rooms/control.ts';
import type { LocalRooms } from '../rooms/local-rooms.ts';
import { columns } from './text.ts';

/** What runs, and where. */
export function introduction({ stack, provider }: LocalRooms, took: number): string[] {
  const count = (type: RegExp) =>
    stack.template.resources.filter((resource) => type.test(resource.type)).length;
  const parts = [
    [count(/DynamoDB::/), 'table', 'DynamoDB by dynalite', stack.environment.AWS_ENDPOINT_URL_DYNAMODB],
    [count(/SQS::Queue$/), 'queues', 'SQS by fauxqs', stack.environment.AWS_ENDPOINT_URL_SQS],
    [count(/Lambda::Function$/), 'functions', 'the bundles that would be deployed, a process each', ''],
    [count(/Events::Rule$/), 'rule', 'EventBridge stand-in', stack.environment.AWS_ENDPOINT_URL_EVENTBRIDGE],
    [count(/Scheduler::Schedule$/), 'schedules', 'fired by a clock that can be turned', ''],
    [
      count(/SecretsManager::Secret$/),
      'secret',
      'Secrets Manager stand-in',
      stack.environment.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    ],
    ['', 'provider', provider.title, provider.url],
  ];
  const rows = parts.map(([number, what, how, where]) => [
    `  ${String(number).padStart(2)} ${what}`,
    String(how),
    String(where),
  ]);
  return [
    '',
    `${stack.template.stackName} runs from its template, after ${(took / 1000).toFixed(1)} s`,
    '',
    ...columns(rows),
  ];
}

/** What to try while the stack is up. */
export function whatNext({ doors, stack, provider }: LocalRooms, port: number): string[] {
  const at = port === CONTROL_PORT ? '' : ` --port ${port}`;
  const commands = [
    ['npm run send -- examples/room-request.json', 'ask for another room'],
    ['npm run send -- examples/room-requested-event.json', 'ask by an event on the bus'],
    ['npm run send -- examples/cancel-request.json', 'and cancel that one'],
    ['npm run rooms', 'all rooms'],
    ['npm run clock -- +30d', 'let a month pass, with every nightly run'],
    ['npm run events', 'what has been announced'],
    ['npm run dead-letters', 'what could not be done, and why'],
  ];
  const withPort = commands.map(([command = '', what = '']) => {
    const given = at && !command.includes(' -- ') ? `${command} --${at}` : `${command}${at}`;
    return [`  ${given}`, what];
  });
  const environment = Object.entries(stack.environment).filter(
    ([name]) => name !== 'AWS_EC2_METADATA_DISABLED',
  );
  return [
    '',
    'The stack stays up until Ctrl-C. In another terminal:',
    '',
    ...columns(withPort),
    '',
    'With an AWS SDK or CLI of your own:',
    '',
    ...environment.map(([name, value]) => `  export ${name}=${value}`),
    `  aws sqs send-message --queue-url ${doors.requestsQueueUrl} \\`,
    `    --message-body '{"key":"team/weekly","display_name":"Weekly","lifetime":"P30D"}'`,
    '',
    `Make the provider fail, or look into it: see docs/emulators.md, at ${provider.url}`,
  ];
}
