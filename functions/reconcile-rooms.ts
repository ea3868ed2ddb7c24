import type { SQSRecord } from 'aws-lambda';
import { rotationQueue } from './adapters/rotation-queue.ts';
import { readReconciliation } from './requests/reconciliation.ts';
import { type ApplicationReport, type ReconciliationMode, reconcileRooms } from './rooms/reconcile.ts';
import { MINUTE } from './rooms/room.ts';
import { readEnvironment } from './runtime/configuration.ts';
import type { ReconcileRoomsEnvironment } from './runtime/environment.ts';
import { log } from './runtime/log.ts';
import { count, countFor } from './runtime/metrics.ts';
import { inbox, keeping, now, once, sqs } from './runtime/wiring.ts';
import { type Job, sqsHandler } from './runtime/worker.ts';

const environment = once(() =>
  readEnvironment<ReconcileRoomsEnvironment>(['ROTATIONS_QUEUE', 'RECONCILIATION']),
);

/** Compares the table with what the providers have. A message is a run over the applications that it names, or over all. */
export const handler = sqsHandler(
  once(() => ({ ...inbox(), now, backOff: [5 * MINUTE, 15 * MINUTE, 60 * MINUTE], read })),
);

const reconciling = once(() => ({
  ...keeping(),
  rotations: rotationQueue(sqs(), environment().ROTATIONS_QUEUE, now),
  mode: environment().RECONCILIATION as ReconciliationMode,
}));

function read(record: SQSRecord): Job {
  const { applications } = readReconciliation(record.body);
  return {
    key: record.messageId,
    run: async () => {
      const report = await reconcileRooms(applications ?? keeping().pool.names, reconciling());
      log.info('reconciled', { mode: reconciling().mode, applications: report });
      for (const [name, found] of Object.entries(report)) tell(name, found);
      count('ReconciliationsFinished');
    },
  };
}

function tell(application: string, found: ApplicationReport): void {
  countFor(application, {
    ApplicationRooms: found.rooms,
    RoomsLost: found.lost,
    RoomsOrphaned: found.orphans,
    RoomsDrifted: found.drifted,
    RoomsUnfinished: found.unfinished,
    Strangers: found.strangers,
  });
}
