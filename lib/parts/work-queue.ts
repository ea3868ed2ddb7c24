import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type CfnFunction,
  EventSourceMapping,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { type CfnQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { permitConsuming } from '../compute/permissions.ts';

/**
 * AWS's recommendation: time for the retries of a throttled function before a message becomes visible again.
 */
const VISIBILITY_FACTOR = 6;

export interface WorkQueueProps {
  readonly encryptionKey: IKey;
  /** The time-out of the function that this queue feeds. */
  readonly workerTimeout: Duration;
  /** How often a message is received before it goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export interface FeedProps {
  readonly batchSize: number;
  /** The number of concurrent batches. It protects the rate limit of the provider. */
  readonly maxConcurrency?: number | undefined;
}

/** The inbox of a function, and its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly maxReceiveCount: number;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.maxReceiveCount = props.maxReceiveCount;
    this.deadLetterQueue = deadLetterQueue(this, 'DeadLetters', props.encryptionKey);
    this.queue = new Queue(this, 'Queue', {
      ...sealed(props.encryptionKey),
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * props.workerTimeout.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
    });
  }

  /** Connects the queue with its function. Each message fails and comes back by itself. */
  feed(worker: LambdaFunction, props: FeedProps): void {
    new EventSourceMapping(worker, 'Inbox', {
      target: worker,
      eventSourceArn: this.queue.queueArn,
      reportBatchItemFailures: true,
      batchSize: props.batchSize,
      maxConcurrency: props.maxConcurrency,
    });
    permitConsuming(worker, this.queue);
    this.node.addValidation({ validate: () => visibilityFindings(this.queue, worker) });
  }
}

/** Creates a dead-letter queue, which keeps messages for two weeks. */
export function deadLetterQueue(scope: Construct, id: string, encryptionKey: IKey): Queue {
  const queue = new Queue(scope, id, { ...sealed(encryptionKey), retentionPeriod: Duration.days(14) });
  Validations.of(queue).acknowledge({
    id: 'cdk-validator-cfnguard::sqs_dlq_check',
    reason:
      'it is a dead-letter queue itself; to name the queue that it serves would be a circle in the template',
  });
  // SQS's redrive gives messages a new id and a new time, so that an old one would look new:
  // `doctor/redrive.ts` does not
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sqs:StartMessageMoveTask'],
      resources: [queue.queueArn],
    }),
  );
  return queue;
}

/**
 * Encrypted with the deployment's key, over TLS only. A data key is used for an hour, because each one costs
 * a call to KMS.
 */
function sealed(encryptionMasterKey: IKey) {
  return {
    encryption: QueueEncryption.KMS,
    encryptionMasterKey,
    dataKeyReuse: Duration.hours(1),
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
  };
}

function visibilityFindings(queue: Queue, worker: LambdaFunction): string[] {
  // the classes that CDK uses for a queue and a function
  const visibility = (queue.node.defaultChild as CfnQueue).visibilityTimeout ?? 30;
  const timeout = (worker.node.defaultChild as CfnFunction).timeout ?? 3;
  const least = VISIBILITY_FACTOR * timeout;
  if (visibility >= least) return [];
  return [
    `the visibility timeout of queue ${queue.node.path} is ${visibility} s, and must be at least ${least} s, six ` +
      `times the ${timeout} s time-out of ${worker.node.path}; raise the one or lower the other, or messages ` +
      'are handed out again while they are being worked on',
  ];
}
