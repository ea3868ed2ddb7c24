import { Annotations, Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { RUN_ALLOWANCE } from '../../functions/rooms/model/renewal.ts';
import type { RotationOptions } from '../settings/props.ts';
import { longestGapOf } from './schedules.ts';

/** The default schedule of renewals. */
export const NIGHTLY = 'cron(0 2 * * ? *)';
const WEEK = Duration.days(7);

/** When rooms are due, and how long a room may have to wait for a run. */
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
