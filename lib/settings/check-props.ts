import { Duration, Token } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { API_KEY_PROVIDERS, problemsOfApplications } from '../parts/applications.ts';
import { problemsOfFeeds } from '../parts/calendars.ts';
import { assertSchedule } from '../schedule/longest-gap.ts';
import { nearest } from './nearest.ts';
import type { EvergreenRoomsProps } from './props.ts';
import { problemsOfRanges } from './ranges.ts';
import { reasonOf } from './reason.ts';

/** What a value must be. Plain JavaScript, and a cast, get past the types. */
type Kind =
  | 'boolean'
  | 'count'
  | 'duration'
  | 'list'
  | 'number'
  | 'object'
  | 'text'
  | 'anything'
  | readonly string[];

type Shape = Readonly<Record<string, Kind>>;
type ShapeOf<Props> = { readonly [Name in keyof Required<Props>]: Kind };

const PROPS: ShapeOf<EvergreenRoomsProps> = {
  applications: 'list',
  rotation: 'object',
  reconciliation: 'object',
  calendar: 'object',
  callbacks: 'boolean',
  callbackConcurrency: 'count',
  requestConcurrency: 'number',
  maxReceiveCount: 'number',
  flexibleWindow: 'duration',
  retention: 'duration',
  eventBus: 'object',
  encryptionKey: 'object',
  tableEncryptionKey: 'object',
  queueEncryptionKey: 'object',
  alarmTopic: 'object',
  runbook: 'text',
  vpc: 'object',
  vpcSubnets: 'object',
  securityGroups: 'list',
  permissionsBoundary: 'object',
  deployment: 'text',
  logRetention: 'number',
  removalPolicy: 'text',
};

const ROTATION: ShapeOf<NonNullable<EvergreenRoomsProps['rotation']>> = {
  schedules: 'list',
  renewBefore: 'duration',
  perRun: 'number',
  spread: 'duration',
  concurrency: 'number',
};

const RECONCILIATION: ShapeOf<NonNullable<EvergreenRoomsProps['reconciliation']>> = {
  schedule: 'object',
  mode: ['repair', 'report'],
  brake: 'number',
};

const CALENDAR: ShapeOf<NonNullable<EvergreenRoomsProps['calendar']>> = {
  grace: 'duration',
  timeZone: 'object',
  placeholder: 'text',
  scope: ['series', 'occurrence'],
  horizon: 'duration',
  feeds: 'list',
  readEvery: 'duration',
  files: 'anything',
};

const FEED: Shape = { name: 'text', address: 'object', timeZone: 'object' };
const MEETINGS_API: Shape = {
  provider: 'text',
  applicationId: 'text',
  name: 'text',
  privateKey: 'object',
  baseUrl: 'text',
};
const API_KEY: Shape = { provider: 'text', name: 'text', apiKey: 'object', baseUrl: 'text' };
const PROVIDERS = ['meetings-api', ...Object.keys(API_KEY_PROVIDERS)];

/**
 * A stack that cannot be deployed, or that would not do what it should, is stopped here.
 *
 * @throws Error with all that is wrong, a line each
 */
export function checkProps(props: EvergreenRoomsProps = { applications: [] }): void {
  const shapes = problemsOfShapes(props);
  // what has the wrong shape cannot be looked into any further
  const problems = shapes.length > 0 ? shapes : problemsOfValues(props);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function problemsOfShapes(props: EvergreenRoomsProps): string[] {
  const problems = problemsOf('', props, PROPS);
  if (problems.length > 0 && !isObject(props)) return problems;
  if (props.applications === undefined)
    problems.push('applications is missing, and must name at least one application');
  return [
    ...problems,
    ...problemsOf('rotation.', props.rotation, ROTATION),
    ...problemsOf('reconciliation.', props.reconciliation, RECONCILIATION),
    ...problemsOf('calendar.', props.calendar, CALENDAR),
    ...each(props.applications).flatMap((entry, i) => problemsOfApplication(`applications[${i}].`, entry)),
    ...each(props.calendar?.feeds).flatMap((feed, i) => problemsOf(`calendar.feeds[${i}].`, feed, FEED)),
  ];
}

function problemsOfApplication(prefix: string, entry: unknown): string[] {
  const { provider = 'meetings-api' } = isObject(entry) ? entry : {};
  if (!PROVIDERS.includes(String(provider))) {
    return [
      `${prefix}provider is ${shown(provider)}, and must be ${oneOf(PROVIDERS)}${meant(String(provider), PROVIDERS)}`,
    ];
  }
  return problemsOf(prefix, entry, provider === 'meetings-api' ? MEETINGS_API : API_KEY);
}

function problemsOfValues(props: EvergreenRoomsProps): string[] {
  return [
    ...problemsOfApplications(props.applications),
    ...problemsOfFeeds(props.calendar?.feeds ?? []),
    ...problemsOfRanges(props),
    ...each(props.rotation?.schedules).flatMap((schedule, i) =>
      problemsOfSchedule(`rotation.schedules[${i}]`, schedule as ScheduleExpression),
    ),
    ...(props.reconciliation?.schedule
      ? problemsOfSchedule('reconciliation.schedule', props.reconciliation.schedule)
      : []),
  ];
}

function problemsOfSchedule(name: string, schedule: ScheduleExpression): string[] {
  if (typeof schedule?.expressionString !== 'string') {
    return [
      `${name} is ${shown(schedule)}, and must be a ScheduleExpression, as in ScheduleExpression.rate(Duration.days(1))`,
    ];
  }
  if (Token.isUnresolved(schedule.expressionString)) return [];
  try {
    assertSchedule(schedule.expressionString);
    return [];
  } catch (error) {
    return [`${name}: ${reasonOf(error)}`];
  }
}

/** Unknown names, and values of the wrong kind. */
function problemsOf(prefix: string, value: unknown, shape: Shape): string[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    return [`${prefix.replace(/\.$/, '') || 'the properties'} is ${shown(value)}, and must be an object`];
  }
  const names = Object.keys(shape);
  return Object.entries(value).flatMap(([name, field]) => {
    const kind = shape[name];
    if (kind === undefined) {
      return [`there is no property ${prefix}${name}${meant(name, names)}; there are ${names.join(', ')}`];
    }
    if (field === undefined || Token.isUnresolved(field) || is(kind, field)) return [];
    return [`${prefix}${name} is ${shown(field)}, and must be ${IN_WORDS(kind)}`];
  });
}

function is(kind: Kind, value: unknown): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  switch (kind) {
    case 'anything':
      return true;
    case 'count':
      return typeof value === 'number' || value === 'unreserved';
    case 'duration':
      return value instanceof Duration || typeof (value as Partial<Duration>)?.toSeconds === 'function';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'text':
      return typeof value === 'string';
    default:
      return typeof value === kind;
  }
}

const WORDS = {
  anything: 'something',
  boolean: 'true or false',
  count: "a number or 'unreserved'",
  duration: 'a Duration, as in Duration.days(7)',
  list: 'a list',
  number: 'a number',
  object: 'an object of the CDK',
  text: 'a text',
};

const IN_WORDS = (kind: Kind) => (typeof kind === 'string' ? WORDS[kind] : oneOf(kind));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const each = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

const oneOf = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const meant = (name: string, known: readonly string[]) => {
  const close = nearest(name, known);
  return close === undefined ? '' : `; did you mean ${close}?`;
};

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : String(value);
}
