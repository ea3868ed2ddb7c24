import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import { permitReadingAllRooms, permitSending } from '../compute/permissions.ts';
import { RoomsWorker } from '../compute/rooms-worker.ts';
import { longestGapOf } from '../schedule/schedules.ts';
import type { ReconciliationOptions } from '../settings/props.ts';
import type { Deployment } from './deployment.ts';
import type { WorkQueue } from './work-queue.ts';

/** The default schedule of reconciliation. */
export const DAILY = 'cron(0 5 * * ? *)';

/** The default percentage of lost and orphaned rooms above which a person must confirm. */
const DEFAULT_BRAKE = 5;

/** Compares the providers' rooms with the table's, to find lost, orphaned and drifted ones. */
export class Reconciliation extends Construct {
  readonly worker: RoomsWorker<'reconcile-rooms'>;
  /** The longest time between two runs. */
  readonly longestGap: Duration;

  constructor(
    scope: Construct,
    id: string,
    deployment: Deployment,
    rotations: WorkQueue,
    {
      schedule = ScheduleExpression.expression(DAILY),
      mode = 'repair',
      brake = DEFAULT_BRAKE,
    }: ReconciliationOptions = {},
  ) {
    super(scope, id);
    this.longestGap = longestGapOf([schedule], deployment.flexibleWindow);
    this.worker = new RoomsWorker(this, 'Worker', deployment, {
      name: 'reconcile-rooms',
      description: "Compares the provider's rooms with the table's",
      timeout: Duration.minutes(15),
      memorySize: 256,
      environment: {
        ROTATIONS_QUEUE: rotations.queue.queueUrl,
        RECONCILIATION: mode,
        BRAKE_PERCENT: String(brake),
      },
      batchSize: 1,
      maxConcurrency: DEFAULT_CONCURRENCY,
    });
    permitReadingAllRooms(this.worker.function, deployment.table);
    permitSending(this.worker.function, rotations.queue);
    deployment.schedules.add('Reconciliation', {
      description: "Compares the provider's rooms with the table's",
      schedule,
      queue: this.worker.inbox.queue,
    });
  }
}
