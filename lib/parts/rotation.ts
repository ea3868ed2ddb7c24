import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import {
  permitKeepingRooms,
  permitNominatingRooms,
  permitReadingHistory,
  permitSending,
  permitWritingLinks,
} from '../compute/permissions.ts';
import { RoomsFunction } from '../compute/rooms-function.ts';
import { RoomsWorker } from '../compute/rooms-worker.ts';
import type { RotationOptions } from '../settings/props.ts';
import type { Deployment } from './deployment.ts';

/** Finds the rooms that are due and renews them, one message each. */
export class Rotation extends Construct {
  readonly planner: RoomsFunction<'plan-rotation'>;
  readonly worker: RoomsWorker<'rotate-rooms'>;

  constructor(
    scope: Construct,
    id: string,
    deployment: Deployment,
    { perRun = 500, spread = Duration.minutes(15), concurrency = DEFAULT_CONCURRENCY }: RotationOptions = {},
  ) {
    super(scope, id);
    this.worker = new RoomsWorker(this, 'Worker', deployment, {
      name: 'rotate-rooms',
      description: 'Renews the rooms that are due',
      timeout: Duration.seconds(60),
      memorySize: 256,
      environment: {},
      batchSize: 10,
      maxConcurrency: concurrency,
      callbacks: deployment.callbacks,
    });
    deployment.callbacks?.tell(this.worker.inbox.queue);
    permitKeepingRooms(this.worker.function, deployment.table);
    permitReadingHistory(this.worker.function, deployment.table);
    if (deployment.links) permitWritingLinks(this.worker.function, deployment.links.table);
    this.planner = new RoomsFunction(this, 'Planner', deployment, {
      name: 'plan-rotation',
      description: 'Nominates the rooms that are due for renewal',
      timeout: Duration.minutes(5),
      memorySize: 512,
      environment: {
        ROTATIONS_QUEUE: this.worker.inbox.queue.queueUrl,
        ROTATIONS_PER_RUN: String(perRun),
        SPREAD_SECONDS: String(spread.toSeconds()),
        LONGEST_GAP_SECONDS: String(deployment.rhythm.longestGap.toSeconds()),
      },
      batchSize: 1,
      maxConcurrency: DEFAULT_CONCURRENCY,
    });
    permitNominatingRooms(this.planner.function, deployment.table);
    permitSending(this.planner.function, this.worker.inbox.queue);
    deployment.rhythm.schedules.forEach((schedule, i) => {
      deployment.schedules.add(`Rotation${i + 1}`, {
        description: 'Renews the rooms that are due',
        schedule,
        queue: this.planner.inbox.queue,
      });
    });
  }
}
