import { RequestRefusedError } from '../../../rooms/model/errors.ts';

/**
 * The rules for unreadable parts of a calendar. They are lenient if an error can only make a room live
 * longer, and strict if it could end a room early. A part that removes occurrences is left out if it cannot
 * be read. A part that adds or moves occurrences is repaired if its meaning is clear; otherwise the event is
 * refused.
 */
export class Leniency {
  readonly #warnings = new Set<string>();
  #repairs = 0;

  /** The parts that were left out or repaired, as text for a person. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /** How often something was left out or repaired, including repeated warnings. */
  get repairs(): number {
    return this.#repairs;
  }

  /** Notes that something may have been read differently from what its writer meant. */
  warn(warning: string): void {
    this.#repairs += 1;
    this.#warnings.add(warning);
  }

  /**
   * Reads a part that can only shorten the life of a room. If it cannot be read, it is left out and the room
   * lives longer.
   */
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
