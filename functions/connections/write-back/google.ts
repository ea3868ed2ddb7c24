import { type Fields, fieldsOf, textOf } from '../fields.ts';
import { addressesInBlock, descriptionWith } from './block.ts';
import { markupOf } from './markup.ts';
import { placeWith } from './place.ts';
import { ownAddresses, type RoomLink } from './room-link.ts';

/**
 * The private property with the link, for programs. Google shows it to all readers of this calendar through
 * its API.
 */
export const GOOGLE_MARK = 'evergreenRoom';

/** Google's limit for the value of a property. */
const LONGEST_MARK = 1024;

/** Google's limit for a description. */
const LONGEST_DESCRIPTION = 8192;

/** Returns the fields of a Google event to replace; undefined if there are none. */
export function googleChange(event: Fields, link: RoomLink): Fields | undefined {
  if (event.status === 'cancelled') return undefined;
  const properties = fieldsOf(fieldsOf(event.extendedProperties).private);
  const location = textOf(event.location);
  const description = textOf(event.description);
  const ours = ownAddresses(link, properties[GOOGLE_MARK], addressesInBlock(description));
  const newLocation = placeWith(location, ours);
  const newDescription = fitting(descriptionWith(description, ours, markupOf(description)), description);
  const mark = markOf(link);
  const change = {
    ...(newLocation !== location && { location: newLocation }),
    ...(newDescription !== description && { description: newDescription }),
    ...((properties[GOOGLE_MARK] ?? undefined) !== mark && {
      extendedProperties: { private: { ...properties, [GOOGLE_MARK]: mark ?? null } },
    }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

/** Google would refuse the whole change, and with it the place. */
function fitting(text: string, before: string): string {
  return text.length > LONGEST_DESCRIPTION && text.length > before.length ? before : text;
}

function markOf({ url, writeBack }: RoomLink): string | undefined {
  return writeBack === 'full' && url !== undefined && url.length <= LONGEST_MARK ? url : undefined;
}
