import middy from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { feedSource } from './adapters/calendars/feed-source.ts';
import { outbox } from './adapters/queues/outbox.ts';
import { calendarMemories } from './adapters/tables/calendar-memories.ts';
import { feedMemories } from './adapters/tables/feed-memories.ts';
import { meetingsTable } from './adapters/tables/meetings-table.ts';
import { seriesTable } from './adapters/tables/series-table.ts';
import { type ConnectedCalendar, type Connection, connectedCalendars } from './connections/connection.ts';
import type { Place } from './connections/meetings.ts';
import { type CalendarSystem, CalendarUnreadableError } from './connections/system.ts';
import type { CopyTask } from './connections/write-back/task.ts';
import { type Feed, FeedUnreadableError } from './feeds/feed.ts';
import { readFeed } from './feeds/read-feed.ts';
import { readFile } from './feeds/read-file.ts';
import { type ReadingTask, readReadingTask, writeCalendarTask, writeFeedTask } from './feeds/task.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import { shown } from './requests/refusal.ts';
import {
  AmbiguousOutcomeError,
  RequestRefusedError,
  toError,
  UnauthorizedError,
  UnreachableError,
} from './rooms/model/errors.ts';
import { type Duration, MINUTE, SECOND } from './rooms/model/time.ts';
import { lookAgain } from './rooms/series/series.ts';
import { dynamoDb, sqs } from './runtime/aws.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { ReadCalendarsEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import { isOnOneMachine } from './runtime/one-machine.ts';
import type { FailurePolicy } from './runtime/queue/failure-policy.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';
import { inboxOf, now, secrets } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<ReadCalendarsEnvironment>(
    [
      'WORK_QUEUE',
      'DEAD_LETTER_QUEUE',
      'MAX_RECEIVE_COUNT',
      'REQUESTS_QUEUE',
      'FEEDS',
      'CONNECTIONS',
      'CALENDARS_TABLE',
    ],
    ['WRITES_QUEUE'],
  ),
);

/**
 * Reads calendars that do not send events by themselves: feeds and connected calendars on their schedules,
 * files when they are put into a bucket, and series whose next occurrence has come within the horizon.
 */
export const handler = middy(ANSWER_IN_TIME)
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(perform));

const inbox = once(() => inboxOf(environment()));
// the construct checks them before it writes them
const feeds = once(() => JSON.parse(environment().FEEDS) as readonly Feed[]);
const calendars = once(() =>
  connectedCalendars(JSON.parse(environment().CONNECTIONS) as readonly Connection[]),
);
/** One client for all calendars of a connection, so that they share its token. */
const systems = new Map<string, Promise<CalendarSystem>>();
const requests = once(() => outbox(sqs(), environment().REQUESTS_QUEUE));
const reading = once(() => ({
  source: feedSource({ secrets: secrets(), onThisMachine: isOnOneMachine() }),
  memories: feedMemories(dynamoDb(), environment().CALENDARS_TABLE),
  outbox: requests(),
  now,
}));

function read({ messageId, body }: SQSRecord): Parsed<ReadingTask> {
  const task = readReadingTask(body);
  return { key: keyOf(task) ?? messageId, task };
}

type CalendarTask = Extract<ReadingTask, { kind: 'calendar' }>;

/** Two readings of one calendar run one after the other. */
function keyOf(task: ReadingTask): string | undefined {
  if (task.kind === 'feed') return task.name;
  return task.kind === 'calendar' ? task.id : undefined;
}

function failurePolicy(): FailurePolicy {
  return { ...inbox(), now, backOff: [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE] };
}

/** The invocation time that is reserved for sending on and remembering the pages of a calendar. */
const SENDING_TIME: Duration = 60 * SECOND;

