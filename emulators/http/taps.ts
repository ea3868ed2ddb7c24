import type { DrawnFault } from './fault.ts';
import type { Reply } from './replies.ts';
import type { EmulatorRequest } from './requests.ts';

/** A call with its body and its outcome. It contains credentials, so it is never stored. */
export interface Exchange {
  readonly request: EmulatorRequest;
  /** The reply of the API; absent if a fault came before. */
  readonly handled: Reply | undefined;
  /** The reply that is sent; absent if the connection is cut, or hangs. */
  readonly sent: Reply | undefined;
  readonly fault: DrawnFault | undefined;
}

/** @returns another reply to send, if any */
export type Tap = (exchange: Exchange) => Reply | undefined;

/** Each tap gets the answer that the previous tap returned. */
export class Taps {
  readonly #taps = new Set<Tap>();

  add(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => this.#taps.delete(tap);
  }

  /** @returns the final reply */
  pass(exchange: Exchange): Reply | undefined {
    return [...this.#taps].reduce((sent, tap) => tap({ ...exchange, sent }) ?? sent, exchange.sent);
  }
}
