import middy from '@middy/core';
import type { Context, SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/queues/rotation-queue.ts';
import { forEachMessage } from './middleware/batch.ts';
import { ANSWER_IN_TIME, deadline } from './middleware/deadline.ts';
import { invocationLog } from './middleware/invocation-log.ts';
import { metrics } from './middleware/metrics.ts';
import { type Parsed, parsing } from './middleware/parsing.ts';
import { partialBatchFailures } from './middleware/partial-batch-failures.ts';
import {
  type ReconciliationMessage,
  readReconciliation,
  writeReconciliation,
} from './requests/tasks/reconciliation.ts';
import { FleetGauges } from './rooms/fleet/gauges.ts';
import type { ApplicationReport } from './rooms/fleet/inventory.ts';
import { type ListTotals, type ReconciliationTask, reconcileRooms } from './rooms/fleet/reconcile.ts';
import { rewriteLinks } from './rooms/fleet/rewrite-links.ts';
import { RequestRefusedError } from './rooms/model/errors.ts';
import type { ReconciliationMode } from './rooms/model/events.ts';
import { notOfPool } from './rooms/model/placement.ts';
import type { Room } from './rooms/model/room.ts';
import { MINUTE } from './rooms/model/time.ts';
import { sqs } from './runtime/aws.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { ReconcileRoomsEnvironment } from './runtime/environment.ts';
import { once } from './runtime/once.ts';
import type { FailurePolicy } from './runtime/queue/failure-policy.ts';
import { log } from './runtime/telemetry/log.ts';
import { count, countBy, countFor } from './runtime/telemetry/metrics.ts';
import { inbox, now, prepare, roomContext } from './runtime/wiring.ts';

const environment = once(() =>
  readEnvironment<ReconcileRoomsEnvironment>(['ROTATIONS_QUEUE', 'RECONCILIATION', 'BRAKE_PERCENT']),
);

/**
 * Compares the table with the providers' lists. A message is a run over the applications that it names, or
 * over all. The rest of an unfinished run goes into another message. A message may ask to write all links
 * again instead.
 */
export const handler = middy({ ...ANSWER_IN_TIME, beforePrefetch: prepare })
  .use(invocationLog())
  .use(metrics())
  .use(parsing(read))
  .use(partialBatchFailures(failurePolicy))
  .use(deadline())
  .handler(forEachMessage(run));

const reconciling = once(() => ({
  ...roomContext(),
  rotations: rotationQueue(sqs(), environment().ROTATIONS_QUEUE, now),
  // the construct writes one of the two
  mode: environment().RECONCILIATION as ReconciliationMode,
  brake: Number(environment().BRAKE_PERCENT) / 100,
}));

type Task = ReconciliationTask & Pick<ReconciliationMessage, 'links'>;

function read({ messageId, body }: SQSRecord): Parsed<Task> {
  const message = readReconciliation(body);
  return { key: messageId, task: { ...message, applications: applicationsOf(message) } };
}

function run({ links, ...task }: Task, context: Context): Promise<void> {
  return links ? writeLinks(links.from, context) : reconcile(task, context);
}

async function writeLinks(from: string | undefined, context: Context): Promise<void> {
  const timeLeft = () => context.getRemainingTimeInMillis();
  const { nominated, next } = await rewriteLinks(from, { ...reconciling(), timeLeft });
  if (next !== undefined) await inbox().queue.send(writeReconciliation({ links: { from: next } }));
  log.info('links nominated', { nominated, next });
}

async function reconcile(task: ReconciliationTask, context: Context): Promise<void> {
  const timeLeft = () => context.getRemainingTimeInMillis();
  const gauges = new FleetGauges(now());
  const onRow = (room: Room) => gauges.count(room);
  const { applications, rest, totals } = await reconcileRooms(task, { ...reconciling(), timeLeft, onRow });
  const { queue } = inbox();
  await Promise.all(rest.map((left) => queue.send(writeReconciliation(left))));
  log.info('reconciled', { mode: reconciling().mode, applications, rest });
  for (const [name, found] of Object.entries(applications)) tell(name, found);
  for (const [name, total] of Object.entries(totals)) tellTotals(name, total);
  if (Object.keys(applications).length > 0) publish(gauges);
  if (rest.length === 0) count('ReconciliationsFinished');
}

function failurePolicy(): FailurePolicy {
  return { ...inbox(), now, backOff: [5 * MINUTE, 15 * MINUTE, 30 * MINUTE] };
}

function applicationsOf({ applications, confirmed }: ReconciliationMessage): readonly string[] {
  const { names } = roomContext().pool;
  const asked = applications ?? (confirmed ? [confirmed.application] : names);
  const stranger = asked.find((name) => !names.includes(name));
  if (stranger === undefined) return asked;
  throw new RequestRefusedError(`applications: ${notOfPool(names, stranger)}`);
}

function tell(application: string, found: ApplicationReport): void {
  countFor(application, {
    RoomsDrifted: found.drifted,
    RoomsUnfinished: found.unfinished,
    Strangers: found.strangers,
    RoomsRecovered: found.recovered,
    ListsHandedOn: found.partial ? 1 : 0,
  });
}

/** Alarms watch these metrics: a part of a list without findings must not end the alarm of another part. */
function tellTotals(application: string, { rooms, lost, orphans, held }: ListTotals): void {
  countFor(application, {
    ApplicationRooms: rooms,
    RoomsLost: lost,
    RoomsOrphaned: orphans,
    FindingsHeld: held,
  });
}

function publish({ states, livesLeft }: FleetGauges): void {
  for (const [state, rooms] of states) countBy({ state }, { Rooms: rooms });
  for (const [left, rooms] of livesLeft) {
    // a bar that is missing is a bar of nothing, and each line of the log costs money
    if (rooms > 0) countBy({ left }, { RoomsByLifeLeft: rooms });
  }
}
