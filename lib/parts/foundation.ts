import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Surroundings } from '../compute/bundled-function.ts';
import { CALLBACK_CONCURRENCY } from '../compute/concurrency.ts';
import { rotationRhythm } from '../schedule/rhythm.ts';
import { Schedules } from '../schedule/schedules.ts';
import { deploymentId, deploymentOrigin } from '../settings/deployment-id.ts';
import type { EvergreenRoomsProps } from '../settings/props.ts';
import { calendarTable } from '../storage/calendar-table.ts';
import { encryptionKey } from '../storage/encryption-key.ts';
import { KEPT, ofEveryDeployment } from '../storage/removal.ts';
import { roomsTable } from '../storage/rooms-table.ts';
import { Applications } from './applications.ts';
import { readsCalendars } from './calendars.ts';
import { Callbacks } from './callbacks.ts';
import type { Deployment } from './deployment.ts';
import { eventBus } from './event-bus.ts';
import { Links } from './links.ts';
import { deadLetterQueue } from './work-queue.ts';

/** Creates the resources that every part of a deployment needs, or uses yours. Sets the defaults. */
export function layFoundation(scope: Construct, props: EvergreenRoomsProps): Deployment {
  const { flexibleWindow = Duration.minutes(15) } = props;
  const removalPolicy = ofEveryDeployment(props.removalPolicy ?? RemovalPolicy.RETAIN);
  const key = encryptionKey(scope, props, removalPolicy);
  const queueKey = props.queueEncryptionKey ?? key;
  const undelivered = undeliveredQueue(scope, queueKey);
  const tableProps = {
    encryptionKey: props.tableEncryptionKey ?? key,
    deletionProtection: removalPolicy === KEPT,
  };
  const surroundings: Surroundings = {
    id: deploymentId(scope, props.deployment),
    key,
    logRetention: props.logRetention ?? RetentionDays.ONE_YEAR,
    logRemovalPolicy: removalPolicy,
    network: { vpc: props.vpc, vpcSubnets: props.vpcSubnets, securityGroups: props.securityGroups },
  };
  const applications = new Applications(scope, 'Applications', {
    applications: props.applications,
    encryptionKey: key,
    callbacks: props.callbacks === true,
  });
  return {
    ...surroundings,
    table: roomsTable(scope, { ...tableProps, removalPolicy }),
    calendarTable: readsCalendars(props.calendar)
      ? calendarTable(scope, { ...tableProps, removalPolicy: KEPT })
      : undefined,
    bus: eventBus(scope, props.eventBus),
    applications,
    schedules: new Schedules(scope, 'Schedules', { deadLetterQueue: undelivered, flexibleWindow }),
    undelivered,
    callbacks: props.callbacks
      ? new Callbacks(scope, 'Callbacks', surroundings, {
          concurrency: callbackConcurrency(props),
          webhookTokens: applications.webhookTokens,
        })
      : undefined,
    links:
      props.links === false
        ? undefined
        : new Links(scope, 'Links', surroundings, {
            ...props.links,
            table: { ...tableProps, removalPolicy },
          }),
    origin: props.deployment === undefined ? deploymentOrigin(scope) : undefined,
    queueKey,
    maxReceiveCount: props.maxReceiveCount ?? 5,
    rhythm: rotationRhythm(scope, props.rotation ?? {}, flexibleWindow),
    flexibleWindow,
    retention: props.retention ?? Duration.days(90),
  };
}

/** Returns the number of executions that callbacks reserve, if any. */
export function callbackConcurrency({ callbackConcurrency: asked }: EvergreenRoomsProps): number | undefined {
  return asked === 'unreserved' ? undefined : (asked ?? CALLBACK_CONCURRENCY);
}

function undeliveredQueue(scope: Construct, key: IKey): Queue {
  const queue = deadLetterQueue(scope, 'Undelivered', key);
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'it is the dead-letter queue of the bus rule and of the schedules, which no redrive policy shows',
  });
  return queue;
}