async function perform(task: ReadingTask, context: Context): Promise<void> {
  switch (task.kind) {
    case 'all':
      // one message for each, so that none waits for another
      await outbox(sqs(), environment().WORK_QUEUE).send([
        ...feeds().map(({ name }) => writeFeedTask(name)),
        ...calendars().map(({ id }) => writeCalendarTask(id)),
      ]);
      return lookAtSeries();
    case 'feed':
      return follow(task.name);
    case 'calendar':
      return followCalendar(task, () => context.getRemainingTimeInMillis() >= SENDING_TIME);
    case 'file': {
      // most readings are of feeds: they need not wait for this client to be loaded
      const { calendarFiles } = await import('./adapters/calendars/calendar-files.ts');
      const sent = await readFile(task, { source: calendarFiles(), outbox: requests() });
      log.info('file read', { file: task.key, sent });
    }
  }
}

async function lookAtSeries(): Promise<void> {
  const series = seriesTable(dynamoDb(), environment().CALENDARS_TABLE);
  const sent = await lookAgain(series, (bodies) => requests().send(bodies), now);
  if (sent > 0) log.info('series are read again', { sent });
}

async function follow(name: string): Promise<void> {
  const feed = feeds().find((known) => known.name === name);
  if (!feed) throw new RequestRefusedError(`feed: must be one of the deployment's feeds, got "${name}"`);
  try {
    const result = await readFeed(feed, reading());
    log[result.outcome === 'empty' ? 'warn' : 'info']('feed read', { feed: name, ...result });
    count(result.outcome === 'empty' ? 'FeedsEmpty' : 'FeedsRead');
  } catch (error) {
    if (!(error instanceof FeedUnreadableError)) throw error;
    // the next schedule comes sooner than a retry would help
    log.error('feed not read', { feed: name, error });
    count('FeedsFailed');
  }
}

async function followCalendar(
  { id, event: look, part }: CalendarTask,
  mayGoOn: () => boolean,
): Promise<void> {
  const calendar = calendars().find((known) => known.id === id);
  if (!calendar) {
    throw new RequestRefusedError(`calendar: must be the id of a connected calendar, got ${shown(id)}`);
  }
  // most functions have no connections and need not load this code
  const { formatsOf, readCalendar, writeCopyTask } = await import('./connections/read-calendar.ts');
  try {
    const { CALENDARS_TABLE, WORK_QUEUE, WRITES_QUEUE } = environment();
    const own = outbox(sqs(), WORK_QUEUE);
    const ports = {
      system: await systemOf(calendar),
      memories: calendarMemories(dynamoDb(), CALENDARS_TABLE),
      meetings: meetingsTable(dynamoDb(), CALENDARS_TABLE),
      formats: formatsOf(calendars()),
      outbox: requests(),
      lookAt: (places: readonly Place[]) =>
        own.send(places.map(({ calendar, event }) => writeCalendarTask(calendar, { event }))),
      writeCopies: async (tasks: readonly CopyTask[]) => {
        if (WRITES_QUEUE !== undefined) await outbox(sqs(), WRITES_QUEUE).send(tasks.map(writeCopyTask));
      },
      now,
      mayGoOn,
    };
    const result = await readCalendar(calendar, ports, { look, part });
    // after a crash before this line, the schedule continues the reading
    if (result.next !== undefined) await own.send([writeCalendarTask(id, { part: result.next })]);
    log.info('calendar read', { calendar: id, ...result });
    if (result.outcome !== 'under-way') count('CalendarsRead');
  } catch (error) {
    // no schedule asks for this event again
    if (look !== undefined || !PASSING.some((kind) => error instanceof kind)) throw error;
    // the next schedule comes sooner than a retry would help
    log.error('calendar not read', { calendar: id, error: toError(error) });
    count('CalendarsFailed');
  }
}

/** Errors that are over at the next round, or that a person must look into. Throttling is waited for. */
const PASSING = [CalendarUnreadableError, UnauthorizedError, UnreachableError, AmbiguousOutcomeError];

function systemOf({ connection }: ConnectedCalendar): Promise<CalendarSystem> {
  const known = systems.get(connection.name);
  if (known) return known;
  const made = import('./adapters/calendars/systems.ts').then(({ calendarSystem }) =>
    calendarSystem(connection, {
      secrets: secrets(),
      now,
      ...(isOnOneMachine() && { reach: 'any-network' }),
    }),
  );
  systems.set(connection.name, made);
  return made;
}
