import { ADDRESS, type RoomLink } from './room-link.ts';

/**
 * The place of an event with the room's link: in an empty place, or in place of an address of ours. What a person wrote
 * stays, also around our address.
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
