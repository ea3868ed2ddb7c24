import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ContextData, FromContainer, InvocationError, ToContainer } from './messages.ts';

export type Outcome =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: InvocationError };

export interface ContainerOptions {
  readonly module: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockOffset: number;
  /** Each line that the function writes. */
  readonly log: (line: string) => void;
}

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));

function compileCache(): Readonly<Record<string, string>> {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};
}

/**
 * One execution environment. It is a process, because a process starts as fast as a worker thread here, has
 * its own environment and can be killed at any moment, like a real container.
 */
export class Container {
  readonly #process: ChildProcess;
  #clockOffset: number;
  readonly #ready: Promise<InvocationError | undefined>;
  #answer: ((outcome: Outcome) => void) | undefined;
  #exit: string | undefined;

  constructor(options: ContainerOptions) {
    this.#clockOffset = options.clockOffset;
    this.#process = fork(BOOTSTRAP, {
      // what one container has compiled, the next one reads
      env: { ...options.environment, ...compileCache() },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', options.log);
    }
    this.#ready = new Promise((ready) => {
      this.#process.on('message', (message: FromContainer) => {
        if (message.type === 'ready') ready(undefined);
        else if (message.type === 'init-failed') ready(message.error);
        else
          this.#settle(
            message.type === 'done'
              ? { ok: true, payload: message.payload }
              : { ok: false, error: message.error },
          );
      });
      this.#process.on('exit', (code, signal) => {
        this.#exit = signal ?? `exit code ${code}`;
        const error = {
          errorType: 'Runtime.ExitError',
          errorMessage: `the container ended with ${this.#exit}`,
        };
        ready(error);
        this.#settle({ ok: false, error });
      });
    });
    this.#tell({
      type: 'init',
      module: options.module,
      handler: options.handler,
      clockOffset: options.clockOffset,
    });
  }

  get alive(): boolean {
    return this.#exit === undefined;
  }

  /** Returns why the bundle could not be loaded; undefined if it was loaded. */
  ready(): Promise<InvocationError | undefined> {
    return this.#ready;
  }

  turnClock(offset: number): void {
    if (offset === this.#clockOffset) return;
    this.#clockOffset = offset;
    this.#tell({ type: 'clock', offset });
  }

  /**
   * Passes one event to the function. A container never works on two at a time.
   *
   * @param timeout milliseconds, after which the container is killed
   */
  async invoke(event: unknown, context: ContextData, timeout: number): Promise<Outcome> {
    const unloadable = await this.#ready;
    if (unloadable) {
      this.kill();
      return { ok: false, error: unloadable };
    }
    return new Promise((answer) => {
      const timer = setTimeout(() => {
        const errorMessage = `timed out after ${(timeout / 1000).toFixed(2)} seconds`;
        this.#settle({ ok: false, error: { errorType: 'Sandbox.Timedout', errorMessage } });
        this.kill();
      }, timeout);
      this.#answer = (outcome) => {
        clearTimeout(timer);
        answer(outcome);
      };
      this.#tell({ type: 'invoke', event, context, timeLeft: timeout });
    });
  }

  /** Kills the process immediately, even during an invocation. */
  kill(): void {
    this.#exit ??= 'SIGKILL';
    this.#process.kill('SIGKILL');
  }

  #settle(outcome: Outcome): void {
    this.#answer?.(outcome);
    this.#answer = undefined;
  }

  #tell(message: ToContainer): void {
    // if the container has just died, the exit is reported and not the failed write
    if (this.#process.connected) this.#process.send(message, () => {});
  }
}
