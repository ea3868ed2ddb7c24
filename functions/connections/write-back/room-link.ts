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

/**
 * Returns the same link for an event that itself names addresses of this project: in its mark, or in its block, if a
 * person copied another event with its link.
 *
 * @param inBlock the addresses in the block; one of another site was put there by a person
 */
export function ownAddresses(link: RoomLink, mark: unknown, inBlock: readonly string[]): RoomLink {
  const { url, isOurs } = link;
  const copied = inBlock.filter((address) => originOf(address) === originOf(url));
  return {
    ...link,
    isOurs: (address) => address === url || address === mark || copied.includes(address) || isOurs(address),
  };
}

function originOf(address = ''): string | undefined {
  return URL.parse(address)?.origin;
}

/** Addresses within a text. The caller removes punctuation that may follow an address in a sentence. */
export const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
