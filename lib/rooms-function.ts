import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type {
  CommonEnvironment,
  CreateRoomsEnvironment,
  PlanRotationEnvironment,
  ReconcileRoomsEnvironment,
  RotateRoomsEnvironment,
} from '../functions/runtime/environment.ts';
import type { Deployment } from './deployment.ts';
import type { FunctionName } from './function-name.ts';
import { metricsNamespace } from './monitoring/room-metrics.ts';
import { permit, permitGivingBack, permitNetwork, permitSending } from './permissions.ts';
import { type FeedProps, WorkQueue } from './work-queue.ts';

/** The package finds itself by its name: here in a checkout, or where a team has installed it. */
const PACKAGE = dirname(createRequire(import.meta.url).resolve('evergreen-rooms/package.json'));
const BUNDLES = join(PACKAGE, 'dist', 'functions');

/** Every function by the name of its bundle, and what it reads from its environment. */
export interface Environments extends Record<FunctionName, CommonEnvironment> {
  readonly 'create-rooms': CreateRoomsEnvironment;
  readonly 'plan-rotation': PlanRotationEnvironment;
  readonly 'rotate-rooms': RotateRoomsEnvironment;
  readonly 'reconcile-rooms': ReconcileRoomsEnvironment;
}

export interface RoomsFunctionProps<Name extends FunctionName> extends FeedProps {
  readonly name: Name;
  readonly description: string;
  readonly timeout: Duration;
  /** In MiB. */
  readonly memorySize: number;
  /** What this function reads beside what all do. */
  readonly environment: Omit<Environments[Name], keyof CommonEnvironment>;
}

/**
 * A function and the queue that feeds it. It may write its log, and see to its own messages: give one back, send one
 * on, put one aside. All else is permitted by whoever knows what it does.
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
    this.function = this.makeFunction(deployment, props);
    this.inbox.feed(this.function, props);
    permitGivingBack(this.function, this.inbox.queue);
    permitSending(this.function, this.inbox.queue);
    permitSending(this.function, this.inbox.deadLetterQueue);
  }

  private makeFunction(deployment: Deployment, props: RoomsFunctionProps<Name>): LambdaFunction {
    const { name, description, timeout, memorySize, environment } = props;
    const logGroup = new LogGroup(this, 'Log', {
      encryptionKey: deployment.key,
      retention: deployment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      description: `What ${name} of Evergreen Rooms may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    if (deployment.network.vpc) permitNetwork(role);
    permit(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    const made = new LambdaFunction(this, 'Function', {
      description,
      timeout,
      memorySize,
      role,
      logGroup,
      ...deployment.network,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(BUNDLES, name)),
      handler: 'index.handler',
      environment: { ...this.commonEnvironment(deployment, name), ...environment },
      loggingFormat: LoggingFormat.JSON,
      // A line without a level counts as INFO, and metrics are such lines: any level above would drop them.
      applicationLogLevelV2:
        deployment.logLevel === 'DEBUG' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      // A long plan, or a message that has to wait, is sent on into the function's own inbox. After sixteen times
      // Lambda would take that for a runaway loop and cut it, and rooms would be forgotten. It ends by itself: a
      // plan starts where the one before stopped, and a message waits for a day at most.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    Validations.of(made).acknowledge({
      id: 'cdk-validator-cfnguard::lambda_inside_vpc_check',
      reason:
        'it speaks to a provider on the internet and to services of AWS over TLS; a team may bring a network',
    });
    return made;
  }

  private commonEnvironment(deployment: Deployment, name: Name) {
    return {
      ROOMS_TABLE: deployment.table.tableName,
      DEPLOYMENT: deployment.id,
      LOG_LEVEL: deployment.logLevel,
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(deployment.id),
      WORK_QUEUE: this.inbox.queue.queueUrl,
      DEAD_LETTER_QUEUE: this.inbox.deadLetterQueue.queueUrl,
      MAX_RECEIVE_COUNT: String(this.inbox.maxReceiveCount),
    } satisfies CommonEnvironment;
  }
}
