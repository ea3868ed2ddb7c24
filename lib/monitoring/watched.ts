import type { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { FunctionName } from '../compute/function-name.ts';
import type { RoomsFunction } from '../compute/rooms-function.ts';
import type { Place } from '../parts/applications.ts';
import type { RoomMetrics } from './room-metrics.ts';

/** The resources that alarms and the dashboard watch. */
export interface Watched {
  readonly metrics: RoomMetrics;
  readonly applications: readonly Place[];
  readonly functions: readonly RoomsFunction<FunctionName>[];
  /** Functions that no queue feeds. */
  readonly others: readonly LambdaFunction[];
  readonly hasLinks: boolean;
  readonly undelivered: Queue;
  readonly failedSecretRotations: Queue;
  /** The rules that deliver requests and files, by name; a rule without a bus is on the default bus. */
  readonly rules: readonly { readonly bus?: IEventBus; readonly name: string }[];
  readonly scheduleGroup: ScheduleGroup;
  /** How often feeds are read, if there are any. */
  readonly feedsReadEvery: Duration | undefined;
  /** How often connected calendars are read, if there are any. */
  readonly connectionsReadEvery: Duration | undefined;
  /** The longest time between two runs of the rotation, and of reconciliation. */
  readonly gaps: { readonly rotation: Duration; readonly reconciliation: Duration };
}
