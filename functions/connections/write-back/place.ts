import { ADDRESS, type RoomLink } from './room-link.ts';

/**
 * Returns the place of an event with the room's link: in an empty place, or instead of this project's earlier
 * address. A person's text stays, even around that address.
 */
export function placeWith(place: string, { url = '', isOurs }: RoomLink): string {
  if (place.trim() === '') return url === '' ? place : url;
  const found = place.replace(ADDRESS, (address) => {
    const bare = address.replace(/[.,;:!?)\]]+$/, '');
    const ours = [bare, address].find(isOurs);
    return ours === undefined ? address : url + address.slice(ours.length);
  });
  return found === place || url !== '' ? found : found.trimEnd();
}
