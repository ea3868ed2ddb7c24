import type { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Applications } from './applications.ts';
import type { Schedules } from './schedule/schedules.ts';

export type LogLevel = 'DEBUG' | 'INFO';

/** What every part of a deployment stands on. */
export interface Deployment {
  /** Five characters, on every room at the provider. */
  readonly id: string;
  readonly table: Table;
  readonly bus: IEventBus;
  readonly applications: Applications;
  readonly schedules: Schedules;
  readonly queueKey: IKey;
  readonly logKey: IKey;
  readonly logRetention: RetentionDays;
  readonly logLevel: LogLevel;
  readonly maxReceiveCount: number;
  readonly renewBefore: Duration;
  /** Between two runs of the rotation. */
  readonly longestGap: Duration;
  readonly retention: Duration;
}

/** Metrics of one deployment stand together, apart from those of the next. */
export function metricsNamespace(deployment: string): string {
  return `EvergreenRooms/${deployment}`;
}
