import { type Clock, startClock } from '../clock/clock.ts';
import { quiet, settle, type TurnOptions, turn } from '../clock/turn.ts';
import type { Queue } from '../engines/queue.ts';
import type { QueueEngine } from '../engines/queues.ts';
import type { EventBuses } from '../fakes/buses.ts';
import type { Scheduler } from '../fakes/scheduler.ts';
import type { Secrets } from '../fakes/secrets.ts';
import type { EventSource } from '../lambda/event-source.ts';
import type { LambdaFunction, LogLine } from '../lambda/function.ts';
import type { AssembledStack } from './assembly.ts';
import { deadLetterQueues } from './dead-letters.ts';
import { environmentOf, startEngines } from './engines.ts';
import { type ResolvedTemplate, resolveTemplate } from './resolve.ts';
import { MADE, onlyMattersInAws } from './resources/types.ts';
import type { JsonObject, Place } from './template.ts';
import type { World } from './world.ts';

export interface RunOptions {
  readonly region?: string;
  /** The folder for tables and queues; absent: they are in memory. */
  readonly directory?: string;
  /** The offset of the clock at the start, in milliseconds. */
  readonly clockOffset?: number;
  /** Values for the parameters of the template. */
  readonly parameters?: JsonObject;
  /** Called with each line that a function writes, in addition to `logs`. */
  readonly log?: (line: LogLine) => void;
  /** Called with everything that is left out or could not be delivered. */
  readonly warn?: (text: string) => void;
}

/** Messages of a queue that feeds a function. */
export interface WaitingWork {
  readonly queue: string;
  readonly messages: number;
  /** When the next hidden or delayed message may be received. */
  readonly wakesAt?: number;
}

/** A template that runs. */
export interface RunningStack {
  readonly template: ResolvedTemplate;
  readonly clock: Clock;
  readonly queues: QueueEngine;
  readonly buses: EventBuses;
  readonly secrets: Secrets;
  readonly scheduler: Scheduler;
  readonly functions: readonly LambdaFunction[];
  /** The latest lines of all functions. */
  readonly logs: readonly LogLine[];
  /** Endpoints, region and credentials for a client of the AWS SDK, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns the queues to which another queue, rule or schedule sends its failures. */
  deadLetterQueues(): readonly Queue[];
  /**
   * Returns work that is in progress or waits, by queue: the work that a turn has left. Empty if there is
   * none.
   */
  waiting(): readonly WaitingWork[];
  /** Turns the clock; see `turn`. Deletes items that have expired by then from the tables. */
  turnTo(at: number, options?: TurnOptions): Promise<void>;
  /** Waits, in real time, until no work is in progress; see `quiet`. Delayed or hidden work may be left. */
  quiet(signal?: AbortSignal): Promise<void>;
  /** Waits until all work is done, and turns the clock to reach delayed work; see `settle`. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const REMEMBERED_LINES = 100_000;
const ACCOUNT = '000000000000';

/** Creates everything that the template of a stack declares, in embedded engines, and starts it. */
export async function runStack(assembly: AssembledStack, options: RunOptions = {}): Promise<RunningStack> {
  const { region = 'eu-central-1', warn = () => {} } = options;
  const place: Place = { stackName: assembly.stackName, region, account: ACCOUNT };
  const clock = startClock(options.clockOffset);
  const functions = new Map<string, LambdaFunction>();
  const sources: EventSource[] = [];
  const logs: LogLine[] = [];
  const engines = await startEngines(assembly, place, functions, { directory: options.directory, warn });
  const environment = environmentOf(engines, region);
  const template = resolveTemplate(
    assembly.template,
    place,
    {
      queueUrlPrefix: engines.queues.urlPrefix,
      functionUrls: Object.fromEntries([...engines.functionUrls].map(([id, { url }]) => [id, url])),
    },
    options.parameters,
  );
  await make(template, {
    ...engines,
    clock,
    assembly,
    functions,
    sources,
    endpoints: environment,
    identity: template.identity,
    knowsTarget: (arn) => engines.targets.knows(arn),
    log(line) {
      if (logs.push(line) > REMEMBERED_LINES) logs.shift();
      options.log?.(line);
    },
    warn,
  });

  engines.standIns.describe({ template, functions: [...functions.values()] });
  clock.onJump((offset) => {
    for (const fn of functions.values()) fn.turnClock(offset);
  });
  for (const source of sources) void source.start();
  engines.scheduler.start();
  // CloudFormation sends this event when a deployment is over
  engines.buses.emit('aws.cloudformation', 'CloudFormation Stack Status Change', {
    'stack-id': template.stackId,
    'status-details': { status: 'CREATE_COMPLETE', 'status-reason': '' },
  });

  let stopped: Promise<void> | undefined;
  const clockwork = {
    clock,
    stopped: () => stopped !== undefined,
    batches: () => sources.reduce((sum, source) => sum + source.batches, 0),
    busy: () =>
      engines.targets.pending > 0 ||
      sources.some((source) => source.running > 0 || source.queue.contents().ready > 0) ||
      [...functions.values()].some((fn) => fn.running > 0),
    nextWake: () => earliest(sources.map((source) => source.queue.contents().wakesAt)),
    nextFire: () => engines.scheduler.nextFire(),
    fireDue: () => engines.scheduler.fireDue(),
  };

  const stop = async () => {
    engines.scheduler.stop();
    for (const source of sources) source.stop();
    for (const fn of functions.values()) fn.kill();
    await engines.stop();
    clock.stop();
  };

  return {
    template,
    clock,
    queues: engines.queues,
    buses: engines.buses,
    secrets: engines.secrets,
    scheduler: engines.scheduler,
    functions: [...functions.values()],
    logs,
    environment,
    deadLetterQueues: () => deadLetterQueues(template, engines.queues),
    waiting: () => sources.flatMap(({ queue }) => waitingWork(queue) ?? []),
    async turnTo(at, options) {
      await turn(clockwork, at, options);
      await engines.tables.expire(clock.now());
    },
    quiet: async (signal) => void (await quiet(clockwork, signal)),
    settle: () => settle(clockwork),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function waitingWork(queue: Queue): WaitingWork | undefined {
  const { wakesAt } = queue.contents();
  const messages = queue.messages().length;
  return messages > 0
    ? { queue: queue.name, messages, ...(wakesAt !== undefined && { wakesAt }) }
    : undefined;
}

async function make(template: ResolvedTemplate, world: World): Promise<void> {
  for (const [type, makeOne] of MADE) {
    const ofType = template.resources.filter((resource) => resource.type === type);
    await Promise.all(ofType.map((resource) => makeOne(resource, world)));
  }
  const made = new Set(MADE.map(([type]) => type));
  for (const { type, logicalId } of template.resources) {
    if (!made.has(type) && !onlyMattersInAws(type)) {
      world.warn(`${logicalId} is left out: ${type} is not run on one machine`);
    }
  }
}

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
