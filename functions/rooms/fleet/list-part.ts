import type { ProviderRoom } from '../model/ports.ts';
import type { Instant } from '../model/time.ts';

/** Where the reading of a list stopped. */
export interface ListPosition {
  /** The provider's own. */
  readonly cursor: string;
  /** When the last room before it was made. */
  readonly edge?: Instant;
  /** Whether the rooms before it became newer or older; absent where they were in no order, or too few to tell. */
  readonly order?: 'rises' | 'falls';
  /** When reading the list began. */
  readonly seenAt: Instant;
}

/**
 * A part of a list, and which rooms it would have shown. A row whose room is missing is lost only if this part is where
 * the room belongs. Lists are in the order in which rooms were made, the newest or the oldest first; where a part is in
 * no order, nothing can be missed in it.
 */
export class ListPart {
  readonly #from: ListPosition | undefined;
  #cursor: string | undefined;
  #pending: string | undefined;
  #last: Instant | undefined;
  #rises: boolean;
  #falls: boolean;

  constructor(from: ListPosition | undefined) {
    this.#from = from;
    this.#last = from?.edge;
    this.#rises = from?.order === 'rises';
    this.#falls = from?.order === 'falls';
  }

  /** The provider said where the page after the one to come begins. */
  reached(cursor: string): void {
    this.#pending = cursor;
  }

  add(page: readonly ProviderRoom[]): void {
    this.#cursor = this.#pending;
    this.#pending = undefined;
    for (const { createdAt } of page) {
      if (this.#last !== undefined) {
        this.#rises ||= createdAt > this.#last;
        this.#falls ||= createdAt < this.#last;
      }
      this.#last = createdAt;
    }
  }

  /** The list is over, whatever the page before said: the one after it was empty. */
  end(): void {
    this.#cursor = undefined;
  }

  /** Whether there are pages after those that were read. */
  get goesOn(): boolean {
    return this.#cursor !== undefined;
  }

  next(seenAt: Instant): ListPosition | undefined {
    if (this.#cursor === undefined) return undefined;
    return { cursor: this.#cursor, edge: this.#last, order: this.#order, seenAt };
  }

  get #order(): ListPosition['order'] {
    if (this.#rises === this.#falls) return undefined;
    return this.#rises ? 'rises' : 'falls';
  }

  /** Rooms at the edge itself may stand on either side of it, so they are in no part. */
  coverage(): (createdAt: Instant) => boolean {
    const first = this.#from;
    if (!first && !this.goesOn) return () => true;
    if (this.#order === undefined) return () => false;
    const ends = [first && (first.edge ?? Number.NaN), this.goesOn ? (this.#last ?? Number.NaN) : undefined];
    const [older, newer] = this.#rises ? ends : ends.reverse();
    return (createdAt) =>
      createdAt > (older ?? Number.NEGATIVE_INFINITY) && createdAt < (newer ?? Number.POSITIVE_INFINITY);
  }
}
