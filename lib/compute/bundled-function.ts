import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Aws, type Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type FunctionOptions,
  Function as LambdaFunction,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { metricsNamespace } from '../monitoring/room-metrics.ts';
import { permit, permitNetwork } from './permissions.ts';

/** The package finds itself by its name, both in a checkout and in a team's `node_modules`. */
const PACKAGE = dirname(createRequire(import.meta.url).resolve('evergreen-rooms/package.json'));
const BUNDLES = join(PACKAGE, 'dist', 'functions');

/** The properties of every function of a deployment. */
export interface Surroundings {
  /** Five characters that name the deployment; every room at the provider carries them or a digest. */
  readonly id: string;
  /** The default key, for every resource without its own. */
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  /** The removal policy of the logs. */
  readonly logRemovalPolicy: RemovalPolicy;
  readonly network: Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;
}

export interface BundledFunctionProps {
  /** Names the bundle. */
  readonly name: string;
  readonly description: string;
  readonly timeout: Duration;
  /** In MiB. */
  readonly memorySize: number;
  /** The variables that it reads besides the names of its metrics. */
  readonly environment: Record<string, string>;
  readonly recursiveLoop?: RecursiveLoop;
  readonly reservedConcurrentExecutions?: number;
}

/** Creates a function with its own role and log. The role may only write that log. */
export function bundledFunction(
  scope: Construct,
  { id, key, logRetention, logRemovalPolicy, network }: Surroundings,
  { name, environment, ...props }: BundledFunctionProps,
): LambdaFunction {
  const logGroup = new LogGroup(scope, 'Log', {
    encryptionKey: key,
    retention: logRetention,
    removalPolicy: logRemovalPolicy,
  });
  const role = new Role(scope, 'Role', {
    description: `What ${name} of Evergreen Rooms may do`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  if (network.vpc) permitNetwork(role);
  permit(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  const made = new LambdaFunction(scope, 'Function', {
    ...props,
    ...network,
    role,
    logGroup,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(join(BUNDLES, name)),
    handler: 'index.handler',
    environment: {
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(id),
      URL_SUFFIX: Aws.URL_SUFFIX,
      ...environment,
    },
    loggingFormat: LoggingFormat.JSON,
    // A line without a level counts as INFO. Metrics are such lines: a higher level would drop them.
    applicationLogLevelV2: ApplicationLogLevel.INFO,
  });
  Validations.of(made).acknowledge({
    id: 'cdk-validator-cfnguard::lambda_inside_vpc_check',
    reason: 'it calls a provider on the internet and services of AWS over TLS; a team may pass a network',
  });
  return made;
}
