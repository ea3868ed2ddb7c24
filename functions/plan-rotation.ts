import middy from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/queues/rotation-queue.ts';
import { DUE_SHARDS, roomsTable } from './adapters/tables/rooms-table.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import { readPlanTask, writePlanTask } from './requests/tasks/plan-task.ts';
import { type PlanReport, type PlanTask, planRotation } from './rooms/fleet/plan.ts';
import { MINUTE, SECOND } from './rooms/model/time.ts';
import { dynamoDb, sqs } from './runtime/aws.ts';
import { numberIn, readEnvironment } from './runtime/configuration.ts';
import type { PlanRotationEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import type { FailurePolicy } from './runtime/queue/failure-policy.ts';
import { log } from './runtime/telemetry/log.ts';
import { count } from './runtime/telemetry/metrics.ts';
import { inboxOf, now } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<PlanRotationEnvironment>([
    'ROOMS_TABLE',
    'WORK_QUEUE',
    'DEAD_LETTER_QUEUE',
    'MAX_RECEIVE_COUNT',
    'ROTATIONS_QUEUE',
    'ROTATIONS_PER_RUN',
    'SPREAD_SECONDS',
    'LONGEST_GAP_SECONDS',
  ]),
);

const inbox = once(() => inboxOf(environment()));

/** Nominates the rooms that are due. A message is a whole run, or the rest of an earlier run. */
export const handler = middy(ANSWER_IN_TIME)
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(plan));

const planning = once(() => {
  const env = environment();
  return {
    rooms: roomsTable(dynamoDb(), { tableName: env.ROOMS_TABLE }),
    rotations: rotationQueue(sqs(), env.ROTATIONS_QUEUE, now),
    now,
    shards: DUE_SHARDS,
    perRun: numberIn('ROTATIONS_PER_RUN', env.ROTATIONS_PER_RUN),
    spread: numberIn('SPREAD_SECONDS', env.SPREAD_SECONDS) * SECOND,
    longestGap: numberIn('LONGEST_GAP_SECONDS', env.LONGEST_GAP_SECONDS) * SECOND,
  };
});

function read({ messageId, body }: SQSRecord): Parsed<PlanTask> {
  return { key: messageId, task: readPlanTask(body) };
}

async function plan(task: PlanTask, context: Context): Promise<void> {
  const timeLeft = () => context.getRemainingTimeInMillis();
  const report = await planRotation(task, { ...planning(), timeLeft });
  if (report.rest) await inbox().queue.send(writePlanTask(report.rest));
  tell(report);
}

function failurePolicy(): FailurePolicy {
  return { ...inbox(), now, backOff: [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE] };
}

function tell({ rest, ...report }: PlanReport): void {
  log.info(rest ? 'plan handed over' : 'plan finished', { ...report });
  count('RotationsDue', report.due);
  count('RotationsNominated', report.nominated);
  count('RotationsDeferred', report.deferred);
  count('Emergencies', report.emergencies);
  count('HeldEmergencies', report.heldEmergencies);
  count('OldestOverdue', Math.round(report.oldestOverdue / SECOND));
  if (!rest) count('PlannerHeartbeat');
}
