import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { CommonEnvironment, WorkerEnvironment } from '../../functions/runtime/environment.ts';
import type { Callbacks } from '../parts/callbacks.ts';
import type { Deployment } from '../parts/deployment.ts';
import type { Links } from '../parts/links.ts';
import type { FunctionName } from './function-name.ts';
import { permitAnnouncing, permitReadingSecret } from './permissions.ts';
import { type Environments, RoomsFunction, type RoomsFunctionProps } from './rooms-function.ts';

/**
 * A claim stays valid this much longer than its invocation can last, but ends long before the message comes
 * back.
 */
const LEASE_MARGIN = Duration.seconds(30);

type WorkerName = Exclude<FunctionName, 'plan-rotation' | 'read-calendars' | 'write-calendars'>;

export interface RoomsWorkerProps<Name extends WorkerName>
  extends Omit<RoomsFunctionProps<Name>, 'environment'> {
  /** The variables of this worker besides those of all workers. */
  readonly environment: Omit<Environments[Name], keyof WorkerEnvironment>;
  /** For a worker that creates rooms: the address at which providers report events. */
  readonly callbacks?: Callbacks | undefined;
}

/** A function that calls the provider and announces on the bus. */
export class RoomsWorker<Name extends WorkerName> extends RoomsFunction<Name> {
  constructor(scope: Construct, id: string, deployment: Deployment, props: RoomsWorkerProps<Name>) {
    const { callbacks } = props;
    const common = {
      ...workerEnvironment(deployment, props.timeout),
      ...(deployment.links && linksEnvironment(deployment.links)),
      ...(callbacks && { CALLBACKS_URL: callbacks.url, CALLBACKS_SECRET: callbacks.secret.secretArn }),
    };
    super(scope, id, deployment, {
      ...props,
      // TypeScript does not see that the two parts make the whole
      environment: { ...common, ...props.environment } as RoomsFunctionProps<Name>['environment'],
    });
    permitAnnouncing(this.function, deployment.bus);
    for (const secret of deployment.applications.secrets.values()) permitReadingSecret(this.function, secret);
    if (callbacks) permitReadingSecret(this.function, callbacks.secret);
  }
}

function linksEnvironment({ table, url, names }: Links) {
  return {
    LINKS_TABLE: table.tableName,
    LINKS_URL: url,
    ...(names && { LINK_NAMES: 'yes' }),
  } satisfies Pick<WorkerEnvironment, 'LINKS_TABLE' | 'LINKS_URL' | 'LINK_NAMES'>;
}

function workerEnvironment(
  deployment: Deployment,
  timeout: Duration,
): Omit<WorkerEnvironment, keyof CommonEnvironment> {
  return {
    APPLICATIONS: deployment.applications.json,
    ...(deployment.origin !== undefined && { ORIGIN: deployment.origin }),
    EVENT_BUS: deployment.bus.eventBusArn,
    LEASE_SECONDS: String(timeout.plus(LEASE_MARGIN).toSeconds()),
    RENEW_BEFORE_SECONDS: String(deployment.rhythm.renewBefore.toSeconds()),
    LONGEST_GAP_SECONDS: String(deployment.rhythm.longestGap.toSeconds()),
    RETENTION_DAYS: String(deployment.retention.toDays()),
  };
}
