import { RequestRefusedError } from '../../../rooms/model/errors.ts';

/**
 * What one event may cost. Somebody else writes the rules that are worked out here, so each has an end: a hundred
 * years of every day stay well below it, and all of it is gone within a few hundredths of a second.
 */
const LIMIT = 100_000;

/** Counts the work that an event's recurrence makes. */
export class WorkBudget {
  #left = LIMIT;

  /** @throws RequestRefusedError when there were too many */
  take(count: number): void {
    this.#left -= count;
    if (this.#left >= 0) return;
    throw new RequestRefusedError(
      `recurrence: working it out takes more than ${LIMIT} steps; end the series sooner, or never (no COUNT, no UNTIL)`,
    );
  }
}
