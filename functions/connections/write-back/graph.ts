import { type Fields, fieldsOf, textOf } from '../fields.ts';
import type { StoredEvent } from '../system.ts';
import { addressesInBlock, descriptionWith } from './block.ts';
import { HTML, PLAIN_TEXT } from './markup.ts';
import { placeWith } from './place.ts';
import { ownAddresses, type RoomLink } from './room-link.ts';

/** The extended property with the link, for programs. Graph returns it only on request (`$expand`). */
export const GRAPH_MARK = 'String {b159984d-0ffe-4c4e-95d3-a9ddc4a3b407} Name EvergreenRoom';

/** Returns the exceptions of a series, which Graph returns within it but which are written separately. */
export function graphExceptions({ content }: StoredEvent): readonly StoredEvent[] {
  const exceptions = content.format === 'graph' ? content.event.exceptionOccurrences : undefined;
  if (!Array.isArray(exceptions)) return [];
  return exceptions.map(fieldsOf).flatMap((event) => {
    const id = textOf(event.id);
    const version = textOf(event['@odata.etag']);
    return id === '' || version === '' ? [] : [{ id, version, content: { format: 'graph', event } }];
  });
}

/** Returns the fields of a Graph event to replace; undefined if there are none. */
export function graphChange(event: Fields, link: RoomLink): Fields | undefined {
  const marks = event.singleValueExtendedProperties;
  const mark = Array.isArray(marks) ? textOf(marks.map(fieldsOf).find(isMark)?.value) : '';
  const ours = ownAddresses(link, mark, addressesInBlock(textOf(fieldsOf(event.body).content)));
  const location = locationWith(fieldsOf(event.location), ours);
  const body = bodyWith(fieldsOf(event.body), ours);
  const change = { ...(location && { location }), ...(body && { body }) };
  const wanted = link.writeBack === 'full' ? (link.url ?? '') : '';
  // an event that was read without its extended properties does not say whether it has one
  const known = Array.isArray(marks);
  if (known ? mark === wanted : !location && !body) return location || body ? change : undefined;
  return { ...change, singleValueExtendedProperties: [{ id: GRAPH_MARK, value: wanted }] };
}

/** A person's text about the place stays; the address for programs follows the link. */
function locationWith(location: Fields, link: RoomLink): Fields | undefined {
  const { url = '', isOurs } = link;
  const displayName = textOf(location.displayName);
  const locationUri = textOf(location.locationUri);
  const newName = placeWith(displayName, link);
  const isFree = locationUri === '' && newName === url;
  const newUri = isFree || isOurs(locationUri) ? url : locationUri;
  if (newName === displayName && newUri === locationUri) return undefined;
  return { ...location, displayName: newName, locationUri: newUri };
}

/**
 * Writes the whole body with this project's block. Without Teams' own block, a Teams meeting would be
 * switched off.
 */
function bodyWith(body: Fields, link: RoomLink): Fields | undefined {
  const content = textOf(body.content);
  const isText = textOf(body.contentType).toLowerCase() === 'text';
  const newContent = descriptionWith(content, link, isText ? PLAIN_TEXT : HTML);
  if (newContent === content) return undefined;
  return { contentType: isText ? 'text' : 'html', content: newContent };
}

function isMark({ id }: Fields): boolean {
  // Graph may return the GUID in upper or lower case
  return textOf(id).toLowerCase() === GRAPH_MARK.toLowerCase();
}
