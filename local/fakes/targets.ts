import type { Queue } from '../engines/queue.ts';
import type { LambdaFunction } from '../lambda/function.ts';

/** The target of a rule or a schedule. */
export interface Target {
  readonly arn: string;
  /** For a FIFO queue. */
  readonly groupId?: string;
  /** The queue for messages that could not be delivered. */
  readonly deadLetterArn?: string;
}

/** The receivers. */
export interface Addressees {
  queue(arn: string): Queue | undefined;
  function(arn: string): LambdaFunction | undefined;
  /** Puts an event on another bus; undefined if the ARN is not a bus. */
  bus(arn: string): ((event: string) => void) | undefined;
  /** Warns the person who runs the stack. */
  warn(text: string): void;
}

/** An asynchronous invocation of a function is tried this often. */
const ASYNCHRONOUS_ATTEMPTS = 3;

/** Delivers for rules and schedules, and counts the deliveries in progress. */
export class Targets {
  readonly #addressees: Addressees;
  #pending = 0;

  constructor(addressees: Addressees) {
    this.#addressees = addressees;
  }

  /** The number of asynchronous invocations in progress. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether something can be delivered there. */
  knows(arn: string): boolean {
    const { queue, function: fn, bus } = this.#addressees;
    return (queue(arn) ?? fn(arn) ?? bus(arn)) !== undefined;
  }

  /** @param sender the ARN of the rule or schedule, for the message that cannot be delivered */
  deliver(target: Target, payload: string, sender: string): void {
    try {
      this.#send(target, payload, sender);
    } catch (error) {
      this.#giveUp(target, payload, sender, error);
    }
  }

  #send(target: Target, payload: string, sender: string): void {
    const queue = this.#addressees.queue(target.arn);
    const fn = this.#addressees.function(target.arn);
    const bus = this.#addressees.bus(target.arn);
    if (queue) queue.send(payload, target);
    else if (fn) void this.#invoke(fn, target, payload, sender);
    else if (bus) bus(payload);
    else throw new Error(`nothing on this machine has the ARN ${target.arn}`);
  }

  async #invoke(fn: LambdaFunction, target: Target, payload: string, sender: string): Promise<void> {
    this.#pending++;
    try {
      for (let attempt = 1; ; attempt++) {
        const outcome = await fn.invoke(JSON.parse(payload));
        if (outcome.ok) return;
        if (attempt < ASYNCHRONOUS_ATTEMPTS) continue;
        throw new Error(outcome.error.errorMessage);
      }
    } catch (error) {
      this.#giveUp(target, payload, sender, error);
    } finally {
      this.#pending--;
    }
  }

  #giveUp(target: Target, payload: string, sender: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const text = (value: string) => ({ DataType: 'String', StringValue: value });
    const attributes = {
      ERROR_MESSAGE: text(reason),
      TARGET_ARN: text(target.arn),
      SENDER_ARN: text(sender),
    };
    const deadLetters = target.deadLetterArn ? this.#addressees.queue(target.deadLetterArn) : undefined;
    deadLetters?.send(payload, { attributes });
    const rest = deadLetters
      ? `it rests in ${deadLetters.name}`
      : 'there is no dead-letter queue for it, so it is lost';
    this.#addressees.warn(`${sender} could not deliver to ${target.arn}: ${reason}; ${rest}`);
  }
}
