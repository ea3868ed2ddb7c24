import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const RUNNER = fileURLToPath(new URL('../container.mjs', import.meta.url));

/** Messages to run through a function, numbered. */
export interface Work {
  /** `%n` stands for the number of the message. */
  readonly body: string;
  /** The path of a link that is visited instead of messages: each visit must end in a redirect. */
  readonly path?: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly batchSize: number;
}

/** The time that something took. */
export interface Spent {
  readonly milliseconds: number;
  /** Milliseconds of CPU, of all threads. */
  readonly cpu: number;
}

/** The time that importing the bundle took. */
export interface Loaded extends Spent {
  /** The modules of Node.js that were loaded for it. */
  readonly builtins: readonly string[];
}

export interface Ran extends Spent {
  /** Bytes, after a garbage collection if one was requested. */
  readonly memory: { readonly rss: number; readonly heapUsed: number; readonly peak: number };
}

interface Failures {
  readonly failed: number;
}

export interface ContainerOptions {
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Collects garbage before the memory is measured. */
  readonly collect?: boolean;
  /** Options of Node.js, as Lambda sets them for a function. */
  readonly execArgv?: readonly string[];
}

/** A fresh process with only the function's environment; its log goes into a file. */
export class BenchContainer {
  readonly #bundle: string;
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-'));
  readonly #log = openSync(join(this.#folder, 'log'), 'a+');

  constructor({ bundle, environment, collect = false, execArgv = [] }: ContainerOptions) {
    this.#bundle = bundle;
    this.#process = fork(RUNNER, {
      env: environment,
      execArgv: [...execArgv, ...(collect ? ['--expose-gc'] : [])],
      stdio: ['ignore', this.#log, 'inherit', 'ipc'],
    });
  }

  load(): Promise<Loaded> {
    return this.#ask({ kind: 'load', module: pathToFileURL(this.#bundle).href });
  }

  /** @throws Error if a message failed */
  async run(work: Work): Promise<Ran> {
    return this.#done(work, await this.#ask<Ran & Failures>({ kind: 'run', ...work }));
  }

  /**
   * Loads the bundle and works immediately, like a container that is started for a message.
   *
   * @throws Error if a message failed
   */
  async start(work: Work): Promise<{ readonly loaded: Loaded; readonly ran: Ran }> {
    const module = pathToFileURL(this.#bundle).href;
    const { loaded, ran } = await this.#ask<{ loaded: Loaded; ran: Ran & Failures }>({
      kind: 'start',
      module,
      work,
    });
    return { loaded, ran: this.#done(work, ran) };
  }

  #done(work: Work, { failed, ...ran }: Ran & Failures): Ran {
    if (failed > 0) throw new Error(`${this.#bundle} failed ${failed} of ${work.to - work.from} messages`);
    return ran;
  }

  /** Returns the number of bytes logged so far. */
  logged(): number {
    return fstatSync(this.#log).size;
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
    closeSync(this.#log);
    rmSync(this.#folder, { recursive: true });
  }

  async #ask<T>(order: object): Promise<T> {
    this.#process.send(order);
    const gone = new AbortController();
    try {
      const [reply] = await Promise.race([
        once(this.#process, 'message', { signal: gone.signal }),
        once(this.#process, 'exit', { signal: gone.signal }).then(([code]) => {
          throw new Error(`the process of ${this.#bundle} ended with ${code}`);
        }),
      ]);
      if (reply.error) throw new Error(reply.error);
      // the container answers with what it was asked for
      return reply.answer as T;
    } finally {
      gone.abort();
    }
  }
}
