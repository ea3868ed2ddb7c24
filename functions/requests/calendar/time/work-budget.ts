import { RequestRefusedError } from '../../../rooms/model/errors.ts';

/**
 * The work that one event may cost. Other people write the rules that are expanded here, so each needs a
 * limit. A hundred years of every day stay well below it, and using all of it takes a few hundredths of a
 * second.
 */
const LIMIT = 100_000;

/** Counts the work for an event's recurrence. */
export class WorkBudget {
  #left = LIMIT;

  /** @throws RequestRefusedError if the budget is exceeded */
  take(count: number): void {
    this.#left -= count;
    if (this.#left >= 0) return;
    throw new RequestRefusedError(
      `recurrence: working it out takes more than ${LIMIT} steps; end the series sooner, or never (no COUNT, no UNTIL)`,
    );
  }
}
