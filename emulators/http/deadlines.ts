interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/**
 * Items by the instant they are due: a binary heap, so that a query costs nothing while no item is due, with
 * any number of items. If the time of an item changes, the item is added again; the caller that takes it out
 * checks that its time is still valid.
 */
export class Deadlines<T> {
  readonly #heap: Entry<T>[] = [];

  add(at: number, item: T): void {
    this.#heap.push({ at, item });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes out all items that are due at `now` or before, the earliest first. */
  *due(now: number): Generator<Entry<T>> {
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#removeFirst();
      yield first;
    }
  }

  #removeFirst(): void {
    // the heap is not empty here
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    const parent = (index - 1) >> 1;
    if (index > 0 && this.#time(index) < this.#time(parent)) {
      this.#swap(index, parent);
      this.#rise(parent);
    }
  }

  #sink(index: number): void {
    const left = 2 * index + 1;
    const smaller = this.#time(left + 1) < this.#time(left) ? left + 1 : left;
    if (this.#time(smaller) < this.#time(index)) {
      this.#swap(index, smaller);
      this.#sink(smaller);
    }
  }

  #time(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    // both are places of the heap
    const entry = this.#heap[one] as Entry<T>;
    this.#heap[one] = this.#heap[other] as Entry<T>;
    this.#heap[other] = entry;
  }
}
