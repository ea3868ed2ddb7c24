/** The link of a room, as its event is to have it. */
export interface RoomLink {
  /** What guests open. Absent: the event is to have no link of ours any more. */
  readonly url?: string;
  /** Whether we wrote an address into this event, now or earlier. */
  readonly isOurs: (address: string) => boolean;
  /** `full`: the place, a block of the description, and the field for programs. `location`: the place alone. */
  readonly writeBack: 'full' | 'location';
  /** The language of the calendar, as a tag: `de`. */
  readonly language?: string;
}

/** The same link in an event that names an address of ours itself. */
export function withMark(link: RoomLink, mark: unknown): RoomLink {
  const { url, isOurs } = link;
  return { ...link, isOurs: (address) => address === url || address === mark || isOurs(address) };
}

/** Addresses within a text. What may stand behind an address in a sentence is left out where it is used. */
export const ADDRESS = /https?:\/\/[^\s<>"]+/gi;
