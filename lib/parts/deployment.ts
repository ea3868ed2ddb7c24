import type { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Surroundings } from '../compute/bundled-function.ts';
import type { RotationRhythm } from '../schedule/rhythm.ts';
import type { Schedules } from '../schedule/schedules.ts';
import type { Applications } from './applications.ts';
import type { Callbacks } from './callbacks.ts';
import type { Links } from './links.ts';

/** The resources that every part of a deployment uses. */
export interface Deployment extends Surroundings {
  readonly table: Table;
  /** The table of feeds and series, if any are read. */
  readonly calendarTable: Table | undefined;
  readonly bus: IEventBus;
  readonly applications: Applications;
  readonly schedules: Schedules;
  /** The address at which providers report events, if callbacks are on. */
  readonly callbacks: Callbacks | undefined;
  /** The public address of the links, unless links are off. */
  readonly links: Links | undefined;
  /** The queue for messages that the bus or a schedule could not deliver. */
  readonly undelivered: Queue;
  /** The text whose digest its rooms carry; absent if they carry a chosen `id`. */
  readonly origin: string | undefined;
  readonly queueKey: IKey;
  readonly maxReceiveCount: number;
  readonly rhythm: RotationRhythm;
  readonly flexibleWindow: Duration;
  /** How long the row of an ended room is kept. */
  readonly retention: Duration;
}
