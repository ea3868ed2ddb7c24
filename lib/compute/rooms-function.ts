import type { Duration } from 'aws-cdk-lib';
import { type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type {
  CommonEnvironment,
  CreateRoomsEnvironment,
  PlanRotationEnvironment,
  ReadCalendarsEnvironment,
  ReconcileRoomsEnvironment,
  RotateRoomsEnvironment,
  WriteCalendarsEnvironment,
} from '../../functions/runtime/environment.ts';
import type { Deployment } from '../parts/deployment.ts';
import { type FeedProps, WorkQueue } from '../parts/work-queue.ts';
import { bundledFunction } from './bundled-function.ts';
import type { FunctionName } from './function-name.ts';
import { permitChangingVisibility, permitSending } from './permissions.ts';

/** The environment of each function. */
export interface Environments extends Record<FunctionName, CommonEnvironment> {
  readonly 'create-rooms': CreateRoomsEnvironment;
  readonly 'plan-rotation': PlanRotationEnvironment;
  readonly 'rotate-rooms': RotateRoomsEnvironment;
  readonly 'reconcile-rooms': ReconcileRoomsEnvironment;
  readonly 'read-calendars': ReadCalendarsEnvironment;
  readonly 'write-calendars': WriteCalendarsEnvironment;
}

export interface RoomsFunctionProps<Name extends FunctionName> extends FeedProps {
  readonly name: Name;
  readonly description: string;
  readonly timeout: Duration;
  /** In MiB. */
  readonly memorySize: number;
  /** The variables of this function besides the common ones. */
  readonly environment: Omit<Environments[Name], keyof CommonEnvironment>;
}

/**
 * A function and the queue that feeds it. It may change the visibility of its own messages, send them again, and move
 * them to the dead-letter queue. The caller grants everything else.
 */
export class RoomsFunction<Name extends FunctionName> extends Construct {
  readonly name: Name;
  readonly inbox: WorkQueue;
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, deployment: Deployment, props: RoomsFunctionProps<Name>) {
    super(scope, id);
    this.name = props.name;
    this.inbox = new WorkQueue(this, 'Inbox', {
      encryptionKey: deployment.queueKey,
      maxReceiveCount: deployment.maxReceiveCount,
      workerTimeout: props.timeout,
    });
    this.function = bundledFunction(this, deployment, {
      name: props.name,
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memorySize,
      environment: { ...this.commonEnvironment(deployment), ...props.environment },
      // A long plan, or a message that must wait, is sent again to the function's own inbox. After sixteen
      // times Lambda would stop that as a runaway loop, and rooms would be lost. The loop ends by itself: a
      // plan continues where the last one stopped, and a message waits for two days at most.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    this.inbox.feed(this.function, props);
    permitChangingVisibility(this.function, this.inbox.queue);
    permitSending(this.function, this.inbox.queue);
    permitSending(this.function, this.inbox.deadLetterQueue);
  }

  private commonEnvironment(deployment: Deployment) {
    return {
      ROOMS_TABLE: deployment.table.tableName,
      DEPLOYMENT: deployment.id,
      WORK_QUEUE: this.inbox.queue.queueUrl,
      DEAD_LETTER_QUEUE: this.inbox.deadLetterQueue.queueUrl,
      MAX_RECEIVE_COUNT: String(this.inbox.maxReceiveCount),
    } satisfies Omit<CommonEnvironment, keyof Telling>;
  }
}

/** The variables that `bundledFunction` sets for every function. */
type Telling = Pick<CommonEnvironment, 'POWERTOOLS_SERVICE_NAME' | 'POWERTOOLS_METRICS_NAMESPACE'>;
