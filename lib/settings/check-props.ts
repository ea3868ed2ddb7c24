import { RemovalPolicy, Token } from 'aws-cdk-lib';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import {
  API_KEY_PROVIDERS,
  type ApiKeyApplication,
  type MeetingsApiApplication,
  problemsOfApplications,
  type ZoomApplication,
} from '../parts/applications.ts';
import { problemsOfFeeds } from '../parts/calendars.ts';
import { problemsOfConnections } from '../parts/connections.ts';
import { assertSchedule } from '../schedule/longest-gap.ts';
import { type Construct, inWords, is, isObject, type Kind, oneOf, shown } from './kind.ts';
import { nearest } from './nearest.ts';
import type { CalendarConnection, EvergreenRoomsProps, LinksDomain, LinksOptions } from './props.ts';
import { problemsOfRanges } from './ranges.ts';
import { reasonOf } from './reason.ts';

type Shape = Readonly<Record<string, Kind>>;
type ShapeOf<Props> = { readonly [Name in keyof Required<Props>]: Kind };

const A_KEY: Construct = { a: 'a Key', by: 'keyArn' };
const A_SECRET: Construct = { a: 'a Secret', by: 'secretArn' };
const A_TIME_ZONE: Construct = { a: 'a TimeZone, as in TimeZone.EUROPE_BERLIN', by: 'timezoneName' };
const A_SECURITY_GROUP: Construct = { a: 'a SecurityGroup', by: 'securityGroupId' };
const A_SCHEDULE: Construct = {
  a: 'a ScheduleExpression, as in ScheduleExpression.rate(Duration.days(1))',
  by: 'expressionString',
};

const PROPS: ShapeOf<EvergreenRoomsProps> = {
  applications: 'list',
  rotation: 'options',
  reconciliation: 'options',
  calendar: 'options',
  callbacks: 'boolean',
  links: 'options',
  callbackConcurrency: 'count',
  requestConcurrency: 'number',
  maxReceiveCount: 'number',
  flexibleWindow: 'duration',
  retention: 'duration',
  eventBus: { a: 'an EventBus', by: 'eventBusArn' },
  encryptionKey: A_KEY,
  tableEncryptionKey: A_KEY,
  queueEncryptionKey: A_KEY,
  alarmTopic: { a: 'a Topic', by: 'topicArn' },
  runbook: 'text',
  vpc: { a: 'a Vpc', by: 'vpcId' },
  vpcSubnets: 'object',
  securityGroups: 'list',
  permissionsBoundary: { a: 'a ManagedPolicy', by: 'managedPolicyArn' },
  deployment: 'text',
  logRetention: 'number',
  removalPolicy: Object.values(RemovalPolicy),
};

const ROTATION: ShapeOf<NonNullable<EvergreenRoomsProps['rotation']>> = {
  schedules: 'list',
  renewBefore: 'duration',
  perRun: 'number',
  spread: 'duration',
  concurrency: 'number',
};

const RECONCILIATION: ShapeOf<NonNullable<EvergreenRoomsProps['reconciliation']>> = {
  schedule: A_SCHEDULE,
  mode: ['repair', 'report'],
  brake: 'number',
};

const CALENDAR: ShapeOf<NonNullable<EvergreenRoomsProps['calendar']>> = {
  grace: 'duration',
  timeZone: A_TIME_ZONE,
  placeholder: 'text',
  scope: ['series', 'occurrence'],
  horizon: 'duration',
  feeds: 'list',
  connections: 'list',
  readEvery: 'duration',
  files: { a: 'a Bucket', by: 'bucketArn', or: 'boolean' },
};

const LINKS: ShapeOf<LinksOptions> = {
  domain: 'options',
  page: ['redirect', 'lobby'],
  names: 'boolean',
  team: 'text',
  logo: 'text',
  contact: 'text',
  concurrency: 'number',
};

