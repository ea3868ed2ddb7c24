import type { DrawnFault } from './fault.ts';
import type { Reply } from './replies.ts';
import type { EmulatorRequest } from './requests.ts';

/** A call with its body and what it came to. It carries credentials, so nothing keeps it. */
export interface Exchange {
  readonly request: EmulatorRequest;
  /** What the call came to; absent where a fault struck before. */
  readonly handled: Reply | undefined;
  /** What goes out; absent where the connection is cut, or hangs. */
  readonly sent: Reply | undefined;
  readonly fault: DrawnFault | undefined;
}

/** @returns what goes out instead, if anything */
export type Tap = (exchange: Exchange) => Reply | undefined;

/** Each tap sees what the tap before it made of the answer. */
export class Taps {
  readonly #taps = new Set<Tap>();

  add(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  /** @returns what goes out in the end */
  pass(exchange: Exchange): Reply | undefined {
    return [...this.#taps].reduce((sent, tap) => tap({ ...exchange, sent }) ?? sent, exchange.sent);
  }
}
