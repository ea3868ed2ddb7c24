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

/** What every part of a deployment stands on. */
export interface Deployment extends Surroundings {
  readonly table: Table;
  /** The table of feeds and series, if any are read. */
  readonly calendarTable: Table | undefined;
  readonly bus: IEventBus;
  readonly applications: Applications;
  readonly schedules: Schedules;
  /** Where providers tell of rooms, if they are asked to. */
  readonly callbacks: Callbacks | undefined;
  /** Where the holders of links are led to rooms, unless links are off. */
  readonly links: Links | undefined;
  /** Where messages rest that the bus or a schedule could not put into a queue. */
  readonly undelivered: Queue;
  /** What its rooms carry a digest of; absent where they carry `id`, which was chosen. */
  readonly origin: string | undefined;
  readonly queueKey: IKey;
  readonly maxReceiveCount: number;
  readonly rhythm: RotationRhythm;
  readonly flexibleWindow: Duration;
  /** How long a room that has ended is remembered. */
  readonly retention: Duration;
}
