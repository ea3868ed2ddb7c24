import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Schedules } from '../schedule/schedules.ts';
import type { Applications } from './applications.ts';
import type { Callbacks } from './callbacks.ts';
import type { RotationRhythm } from './rotation.ts';

/** What every part of a deployment stands on. */
export interface Deployment {
  /** Five characters, on every room at the provider. */
  readonly id: string;
  readonly table: Table;
  /** What is remembered of calendars, if any are read. */
  readonly calendarTable: Table | undefined;
  readonly bus: IEventBus;
  readonly applications: Applications;
  readonly schedules: Schedules;
  /** Where providers tell of rooms, if they are asked to. */
  readonly callbacks: Callbacks | undefined;
  /** Where messages rest that the bus or a schedule could not put into a queue. */
  readonly undelivered: Queue;
  /** For all that has no key of its own. */
  readonly key: IKey;
  readonly queueKey: IKey;
  readonly logRetention: RetentionDays;
  /** What becomes of logs when their function goes. */
  readonly logRemovalPolicy: RemovalPolicy;
  readonly maxReceiveCount: number;
  readonly rhythm: RotationRhythm;
  readonly flexibleWindow: Duration;
  /** How long a room that has ended is remembered. */
  readonly retention: Duration;
  readonly network: Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;
}
