/** The link of a room for its event. */
export interface RoomLink {
  /** The address for guests. Absent: the event must not have a link of this project any more. */
  readonly url?: string;
  /** Whether this project wrote an address into this event, now or earlier. */
  readonly isOurs: (address: string) => boolean;
  /**
   * `full`: the place, a block of the description, and the field for programs. `location`: the place only.
   */
  readonly writeBack: 'full' | 'location';
  /** The language of the calendar, as a tag: `de`. */
  readonly language?: string;
}

/** Returns the same link for an event that itself names an address of this project. */
export function withMark(link: RoomLink, mark: unknown): RoomLink {
  const { url, isOurs } = link;
  return { ...link, isOurs: (address) => address === url || address === mark || isOurs(address) };
}

/** Addresses within a text. The caller removes punctuation that may follow an address in a sentence. */
export const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
