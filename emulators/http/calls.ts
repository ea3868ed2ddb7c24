import { type CallLine, callPattern } from './patterns.ts';

/** One call in the log, without body and headers, because those contain credentials. */
export interface Call extends CallLine {
  readonly query: string;
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly at: number;
  /** The caller, once the credentials were accepted. */
  readonly account?: string;
  /** The status that the API returned; absent if a fault came before. */
  readonly handled?: number;
  /** The status that was sent; absent if the connection was cut, or hangs. */
  readonly sent?: number;
  readonly fault?: string;
}

/** The log keeps this many calls, so that an emulator can run for weeks. */
const KEPT = 200_000;

interface Waiting {
  readonly matches: (call: CallLine) => boolean;
  readonly resolve: (call: Call) => void;
  left: number;
}

/**
 * Every call except those of the control endpoints, in the order of their ends (a call that hangs ends when
 * it starts to hang).
 */
export class CallLog {
  #calls: Call[] = [];
  #waiting: Waiting[] = [];

  get all(): readonly Call[] {
    return this.#calls;
  }

  /**
   * @param pattern `POST /rooms`, `* /rooms/:id`, ...; `filter` compares other fields, such as `{ sent: 201
   * }`
   */
  matching(pattern: string, filter: Partial<Call> = {}): Call[] {
    const matches = callPattern(pattern);
    const wanted = Object.entries(filter) as [keyof Call, unknown][];
    return this.#calls.filter(
      (call) => matches(call) && wanted.every(([field, value]) => call[field] === value),
    );
  }

  count(pattern = '*', filter: Partial<Call> = {}): number {
    return this.matching(pattern, filter).length;
  }

  /** Resolves with the nth matching call from now on. */
  next(pattern: string, nth = 1): Promise<Call> {
    const matches = callPattern(pattern);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve, left: nth }));
  }

  clear(): void {
    this.#calls = [];
  }

  add(call: Call): void {
    this.#calls.push(call);
    if (this.#calls.length > KEPT * 1.1) this.#calls = this.#calls.slice(-KEPT);
    if (this.#waiting.length > 0) this.#tell(call);
  }

  #tell(call: Call): void {
    this.#waiting = this.#waiting.filter((waiting) => {
      if (!waiting.matches(call)) return true;
      waiting.left -= 1;
      if (waiting.left > 0) return true;
      waiting.resolve(call);
      return false;
    });
  }
}
