import { RequestRefusedError } from '../../../rooms/model/errors.ts';

/**
 * Where the reading of calendars is lenient, and where it is strict: lenient in what can only make a room live longer,
 * strict in what could end one early. A part that takes occurrences away is left out where it cannot be read. A part that
 * adds or moves occurrences is repaired where its meaning is clear, else the event is refused.
 */
export class Leniency {
  readonly #warnings = new Set<string>();
  #repairs = 0;

  /** What was left out or repaired, for a person to read. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** How often something was left out or repaired, also where the warning is an old one. */
  get repairs(): number {
    return this.#repairs;
  }

  /** Tells that something was read in a way that its writer may not have meant. */
  warn(warning: string): void {
    this.#repairs += 1;
    this.#warnings.add(warning);
  }

  /** Reads a part that can only shorten: without it a room lives longer. */
  orWithout<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
      this.warn(`left out: ${error.message}`);
      return otherwise;
    }
  }
}
