import { CHOICES } from './choices.ts';

export interface Account {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly resetsAt: number;
  /** Milliseconds to wait; 0 if the call may continue. */
  readonly wait: number;
}

/**
 * The points of one organisation per minute. A call that costs more than is left is refused and costs
 * nothing.
 */
export class Points {
  readonly #limit: number;
  #spent = 0;
  #resetsAt = Number.NEGATIVE_INFINITY;

  /** @param limit points per minute */
  constructor(limit: number) {
    this.#limit = limit;
  }

  spend(cost: number, now: number): Account {
    const isOver = now >= this.#resetsAt || now < this.#resetsAt - CHOICES.pointsWindow;
    if (isOver) {
      this.#spent = 0;
      this.#resetsAt = now + CHOICES.pointsWindow;
    }
    const fits = this.#spent + cost <= this.#limit;
    if (fits) this.#spent += cost;
    return {
      limit: this.#limit,
      remaining: this.#limit - this.#spent,
      resetsAt: this.#resetsAt,
      wait: fits ? 0 : this.#resetsAt - now,
    };
  }
}

export function pointHeaders({ limit, remaining, resetsAt, wait }: Account): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': new Date(resetsAt).toISOString(),
    ...(wait > 0 && { 'retry-after': String(Math.ceil(wait / 1000)) }),
  };
}
