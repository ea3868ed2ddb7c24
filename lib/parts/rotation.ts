import { Annotations, Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { RUN_ALLOWANCE } from '../../functions/rooms/model/renewal.ts';
import { DEFAULT_CONCURRENCY } from '../compute/concurrency.ts';
import { permitKeepingRooms, permitNominatingRooms, permitSending } from '../compute/permissions.ts';
import { RoomsFunction } from '../compute/rooms-function.ts';
import { RoomsWorker } from '../compute/rooms-worker.ts';
import { longestGapOf } from '../schedule/schedules.ts';
import type { RotationOptions } from '../settings/props.ts';
import type { Deployment } from './deployment.ts';

/** When rooms are renewed if nobody says otherwise. */
export const NIGHTLY = 'cron(0 2 * * ? *)';
const WEEK = Duration.days(7);

/** When rooms are due, and how long a room may have to wait for that. */
export interface RotationRhythm {
  readonly schedules: readonly ScheduleExpression[];
  readonly renewBefore: Duration;
  readonly longestGap: Duration;
}

/** @param flexibleWindow how late a run may start */
export function rotationRhythm(
  scope: Construct,
  { schedules = [ScheduleExpression.expression(NIGHTLY)], renewBefore = WEEK }: RotationOptions,
  flexibleWindow: Duration,
): RotationRhythm {
  if (schedules.length === 0)
    throw new Error('rotation.schedules is empty, and must name at least one schedule');
  const gap = longestGapOf(schedules, flexibleWindow);
  const twoRuns = 2 * gap.toMilliseconds() + RUN_ALLOWANCE;
  if (renewBefore.toMilliseconds() < twoRuns) {
    Annotations.of(scope).addWarningV2(
      'evergreen-rooms:renew-before',
      tooLate(schedules, renewBefore, gap, twoRuns),
    );
  }
  return { schedules, renewBefore, longestGap: gap };
}

function tooLate(
  schedules: readonly ScheduleExpression[],
  renewBefore: Duration,
  gap: Duration,
  least: number,
) {
  const names = schedules.map(({ expressionString, timeZone }) => {
    return timeZone ? `${expressionString} in ${timeZone.timezoneName}` : expressionString;
  });
  return (
    `renewBefore is ${hours(renewBefore.toMilliseconds())}, and ${names.join(' with ')} leaves up to ` +
    `${hours(gap.toMilliseconds())} between two runs: rooms would have fewer than two runs before they end, so ` +
    `they are renewed ${hours(least)} before instead, where their life allows it; raise renewBefore to at least ` +
    'that, or run more often'
  );
}

function hours(milliseconds: number): string {
  return `${Math.round(milliseconds / 36_000) / 100} hours`;
}

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
      memorySize: 512,
      environment: {},
      batchSize: 10,
      maxConcurrency: concurrency,
      callbacks: deployment.callbacks,
    });
    deployment.callbacks?.tell(this.worker.inbox.queue);
    permitKeepingRooms(this.worker.function, deployment.table);
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
