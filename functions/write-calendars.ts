import middy from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import { calendarSystem } from './adapters/calendars/systems.ts';
import { eventBus } from './adapters/event-bus.ts';
import { meetingsTable } from './adapters/tables/meetings-table.ts';
import { writeBackRecords } from './adapters/tables/write-back-records.ts';
import { type ConnectedCalendar, type Connection, connectedCalendars } from './connections/connection.ts';
import type { CalendarSystem } from './connections/system.ts';
import { tasksFor, tasksForCopies, writeIntoAll } from './connections/write-back/places.ts';
import { WRITE_BACK_REASONS } from './connections/write-back/reasons.ts';
import type { WriteBackProblem } from './connections/write-back/record.ts';
import { type CopyTask, copyTask, type WriteBackTask, writeBackTask } from './connections/write-back/task.ts';
import { type WriteBackResult, writeBack } from './connections/write-back/write-back.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import { readJson } from './requests/json.ts';
import { MINUTE, SECOND } from './rooms/model/time.ts';
import { dynamoDb, eventBridge } from './runtime/aws.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { WriteCalendarsEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import { isOnOneMachine } from './runtime/one-machine.ts';
import type { FailurePolicy } from './runtime/queue/failure-policy.ts';
import { attemptsOf } from './runtime/queue/work-queue.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';
import { inboxOf, now, secrets } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<WriteCalendarsEnvironment>([
    'WORK_QUEUE',
    'DEAD_LETTER_QUEUE',
    'MAX_RECEIVE_COUNT',
    'DEPLOYMENT',
    'EVENT_BUS',
    'CONNECTIONS',
    'CALENDARS_TABLE',
  ]),
);

/** Writes the links of rooms into their calendar events, after the announcements on the bus. */
export const handler = middy(ANSWER_IN_TIME)
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(perform));

const inbox = once(() => inboxOf(environment()));
// the construct checks them before it writes them
const calendars = once(() =>
  connectedCalendars(JSON.parse(environment().CONNECTIONS) as readonly Connection[]),
);
const records = once(() => writeBackRecords(dynamoDb(), environment().CALENDARS_TABLE));
const meetings = once(() => meetingsTable(dynamoDb(), environment().CALENDARS_TABLE));
const events = once(() => {
  const { EVENT_BUS: bus, DEPLOYMENT: deployment } = environment();
  return eventBus(eventBridge(), { bus, deployment, now });
});
/** One client for all calendars of a connection, so that they share its token. */
const systems = new Map<string, Promise<CalendarSystem>>();

interface Work {
  readonly task: WriteBackTask | CopyTask;
  /** Whether the message was received before. */
  readonly hasWaited: boolean;
}

function read(record: SQSRecord): Parsed<Work | undefined> {
  const message = readJson(record.body);
  const task = copyTask(message) ?? writeBackTask(message);
  if (!task) return { key: record.messageId, task };
  return { key: task.key, task: { task, hasWaited: attemptsOf(record) > 1 } };
}

function failurePolicy(): FailurePolicy {
  return { ...inbox(), now, backOff: [10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE] };
}

async function perform(work: Work | undefined): Promise<void> {
  if (!work) return;
  const { task, hasWaited } = work;
  // the message comes again for a place that failed
  await writeIntoAll(
    () => placesOf(task),
    (place) => write(place, hasWaited),
  );
}

/** Returns the event of the room, and its copies. */
async function placesOf(task: Work['task']): Promise<readonly WriteBackTask[]> {
  const { key, meeting: id } = task;
  const meeting = id === undefined ? undefined : await meetings().read(id);
  if ('revision' in task) return tasksFor(task, meeting);
  return tasksForCopies(task, await records().read(key), meeting);
}

async function write(task: WriteBackTask, hasWaited: boolean): Promise<void> {
  const calendar = calendars().find(({ id }) => id === task.calendar);
  // the rule matches every name that begins like the name of a connection
  if (!calendar) return;
  const { key } = task;
  const system = await systemOf(calendar);
  const result = await writeBack(task, calendar, {
    system,
    records: records(),
    admit: () => system.admit(calendar.calendar, hasWaited),
    tell: (problem) => tell(key, calendar.id, problem),
    now,
  });
  log.info(`event ${result}`, { key, calendar: calendar.id });
  const metric = METRICS[result];
  if (metric) count(metric);
}

const METRICS: Partial<Record<WriteBackResult, 'EventsWritten' | 'EventsNotWritten'>> = {
  written: 'EventsWritten',
  refused: 'EventsNotWritten',
  ignored: 'EventsNotWritten',
  'place-taken': 'EventsNotWritten',
  'no-space': 'EventsNotWritten',
};

async function tell(key: string, calendar: string, problem: WriteBackProblem): Promise<void> {
  const reason = WRITE_BACK_REASONS[problem];
  await events().report('Link Not Written', { key, calendar, reason });
  log.warn('link not written', { key, calendar, reason });
}

function systemOf({ connection }: ConnectedCalendar): Promise<CalendarSystem> {
  const known = systems.get(connection.name);
  if (known) return known;
  const made = calendarSystem(connection, {
    secrets: secrets(),
    now,
    atOnce: 1,
    ...(isOnOneMachine() && { reach: 'any-network' }),
  });
  systems.set(connection.name, made);
  return made;
}
