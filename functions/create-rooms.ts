import middy from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { outbox } from './adapters/queues/outbox.ts';
import { seriesTable } from './adapters/tables/series-table.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, assertTimeLeft, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import { CALENDAR_DEFAULTS, type CalendarSettings } from './requests/calendar/event/settings.ts';
import type { ParsedMessage } from './requests/message.ts';
import { parseMessage } from './requests/parse.ts';
import { eventIdIn, keyIn } from './requests/sender.ts';
import { serveRequest } from './rooms/actions/serve.ts';
import type { Result } from './rooms/model/result.ts';
import type { RoomRequest } from './rooms/model/room.ts';
import { MINUTE, SECOND } from './rooms/model/time.ts';
import { followSeries } from './rooms/series/series.ts';
import type { SeriesUpdate } from './rooms/series/update.ts';
import { dynamoDb, sqs } from './runtime/aws.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { CalendarVariable, CreateRoomsEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import type { FailurePolicy, GivenUp } from './runtime/queue/failure-policy.ts';
import { forEachKey } from './runtime/queue/for-each-key.ts';
import { originOf } from './runtime/queue/work-queue.ts';
import { log } from './runtime/telemetry/log.ts';
import { report } from './runtime/telemetry/report.ts';
import { inbox, now, prepare, retention, roomContext, workerEnvironment } from './runtime/wiring.ts';

const serve = (request: RoomRequest): Promise<Result> => serveRequest(request, roomContext());

/** Serves requests for rooms: one message, one request. */
export const handler = middy({ ...ANSWER_IN_TIME, beforePrefetch: prepare })
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(serveAll));

const environment = once(() => readEnvironment<CreateRoomsEnvironment>(['CALENDAR'], ['CALENDARS_TABLE']));

const calendar = once((): CalendarSettings => {
  const { graceSeconds, horizonSeconds, ...settings }: CalendarVariable = JSON.parse(environment().CALENDAR);
  return {
    ...CALENDAR_DEFAULTS,
    ...settings,
    ...(graceSeconds !== undefined && { grace: graceSeconds * SECOND }),
    ...(horizonSeconds !== undefined && { horizon: horizonSeconds * SECOND }),
  };
});

interface Task {
  readonly messageId: string;
  readonly parsed: ParsedMessage;
}

async function read(record: SQSRecord): Promise<Parsed<Task>> {
  const { messageId, body } = record;
  const parsed = await parseMessage({ body, ...originOf(record) }, { calendar: calendar() });
  const [first = parsed.requests[0]] = parsed.series ?? [];
  return { key: first?.key ?? messageId, task: { messageId, parsed } };
}

async function serveAll({ messageId, parsed }: Task, context: Context): Promise<void> {
  const { requests, split, series = [], skipped, warnings } = parsed;
  if (skipped !== undefined) log.info('skipped', { messageId, reason: skipped });
  if (warnings) log.warn('read leniently', { messageId, warnings });
  if (split.length > 0) await outbox(sqs(), workerEnvironment().WORK_QUEUE).send(split);
  for (const request of requests) report(request.key, request.action, await serve(request), request.because);
  for (const news of series) await follow(news, context);
}

function failurePolicy(): FailurePolicy {
  return {
    ...inbox(),
    now,
    backOff: [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE],
    tellSender,
  };
}

/** Announces every request that is given up on the bus, with its key or at least the id of its message. */
async function tellSender({ how, record, key = keyIn(record.body), reason }: GivenUp): Promise<void> {
  const { messageId, sentAt } = originOf(record);
  await roomContext().events.report(how === 'refused' ? 'Request Refused' : 'Request Failed', {
    messageId,
    sentAt: new Date(sentAt).toISOString(),
    eventId: eventIdIn(record.body),
    key,
    reason,
  });
}

const seriesStore = once(() => seriesTable(dynamoDb(), environment().CALENDARS_TABLE ?? ''));

async function follow(news: SeriesUpdate, context: Context): Promise<void> {
  const outcome = await followSeries(news, {
    series: seriesStore(),
    // if time runs short: when the message comes back, finished requests are recognised as finished
    serve: (requests) =>
      forEachKey(requests, async (request) => {
        assertTimeLeft(context);
        report(request.key, request.action, await serve(request));
      }),
    now,
    retention: retention(),
  });
  log.info(`series ${outcome}`, { key: news.key, rooms: news.whole?.planned.length });
}
