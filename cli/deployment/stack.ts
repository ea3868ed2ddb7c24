import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../../doctor/clients.ts';
import { putCredential } from '../../doctor/credentials.ts';
import type { Deployment as FoundDeployment } from '../../doctor/deployment.ts';
import { examine } from '../../doctor/examine.ts';
import { hostLinkOf } from '../../doctor/host-link.ts';
import { poolOf } from '../../doctor/pool.ts';
import { dynamoDbOf } from '../../doctor/ports.ts';
import { reconcile } from '../../doctor/reconcile.ts';
import { redrive, redriveRoutes } from '../../doctor/redrive.ts';
import { report } from '../../doctor/report.ts';
import type { ProviderKind } from '../../functions/adapters/provider/kind.ts';
import { PROVIDERS } from '../../functions/adapters/providers.ts';
import { roomsTable } from '../../functions/adapters/tables/rooms-table.ts';
import { writeBackRecords } from '../../functions/adapters/tables/write-back-records.ts';
import { CALENDAR_DEFAULTS } from '../../functions/requests/calendar/event/settings.ts';
import { DEFAULT_BRAKE } from '../../functions/rooms/fleet/brake.ts';
import { type Duration, type Instant, SECOND } from '../../functions/rooms/model/time.ts';
import { deploymentMarks } from '../../functions/runtime/deployment-marks.ts';
import type { ApplicationEntry, CalendarVariable } from '../../functions/runtime/environment.ts';
import { rehearse, rehearseFile } from '../../local/rooms/rehearsal.ts';
import { CallError } from '../frame/errors.ts';
import { deadLettersIn } from './dead-letters.ts';
import type { AccountLimits, Deployment } from './deployment.ts';
import { dueRooms } from './due.ts';
import { discardSome, redriveSome } from './sift.ts';

/**
 * Rows of a page, unless the caller asks for fewer. A whole megabyte of them, as DynamoDB would give, is many times as large when
 * it is parsed.
 */
const PAGE = 250;

/**
 * A deployment that is reached with the AWS SDK.
 *
 * @param now the clock of the deployment
 */
export function stackDeployment(
  found: FoundDeployment,
  clients: Clients,
  now: () => Instant = Date.now,
): Omit<Deployment, 'hint'> {
  const { environment, applications } = found;
  const { ROOMS_TABLE: tableName, WORK_QUEUE: requests, EVENT_BUS, LINKS_URL: linksUrl } = environment;
  const { sqs, dynamoDb, events, s3 } = clients;
  const calendarTable = found.functions.get('write-calendars')?.environment.CALENDARS_TABLE;
  const store = roomsTable(dynamoDbOf(dynamoDb), { tableName });
  return {
    stack: found.stack.name,
    id: found.id,
    mark: deploymentMarks(environment).deployment,
    ...(linksUrl !== undefined && { linksUrl }),
    applications,
    pool: poolOf(applications, now, clients),
    limits: applications.map(limitsOf),
    renewal: {
      renewBefore: Number(environment.RENEW_BEFORE_SECONDS) * SECOND,
      longestGap: Number(environment.LONGEST_GAP_SECONDS) * SECOND,
    },
    reconciliation: reconciliationOf(found),
    ...linksOf(environment),
    rotationsPerRun: perRunOf(found),
    calendarGrace: graceOf(environment),
    rooms: {
      read: (key) => store.read(key),
      history: (key) => store.history(key),
      scan: (cursor, most = PAGE) => store.scan(cursor, most),
      listEnd: (application) => store.listEnd(application),
      due: (before, from) => dueRooms(store, before, from),
    },
    now,
    async request(body) {
      const { MessageId = '' } = await sqs.send(
        new SendMessageCommand({ QueueUrl: requests, MessageBody: body }),
      );
      return MessageId;
    },
    async announce({ source: Source, 'detail-type': DetailType, detail }) {
      const { Entries: [result] = [] } = await events.send(
        new PutEventsCommand({
          Entries: [{ EventBusName: EVENT_BUS, Source, DetailType, Detail: JSON.stringify(detail) }],
        }),
      );
      if (!result?.EventId) throw new Error(`the bus refused the event: ${result?.ErrorMessage}`);
      return result.EventId;
    },
    async putCalendar(Key, Body) {
      const bucket = bucketOf(found);
      if (!bucket) throw new CallError('the stack has no bucket for calendars: set calendarFiles to on');
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    },
    rehearse: (body) => rehearse(body, environment, store),
    rehearseCalendar: (key, text) => rehearseFile({ key, text }, environment, store),
    async deadLetters() {
      const letters = await Promise.all(deadLetterUrls(found).map((url) => deadLettersIn(sqs, url)));
      return letters.flat();
    },
    async redrive(what) {
      const routes = redriveRoutes(found);
      if (what !== undefined && !routes.has(what))
        throw new CallError(
          `the deployment has no queue of ${what}: it has ${[...routes.keys()].join(', ')}`,
        );
      let sent = 0;
      for (const [name, route] of routes) if ((what ?? name) === name) sent += await redrive(sqs, route);
      return sent;
    },
    async redriveSome(wanted) {
      let sent = 0;
      for (const route of redriveRoutes(found).values()) sent += await redriveSome(sqs, route, wanted);
      return sent;
    },
    async discard(wanted) {
      const deleted = await Promise.all(deadLetterUrls(found).map((url) => discardSome(sqs, url, wanted)));
      return deleted.reduce((sum, count) => sum + count, 0);
    },
    written: async (key) =>
      calendarTable === undefined
        ? undefined
        : writeBackRecords(dynamoDbOf(dynamoDb), calendarTable).read(key),
    reconcile: (options) => reconcile({ ...options, now }, found, clients),
    async credentialAt(application) {
      const secret = applications.find(({ name }) => name === application)?.secret;
      const { CreatedDate } = await clients.secrets.send(new GetSecretValueCommand({ SecretId: secret }));
      return CreatedDate?.getTime();
    },
    hostLink: (key) => hostLinkOf(key, { table: tableName, applications, now }, clients),
    putCredential: (credential) => putCredential(credential, found, clients),
    async examine() {
      const findings = await examine(found, clients);
      return { findings, lines: report(found, findings) };
    },
  };
}

