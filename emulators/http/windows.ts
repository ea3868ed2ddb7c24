/** A limit of calls in any period of this length. */
export interface Limit {
  readonly calls: number;
  /** Milliseconds. */
  readonly within: number;
}

/** Counts the calls of each caller in a sliding window. */
export class SlidingWindows {
  readonly #taken = new Map<string, number[]>();
  readonly #limit: Limit;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** @returns 0 if the call may continue and is counted; otherwise the milliseconds until it may */
  take(caller: string, now: number): number {
    const since = now - this.#limit.within;
    // if the clock was turned back, calls after the current time do not count
    const recent = (this.#taken.get(caller) ?? []).filter((at) => at > since && at <= now);
    this.#taken.set(caller, recent);
    if (recent.length >= this.#limit.calls) return (recent[0] ?? now) - since;
    recent.push(now);
    return 0;
  }
}
