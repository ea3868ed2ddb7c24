import { type DrawnFault, type Fault, type FaultKind, type FaultRule, STORM, type Storm } from './fault.ts';
import { type CallLine, callPattern } from './patterns.ts';
import type { Random } from './random.ts';

interface Active {
  readonly matches: (call: CallLine) => boolean;
  readonly pick: () => Fault | undefined;
  readonly shown: object;
  skip: number;
  left: number;
}

const STRIKES_AFTER: readonly FaultKind[] = ['torn-body', 'garbled-body', 'another-room'];

/**
 * Rules are tried in the order in which they were added. The first that applies wins, and delays before it
 * add up.
 */
export class Faults {
  #active: Active[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @returns a function that removes the rule */
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
   * One random number for each call decides between all kinds and none, so that each has exactly its
   * probability.
   *
   * @returns a function that ends the storm
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

  /** The current rules; `left` is `always` or the number of calls that they will still affect. */
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
