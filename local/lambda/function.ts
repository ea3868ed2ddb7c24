import { randomUUID } from 'node:crypto';
import { Container, type Outcome } from './container.ts';

export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The file of the bundle that is imported. */
  readonly module: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly memory: number;
  readonly logGroup: string;
  readonly reservedConcurrency?: number;
}

export interface LogLine {
  readonly function: string;
  readonly at: number;
  readonly line: string;
}

/** The parts of the stack that a function uses. */
export interface Host {
  clockOffset(): number;
  log(line: LogLine): void;
}

/** A function and its containers. An idle container is reused; if none is idle, a new one is started. */
export class LambdaFunction {
  readonly definition: FunctionDefinition;
  readonly #host: Host;
  readonly #idle: Container[] = [];
  readonly #busy = new Set<Container>();

  constructor(definition: FunctionDefinition, host: Host) {
    this.definition = definition;
    this.#host = host;
  }

  /** Invocations in progress. */
  get running(): number {
    return this.#busy.size;
  }

  /** Invokes the function and returns its outcome. */
  async invoke(event: unknown): Promise<Outcome> {
    const { name, timeout, reservedConcurrency = Number.POSITIVE_INFINITY } = this.definition;
    if (this.running >= reservedConcurrency) {
      const errorMessage = `${name} already runs ${reservedConcurrency} times, which is all it may`;
      return { ok: false, error: { errorType: 'TooManyRequestsException', errorMessage } };
    }
    const container = this.#takeIdle() ?? this.#start();
    container.turnClock(this.#host.clockOffset());
    this.#busy.add(container);
    const outcome = await container.invoke(event, this.#context(), timeout);
    this.#busy.delete(container);
    if (container.alive) this.#idle.push(container);
    if (!outcome.ok) this.#report(outcome.error);
    return outcome;
  }

  /** Starts a container before there is work for it. */
  async warm(): Promise<void> {
    const container = this.#start();
    this.#idle.push(container);
    await container.ready();
  }

  /** Kills every container immediately, even during an invocation. The next invocation starts a new one. */
  kill(): void {
    for (const container of [...this.#busy, ...this.#idle.splice(0)]) container.kill();
  }

  /** Turns the clocks of the containers at work. An idle one is frozen, as in Lambda, until its next event. */
  turnClock(offset: number): void {
    for (const container of this.#busy) container.turnClock(offset);
  }

  #takeIdle(): Container | undefined {
    let container = this.#idle.pop();
    while (container && !container.alive) container = this.#idle.pop();
    return container;
  }

  #start(): Container {
    const { module, handler, environment, name } = this.definition;
    return new Container({
      module,
      handler,
      environment,
      clockOffset: this.#host.clockOffset(),
      log: (line) => this.#host.log({ function: name, at: Date.now(), line }),
    });
  }

  #context() {
    const { name, arn, memory, logGroup } = this.definition;
    return {
      awsRequestId: randomUUID(),
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: String(memory),
      logGroupName: logGroup,
      logStreamName: 'local',
    };
  }

  /** Logs an error that the function itself could not log, as the platform does. */
  #report(error: { errorType: string; errorMessage: string }): void {
    const line = JSON.stringify({ level: 'ERROR', message: 'invocation failed', ...error });
    this.#host.log({ function: this.definition.name, at: Date.now(), line });
  }
}