const LINKS_DOMAIN: ShapeOf<LinksDomain> = {
  name: 'text',
  certificate: { a: 'a Certificate', by: 'certificateArn' },
  hostedZone: { a: 'a HostedZone', by: 'hostedZoneId' },
  webAclArn: 'text',
};

const FEED: Shape = { name: 'text', address: A_SECRET, timeZone: A_TIME_ZONE };
const CONNECTION: ShapeOf<CalendarConnection> = {
  name: 'text',
  kind: ['google', 'microsoft', 'caldav'],
  calendars: 'list',
  credential: A_SECRET,
  which: ['all', 'marked', 'invited'],
  mark: 'text',
  mailbox: 'text',
  writeBack: ['full', 'location', 'off'],
  language: ['en', 'de', 'es', 'fr'],
  actAs: 'text',
  tenant: 'text',
  client: 'text',
  timeZone: A_TIME_ZONE,
  baseUrl: 'text',
  loginUrl: 'text',
};
const MEETINGS_API: ShapeOf<MeetingsApiApplication> = {
  provider: 'text',
  applicationId: 'text',
  name: 'text',
  privateKey: A_SECRET,
  baseUrl: 'text',
};
const API_KEY: ShapeOf<ApiKeyApplication> = {
  provider: 'text',
  name: 'text',
  apiKey: A_SECRET,
  baseUrl: 'text',
};
const ZOOM: ShapeOf<ZoomApplication> = {
  provider: 'text',
  name: 'text',
  accountId: 'text',
  clientId: 'text',
  hosts: 'list',
  clientSecret: A_SECRET,
  webhookToken: A_SECRET,
  baseUrl: 'text',
};
const SHAPES: Readonly<Record<string, Shape>> = {
  'meetings-api': MEETINGS_API,
  ...Object.fromEntries(Object.keys(API_KEY_PROVIDERS).map((name) => [name, API_KEY])),
  zoom: ZOOM,
};
const PROVIDERS = Object.keys(SHAPES);

/**
 * Checks the properties, so that a stack fails at synth if it cannot be deployed or would not work.
 *
 * @throws Error with all problems, one per line
 */
export function checkProps(props: EvergreenRoomsProps = { applications: [] }): void {
  const shapes = problemsOfShapes(props);
  // values of the wrong shape cannot be checked further
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
    ...problemsOfLinks(props.links),
    ...problemsOfEach('rotation.schedules', props.rotation?.schedules, A_SCHEDULE),
    ...problemsOfEach('securityGroups', props.securityGroups, A_SECURITY_GROUP),
    ...each(props.applications).flatMap((entry, i) => problemsOfApplication(`applications[${i}].`, entry)),
    ...each(props.calendar?.feeds).flatMap((feed, i) => problemsOf(`calendar.feeds[${i}].`, feed, FEED)),
    ...each(props.calendar?.connections).flatMap((connection, i) =>
      problemsOf(`calendar.connections[${i}].`, connection, CONNECTION),
    ),
    ...each(props.calendar?.connections).flatMap((connection, i) =>
      problemsOfEach(
        `calendar.connections[${i}].calendars`,
        isObject(connection) ? connection.calendars : undefined,
        'text',
      ),
    ),
  ];
}

function problemsOfApplication(prefix: string, entry: unknown): string[] {
  const { provider = 'meetings-api' } = isObject(entry) ? entry : {};
  if (!PROVIDERS.includes(String(provider))) {
    return [
      `${prefix}provider is ${shown(provider)}, and must be ${oneOf(PROVIDERS)}${meant(String(provider), PROVIDERS)}`,
    ];
  }
  return [
    ...problemsOf(prefix, entry, SHAPES[String(provider)] ?? API_KEY),
    ...problemsOfEach(`${prefix}hosts`, isObject(entry) ? entry.hosts : undefined, 'text'),
  ];
}

