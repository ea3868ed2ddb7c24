import { hash } from 'node:crypto';

/** With three parts of this length and a start, a key stays within 128 characters. */
const LONGEST_PART = 40;

/**
 * Derives a room's key from the ids of a calendar. A short part with only the characters of a key stays
 * readable. Any other part becomes a slash and a digest, and no readable part has that form. So different
 * events have different keys.
 */
export function calendarKey(parts: readonly string[]): string {
  return parts.map(keyPart).join(':');
}

function keyPart(part: string): string {
  if (part.length <= LONGEST_PART && /^[A-Za-z0-9\-_.@]*$/.test(part)) return part;
  return `/${hash('sha256', part, 'buffer').toString('base64url').replaceAll('=', '').slice(0, 27)}`;
}
