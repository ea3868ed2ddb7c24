import { base32Digest } from '../../../rooms/model/digest.ts';

/** Characters of the digests of a name and of a version. */
const NAME = 9;
const VERSION = 3;

/** A row has space for so many. */
const MOST = 4000;

/** If there are more, these stay: then a reading asks again for few of very many series on each page. */
const FIRST = 3500;

/**
 * The events that one reading has asked for by themselves. The occurrences of a series are on many pages, and other
 * containers may read them, so the names are a part of the position. An event that is forgotten is asked for again,
 * which changes nothing.
 */
export class AskedEvents {
  readonly #versions: Map<string, string>;

  /** @param text from `toString`, at an earlier position */
  constructor(text = '') {
    const entries = text.match(new RegExp(`.{${NAME + VERSION}}`, 'g')) ?? [];
    this.#versions = new Map(entries.map((entry) => [entry.slice(0, NAME), entry.slice(NAME)]));
  }

  /** @param version if the page shows it: an event that has changed since must be asked for again */
  has(name: string, version?: string): boolean {
    const known = this.#versions.get(base32Digest(name, NAME));
    return known !== undefined && (version === undefined || known === base32Digest(version, VERSION));
  }

  add(name: string, version = ''): void {
    this.#versions.set(base32Digest(name, NAME), base32Digest(version, VERSION));
    const excess = this.#versions.size - MOST;
    if (excess <= 0) return;
    for (const digest of [...this.#versions.keys()].slice(FIRST, FIRST + excess))
      this.#versions.delete(digest);
  }

  toString(): string {
    return [...this.#versions].flat().join('');
  }
}
