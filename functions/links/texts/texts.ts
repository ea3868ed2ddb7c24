import type { Page } from '../../rooms/model/link.ts';

/** The page that a visitor sees, including the one for links that cannot be read. */
export type ShownPage = Page | 'unavailable';

/** The texts of a page in one language. `{...}` are replaced. */
export interface Texts {
  readonly lang: string;
  /** The heading of each page, which is also its title. */
  readonly headings: Readonly<Record<ShownPage, string>>;
  /** The sentence below it. */
  readonly lines: Readonly<Record<ShownPage, string>>;
  /** The button that opens the room. */
  readonly open: string;
  /** The link that loads the page again, for browsers without scripts. */
  readonly again: string;
  /** The link into the room. */
  readonly join: string;
  /** The text after the button was pressed. */
  readonly opening: string;
  /** The text if the room is still not open after a while. */
  readonly late: string;
  /** The text if the page itself cannot be reached. */
  readonly offline: string;
  /** When the room ends, with `{time}`. */
  readonly until: string;
  /** The contact, with `{contact}`. */
  readonly contact: string;
}
