import type { LogLine } from '../lambda/function.ts';
import type { SeenEvent } from '../stand-ins/buses.ts';
import { CONTROL_PORT, type StackFacts } from './control.ts';
import type { DeadLetter } from './doors.ts';
import type { ShownRoom } from './shown-room.ts';

/** Talks to the stack that `npm start` keeps running. */
export class StackClient {
  readonly #port: number;

  /** @param port default 4747 */
  constructor(port: number = CONTROL_PORT) {
    this.#port = port;
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

  /** Gives what rests in the dead-letter queues another try. @returns how many messages */
  async redrive(): Promise<number> {
    const { sent } = await this.#call<{ sent: number }>('POST', '/dead-letters/redrive', {});
    return sent;
  }

  /** The latest lines of all functions. */
  logs(): Promise<LogLine[]> {
    return this.#call('GET', '/logs');
  }

  /** Tells a feed its address, and has it read. */
  async putFeedAddress(name: string, address: string): Promise<void> {
    await this.#call('POST', '/feeds', { name, address });
  }

  /** Puts a calendar into the bucket. */
  async putCalendar(key: string, text: string): Promise<void> {
    await this.#call('POST', '/calendars', { key, text });
  }

  /** Waits until nothing is being worked on. */
  async quiet(): Promise<void> {
    await this.#call('POST', '/quiet');
  }

  /** Turns the clock and waits until all that fell due on the way is done. */
  async turnTo(at: number): Promise<void> {
    await this.#call('POST', '/clock', { to: at });
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw this.#unanswered((error as Error).cause as NodeJS.ErrnoException);
    }
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(answer.error ?? `the stack answered with ${response.status}`);
    return answer;
  }

  #unanswered(cause: NodeJS.ErrnoException): Error {
    const start = this.#port === CONTROL_PORT ? 'npm start' : `npm start -- --port ${this.#port}`;
    const wasThere = cause.code === 'ECONNRESET' || cause.code?.startsWith('UND_ERR');
    return new Error(
      wasThere
        ? `the stack on port ${this.#port} gave no answer (${cause.message}): was it stopped?`
        : `no stack runs on port ${this.#port}: start one in another terminal by ${start}`,
      { cause },
    );
  }
}
