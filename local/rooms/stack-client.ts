import type { SeenEvent } from '../fakes/buses.ts';
import type { LogLine } from '../lambda/function.ts';
import type { DeadLetter } from './client.ts';
import { CONTROL_PORT, type StackFacts } from './control.ts';
import type { Rehearsed } from './rehearsal.ts';
import type { ShownRoom } from './shown-room.ts';

/**
 * How long a query may take, in milliseconds; a command that makes the stack work may take as long as the
 * work.
 */
const MAX_WAIT = 20_000;

/** The status of an answer to a call that is wrong. */
const WRONG_CALL = 400;

/** Calls the stack that `npm start` keeps running. */
export class StackClient {
  readonly #port: number;
  readonly #maxWait: number;

  /**
   * @param port default EVERGREEN_ROOMS_PORT, or 4747
   * @param maxWait milliseconds to wait for the answer of a port; default 20,000
   */
  constructor(port: number = CONTROL_PORT, maxWait: number = MAX_WAIT) {
    this.#port = port;
    this.#maxWait = maxWait;
  }

  facts(): Promise<StackFacts> {
    return this.#call('GET', '/');
  }

  rooms(): Promise<ShownRoom[]> {
    return this.#call('GET', '/rooms');
  }

  announcements(): Promise<SeenEvent[]> {
    return this.#call('GET', '/announcements');
  }

  deadLetters(): Promise<DeadLetter[]> {
    return this.#call('GET', '/dead-letters');
  }

  /** The latest lines of all functions. */
  logs(): Promise<LogLine[]> {
    return this.#call('GET', '/logs');
  }

  /** Stores the address of a feed, and has the feed read. */
  async putFeedAddress(name: string, address: string): Promise<void> {
    await this.#call('POST', '/feeds', { name, address });
  }

  /** Puts a calendar into the bucket. */
  async putCalendar(key: string, text: string): Promise<void> {
    await this.#call('POST', '/calendars', { key, text });
  }

  /** Returns what a body in the requests queue would do, without doing it. */
  rehearse(body: string): Promise<Rehearsed[]> {
    return this.#call('POST', '/rehearsals', { body });
  }

  /** The same for a calendar file in the bucket. */
  rehearseCalendar(calendar: string, text: string): Promise<Rehearsed[]> {
    return this.#call('POST', '/rehearsals', { calendar, text });
  }

  /** Waits until no work is in progress. */
  async quiet(): Promise<void> {
    await this.#call('POST', '/quiet');
  }

  /**
   * Turns the clock and waits until all work that was due before then is done.
   *
   * @param signal stops the turn before its target
   */
  async turnTo(at: number, signal?: AbortSignal): Promise<void> {
    await this.#call('POST', '/clock', { to: at }, signal);
  }

  async #call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
        signal: signal ?? (method === 'GET' ? AbortSignal.timeout(this.#maxWait) : null),
      });
      const answer = (await response.json()) as T & { error?: string };
      if (response.ok) return answer;
      const reason = answer.error ?? `the stack answered with ${response.status}`;
      throw response.status === WRONG_CALL ? new RefusedError(reason) : new StackError(reason);
    } catch (error) {
      if (error instanceof StackError || error instanceof RefusedError) throw error;
      signal?.throwIfAborted();
      throw new StackError(this.#unanswered(error as Error), { cause: error });
    }
  }

  #unanswered({ name, message, cause }: Error): string {
    const start = this.#port === CONTROL_PORT ? 'npm start' : `npm start -- --port ${this.#port}`;
    const { code, message: reason = message } = (cause ?? {}) as NodeJS.ErrnoException;
    if (name === 'TimeoutError') {
      const waited = `${this.#maxWait / 1000} s`;
      return `what listens on port ${this.#port} gave no answer in ${waited}: is it a stack? Start one by ${start}`;
    }
    if (name === 'SyntaxError')
      return `what listens on port ${this.#port} is no stack: start one by ${start}, or name its --port`;
    return code === 'ECONNRESET' || code?.startsWith('UND_ERR')
      ? `the stack on port ${this.#port} gave no answer (${reason}): was it stopped?`
      : `no stack runs on port ${this.#port}: start one in another terminal by ${start}`;
  }
}

/** An error with a message for the person who gave the command. */
export class StackError extends Error {}

/** The stack does not have what the call names. */
export class RefusedError extends Error {}