function limitsOf(entry: ApplicationEntry): AccountLimits {
  const { roomLimit, roomsADay, capabilities }: ProviderKind<never> = PROVIDERS[entry.provider];
  const perMinute = capabilities.creationsPerMinute;
  return {
    application: entry.name,
    provider: entry.provider,
    ...(roomLimit !== undefined && { rooms: roomLimit }),
    ...(perMinute !== undefined && { perMinute }),
    ...(roomsADay !== undefined &&
      'hosts' in entry && { hosts: entry.hosts.map((name) => ({ name, perDay: roomsADay })) }),
  };
}

/** Returns all queues that feed no function. */
function deadLetterUrls({ functions, ofType }: FoundDeployment): readonly string[] {
  const inboxes = new Set([...functions.values()].map(({ environment }) => environment.WORK_QUEUE));
  return ofType('AWS::SQS::Queue')
    .map(({ physicalId }) => physicalId)
    .filter((url) => !inboxes.has(url));
}

/**
 * A team's stack may have other buckets; the name of the deployment's bucket is in the command that fills it.
 */
function bucketOf({ ofType }: FoundDeployment): string | undefined {
  return ofType('AWS::S3::Bucket').find(({ logicalId }) => /Calendar/.test(logicalId))?.physicalId;
}

/** Without its function nothing is repaired. */
function reconciliationOf({ functions }: FoundDeployment): Deployment['reconciliation'] {
  const { RECONCILIATION, BRAKE_PERCENT } = functions.get('reconcile-rooms')?.environment ?? {};
  return {
    mode: RECONCILIATION === 'repair' ? 'repair' : 'report',
    brake: BRAKE_PERCENT === undefined ? DEFAULT_BRAKE : Number(BRAKE_PERCENT) / 100,
  };
}

function linksOf({ LINKS_TABLE: table, LINKS_URL: url, LINK_NAMES }: FoundDeployment['environment']) {
  if (!table || !url) return {};
  return { links: { table, host: new URL(url).host, names: LINK_NAMES === 'yes' } };
}

function graceOf({ CALENDAR }: FoundDeployment['environment']): Duration {
  const { graceSeconds }: CalendarVariable = JSON.parse(CALENDAR ?? '{}');
  return graceSeconds === undefined ? CALENDAR_DEFAULTS.grace : graceSeconds * SECOND;
}

/** Without the planner nothing is planned, and there is no limit. */
function perRunOf({ functions }: FoundDeployment): number {
  const text = functions.get('plan-rotation')?.environment.ROTATIONS_PER_RUN;
  return text === undefined ? Number.POSITIVE_INFINITY : Number(text);
}
