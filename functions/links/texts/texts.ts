import type { Page } from '../../rooms/model/link.ts';

/** What a visitor meets, also where the links cannot be read. */
export type ShownPage = Page | 'unavailable';

/** What a page says in one language. `{...}` are filled in. */
export interface Texts {
  readonly lang: string;
  /** The heading of each page, which is its title too. */
  readonly headings: Readonly<Record<ShownPage, string>>;
  /** The sentence below it. */
  readonly lines: Readonly<Record<ShownPage, string>>;
  /** The button that opens the room. */
  readonly open: string;
  /** The link that loads the page again, for browsers without scripts. */
  readonly again: string;
  /** The link into the room. */
  readonly join: string;
  /** Said after the button was pressed. */
  readonly opening: string;
  /** Said where the room is still not there after a while. */
  readonly late: string;
  /** Said where the page itself cannot be reached. */
  readonly offline: string;
  /** When the room ends, with `{time}`. */
  readonly until: string;
  /** Whom to ask, with `{contact}`. */
  readonly contact: string;
}
