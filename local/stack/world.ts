import type { Clock } from '../clock/clock.ts';
import type { QueueEngine } from '../engines/queues.ts';
import type { TableEngine } from '../engines/tables.ts';
import type { EventBuses } from '../fakes/buses.ts';
import type { ObjectNotifications } from '../fakes/notifications.ts';
import type { Scheduler } from '../fakes/scheduler.ts';
import type { Secrets } from '../fakes/secrets.ts';
import type { EventSource } from '../lambda/event-source.ts';
import type { LambdaFunction, LogLine } from '../lambda/function.ts';
import type { FunctionUrl } from '../lambda/function-url.ts';
import type { AssembledStack } from './assembly.ts';
import type { Identity } from './identities.ts';
import type { Resource } from './template.ts';

/** Everything in which a resource can be created, or to which it can be connected. */
export interface World {
  readonly clock: Clock;
  readonly tables: TableEngine;
  readonly queues: QueueEngine;
  readonly secrets: Secrets;
  readonly buses: EventBuses;
  readonly scheduler: Scheduler;
  readonly notifications: ObjectNotifications;
  readonly assembly: AssembledStack;
  /** By logical id. */
  readonly functionUrls: ReadonlyMap<string, FunctionUrl>;
  /** By ARN, without version or alias. */
  readonly functions: Map<string, LambdaFunction>;
  readonly sources: EventSource[];
  /** The environment of every function, in addition to the template's. */
  readonly endpoints: Readonly<Record<string, string>>;
  identity(logicalId: string): Identity;
  knowsTarget(arn: string): boolean;
  log(line: LogLine): void;
  warn(text: string): void;
}

/** Creates a resource of one type. */
export type Make = (resource: Resource, world: World) => void | Promise<void>;
