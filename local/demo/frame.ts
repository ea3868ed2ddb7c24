import { DAY } from '../../functions/rooms/model/time.ts';
import { CONTROL_PORT } from '../rooms/control.ts';
import type { LocalRooms } from '../rooms/local-rooms.ts';
import { columns } from './text.ts';

/** Returns lines that say what runs, and where. */
export function introduction({ stack, provider }: LocalRooms, took: number): string[] {
  const { environment, template } = stack;
  const parts = [
    ['table', /DynamoDB::/, 'DynamoDB by dynalite', environment.AWS_ENDPOINT_URL_DYNAMODB],
    ['queue', /SQS::Queue$/, 'SQS by fauxqs', environment.AWS_ENDPOINT_URL_SQS],
    ['function', /Lambda::Function$/, 'the bundles that would be deployed', ''],
    ['rule', /Events::Rule$/, 'EventBridge stand-in', environment.AWS_ENDPOINT_URL_EVENTBRIDGE],
    ['schedule', /Scheduler::Schedule$/, 'fired by a clock that can be turned', ''],
    [
      'secret',
      /SecretsManager::Secret$/,
      'Secrets Manager stand-in',
      environment.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    ],
  ] as const;
  const rows = parts.map(([what, type, how, where = '']) => {
    const count = template.resources.filter((resource) => type.test(resource.type)).length;
    return [`  ${count} ${what}${count === 1 ? '' : 's'}`, how, where];
  });
  rows.push(['  the provider', provider.title, provider.url]);
  return [
    '',
    `${stack.template.stackName} runs from its template, after ${(took / 1000).toFixed(1)} s`,
    '',
    ...columns(rows),
  ];
}

/** Returns lines that say how a person writes an event, and has it read. */
export function writesByHand({ calendar, stack }: LocalRooms, port: number): string[] {
  if (!calendar?.byHand) return [];
  const at = port === CONTROL_PORT ? '' : ` --port ${port}`;
  return [
    '',
    'Write an event into the calendar, and let the time of its next reading come:',
    '',
    `  ${calendar.byHand(stack.clock.now() + 7 * DAY)}`,
    `  npm run clock -- +12h${at}`,
  ];
}

/** Returns lines that say what a person can try while the stack runs. */
export function whatNext({ doors, stack, provider }: LocalRooms, port: number): string[] {
  const at = port === CONTROL_PORT ? '' : ` --port ${port}`;
  const commands = [
    ['npm run send -- examples/room-request.json', 'ask for another room'],
    ['npm run send -- examples/room-requested-event.json', 'ask by an event on the bus'],
    ['npm run send -- examples/cancel-request.json', 'and cancel that one'],
    ['npm run send -- examples/calendar-google.json', 'a meeting as Google Calendar sends it'],
    ...(doors.calendarBucket === undefined
      ? []
      : [['npm run send -- examples/calendar.ics', 'put a calendar into the bucket']]),
    ...doors.feeds.map(({ name }) => [`npm run feed -- ${name} https://...`, 'set the address of a feed']),
    ['npm run rooms', 'all rooms'],
    ['npm run evergreen-rooms -- show KEY', 'one room: what is wrong with it, and its life'],
    ['npm run evergreen-rooms -- console', 'the same as pages, and more'],
    ['npm run host-link -- KEY', 'the link of a room for its host: a credential'],
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
    'With an AWS SDK of your own:',
    '',
    ...environment.map(([name, value]) => `  export ${name}=${value}`),
    '',
    'With the AWS CLI, after these: the commands of the guide and the runbook then work here.',
    '',
    `  STACK=${stack.template.stackName}`,
    `  aws() { command aws --endpoint-url ${stack.environment.AWS_ENDPOINT_URL} "$@"; }`,
    `  out() { aws cloudformation describe-stacks --stack-name "$STACK" \\`,
    `    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text; }`,
    `  eval "$(out SendRequest)" && sleep 2 && eval "$(out ListRooms)"`,
    '',
    `Make the provider fail, or look into it: see docs/emulators.md, at ${provider.url}`,
  ];
}