function problemsOfLinks(links: EvergreenRoomsProps['links']): string[] {
  if (links === false) return [];
  const { domain } = isObject(links) ? links : {};
  const missing = (['name', 'certificate'] as const)
    .filter((name) => isObject(domain) && domain[name] === undefined)
    .map((name) => `links.domain.${name} is missing`);
  return [
    ...problemsOf('links.', links, LINKS),
    ...problemsOf('links.domain.', domain, LINKS_DOMAIN),
    ...missing,
  ];
}

const DOMAIN = /^(?=.{4,100}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

function problemsOfLinkValues(links: EvergreenRoomsProps['links']): string[] {
  const { domain, logo } = links || {};
  const problems: string[] = [];
  if (domain && !Token.isUnresolved(domain.name) && !DOMAIN.test(domain.name)) {
    problems.push(
      `links.domain.name is '${domain.name}', and must be a domain in lower case of at most 100 characters, as in meet.example.com`,
    );
  }
  if (logo !== undefined && !Token.isUnresolved(logo) && !/^https:\/\/[\x21-\x7e]+$/.test(logo)) {
    problems.push(`links.logo is '${logo}', and must be an https address`);
  }
  return problems;
}

function problemsOfValues(props: EvergreenRoomsProps): string[] {
  return [
    ...problemsOfApplications(props.applications),
    ...problemsOfFeeds(props.calendar?.feeds ?? []),
    ...problemsOfConnections(props.calendar?.connections ?? [], props.calendar?.feeds ?? []),
    ...problemsOfRanges(props),
    ...problemsOfLinkValues(props.links),
    ...each(props.rotation?.schedules).flatMap((schedule, i) =>
      // what it is is checked there
      problemsOfSchedule(`rotation.schedules[${i}]`, schedule as ScheduleExpression),
    ),
    ...(props.reconciliation?.schedule
      ? problemsOfSchedule('reconciliation.schedule', props.reconciliation.schedule)
      : []),
  ];
}

function problemsOfSchedule(name: string, schedule: ScheduleExpression): string[] {
  if (Token.isUnresolved(schedule.expressionString)) return [];
  try {
    assertSchedule(schedule.expressionString);
    return [];
  } catch (error) {
    return [`${name}: ${reasonOf(error)}`];
  }
}

/** Returns unknown names, and values of the wrong kind. */
function problemsOf(prefix: string, value: unknown, shape: Shape): string[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    return [`${prefix.replace(/\.$/, '') || 'the properties'} is ${shown(value)}, and must be an object`];
  }
  const names = Object.keys(shape);
  return Object.entries(value).flatMap(([name, field]) => {
    const kind = shape[name];
    if (kind === undefined) {
      const hint = prefix === '' ? (elsewhere(name) ?? meant(name, names)) : meant(name, names);
      return [`there is no property ${prefix}${name}${hint}; there are ${names.join(', ')}`];
    }
    return problemsOfValue(`${prefix}${name}`, field, kind);
  });
}

function problemsOfValue(name: string, value: unknown, kind: Kind): string[] {
  if (value === undefined || Token.isUnresolved(value) || is(kind, value)) return [];
  return [`${name} is ${shown(value)}, and must be ${inWords(kind)}`];
}

function problemsOfEach(name: string, list: unknown, kind: Kind): string[] {
  return each(list).flatMap((value, i) => problemsOfValue(`${name}[${i}]`, value, kind));
}

/** Returns the group of a property that was set at the top level. */
function elsewhere(name: string): string | undefined {
  const [place] = Object.entries({
    rotation: ROTATION,
    reconciliation: RECONCILIATION,
    calendar: CALENDAR,
    links: LINKS,
  })
    .filter(([, shape]) => name in shape)
    .map(([options]) => `${options}.${name}`);
  return place && `; did you mean ${place}?`;
}

const each = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

const meant = (name: string, known: readonly string[]) => {
  const close = nearest(name, known);
  return close === undefined ? '' : `; did you mean ${close}?`;
};
