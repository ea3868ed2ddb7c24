import { type CallLine, callPattern } from './patterns.ts';
import type { Random } from './random.ts';

export const FAULT_KINDS = [
  'status',
  'throttle',
  'delay',
  'reset',
  'hang',
  'torn-body',
  'garbled-body',
] as const;

/**
 * - `status`: another status than the call deserves.
 * - `throttle`: 429 (or `status`) with `Retry-After`.
 * - `delay`: the call is slow, nothing else. Its effect comes even if the caller has gone by then.
 * - `reset`: the connection is reset without a reply.
 * - `hang`: no reply ever comes.
 * - `torn-body`: the connection closes in the middle of the body.
 * - `garbled-body`: a complete reply whose JSON is cut in half.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly fault: FaultKind;
  /** Whether the call has its effect first; torn and garbled bodies always strike after. Default `before`. */
  readonly strikes?: 'before' | 'after' | 'either';
  /** Milliseconds of real time before the call is looked at, for any kind. Default 0. */
  readonly delay?: number;
  /** Default 500; for `throttle` 429. */
  readonly status?: number;
  /** Default what the provider would say with that status. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds, for `throttle`. Default 1. */
  readonly retryAfter?: number;
  /** Default `seconds`. */
  readonly retryAfterForm?: 'seconds' | 'date' | 'either';
}

export interface FaultRule extends Fault {
  /** Which calls: `POST /rooms`, `* /rooms/**`, ... Default all. */
  readonly on?: string;
  /** A closer look at the call, for tests; not over the control endpoint. */
  readonly only?: (call: CallLine) => boolean;
  /** How many calls it strikes. Default 1, with a `probability` `always`. */
  readonly times?: number | 'always';
  /** How many matching calls it lets pass first. Default 0. */
  readonly skip?: number;
  /** Of each matching call, 0 to 1. Default 1. */
  readonly probability?: number;
}

export interface Storm {
  /** The probability of each kind, 0 to 1; their sum at most 1. */
  readonly each: number;
  /** Which calls. Default all. */
  readonly on?: string;
  /** Default `STORM`. */
  readonly of?: readonly Fault[];
}

/** What a bad day looks like. */
export const STORM: readonly Fault[] = [
  { fault: 'reset', strikes: 'after' },
  { fault: 'hang', strikes: 'either' },
  { fault: 'status', status: 500, strikes: 'either' },
  { fault: 'throttle', retryAfterForm: 'either' },
  { fault: 'torn-body' },
];

/** A fault that was drawn for one call: nothing is left to chance. */
export interface DrawnFault extends Fault {
  readonly strikes: 'before' | 'after';
  readonly retryAfterForm: 'seconds' | 'date';
}

interface Active {
  readonly matches: (call: CallLine) => boolean;
  readonly pick: () => Fault | undefined;
  readonly shown: object;
  skip: number;
  left: number;
}

const STRIKES_AFTER: readonly FaultKind[] = ['torn-body', 'garbled-body'];

/** Rules are asked in the order they were added; the first that strikes wins, and delays add up before it. */
export class Faults {
  #active: Active[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @returns takes the rule away again */
  add(rule: FaultRule): () => void {
    const { on = '*', only, times, skip = 0, probability = 1 } = rule;
    const matchesLine = callPattern(on);
    const left = times ?? (probability < 1 ? 'always' : 1);
    return this.#activate({
      matches: (call) => matchesLine(call) && (only?.(call) ?? true),
      pick: () => (probability >= 1 || this.#random() < probability ? rule : undefined),
      shown: rule,
      skip,
      left: left === 'always' ? Number.POSITIVE_INFINITY : left,
    });
  }

  /**
   * One draw for each call decides between all kinds and none, so that each has exactly its probability.
   *
   * @returns ends the storm
   */
  storm({ each, on = '*', of = STORM }: Storm): () => void {
    if (!(each >= 0 && each * of.length <= 1)) {
      throw new Error(
        `storm of ${of.length} kinds at ${each} each is not possible: use 0 to ${1 / of.length}`,
      );
    }
    return this.#activate({
      matches: callPattern(on),
      pick: () => of[Math.floor(this.#random() / each)],
      shown: { storm: each, on, of },
      skip: 0,
      left: Number.POSITIVE_INFINITY,
    });
  }

  clear(): void {
    this.#active = [];
  }

  /** The rules in force; `left` is `always` or how many calls they will still strike. */
  list(): object[] {
    return this.#active.map(({ shown, left }) => ({
      ...shown,
      left: Number.isFinite(left) ? left : 'always',
    }));
  }

  draw(call: CallLine): DrawnFault | undefined {
    if (this.#active.length === 0) return undefined;
    let delay = 0;
    for (const active of [...this.#active]) {
      const fault = this.#strike(active, call);
      if (!fault) continue;
      delay += fault.delay ?? 0;
      if (fault.fault !== 'delay') return this.#settle(fault, delay);
    }
    return delay > 0 ? this.#settle({ fault: 'delay' }, delay) : undefined;
  }

  #activate(active: Active): () => void {
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((other) => other !== active);
    };
  }

  #strike(active: Active, call: CallLine): Fault | undefined {
    if (!active.matches(call)) return undefined;
    if (active.skip > 0) {
      active.skip -= 1;
      return undefined;
    }
    const fault = active.pick();
    if (!fault) return undefined;
    active.left -= 1;
    if (active.left <= 0) this.#active = this.#active.filter((other) => other !== active);
    return fault;
  }

  #settle(fault: Fault, delay: number): DrawnFault {
    const { strikes = 'before', retryAfterForm = 'seconds' } = fault;
    const decided = strikes === 'either' ? this.#either('before', 'after') : strikes;
    return {
      ...fault,
      delay,
      strikes: STRIKES_AFTER.includes(fault.fault) ? 'after' : decided,
      retryAfterForm: retryAfterForm === 'either' ? this.#either('seconds', 'date') : retryAfterForm,
    };
  }

  #either<A, B>(one: A, other: B): A | B {
    return this.#random() < 0.5 ? one : other;
  }
}
