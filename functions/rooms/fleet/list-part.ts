import type { ProviderRoom } from '../model/ports.ts';
import type { Instant } from '../model/time.ts';

/** Where the reading of a list stopped. */
export interface ListPosition {
  /** The provider's cursor. */
  readonly cursor: string;
  /** When the last room before it was created. */
  readonly edge?: Instant;
  /**
   * Whether the rooms before it became newer or older. Absent if they were in no order, or too few to tell.
   */
  readonly order?: 'rises' | 'falls';
  /** When reading the list began. */
  readonly seenAt: Instant;
}

/**
 * A part of a list, which knows the rooms that it would have shown. A row whose room is missing is lost only
 * if the room belongs in this part. A list is ordered by creation, newest or oldest first. If a part is in no
 * order, no room can be missed in it.
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

  /** Notes the provider's position of the page after the next one. */
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

  /** Notes that the list is over although the last page had a cursor: the page after it was empty. */
  end(): void {
    this.#cursor = undefined;
  }

  /** Whether more pages follow those that were read. */
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

  /** Leaves out rooms at the edge itself: they may be on either side of it. */
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
