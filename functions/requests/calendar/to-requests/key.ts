import { hash } from 'node:crypto';

/** With three parts of this length and a start, a key stays within 128 characters. */
const LONGEST_PART = 40;

/**
 * A room's key made of the ids of a calendar. Each part stays readable where it is short and has no other characters
 * than a key may have; else it is a slash and a digest, which no readable part looks like. So different events have
 * different keys.
 */
export function calendarKey(parts: readonly string[]): string {
  return parts.map(keyPart).join(':');
}

function keyPart(part: string): string {
  if (part.length <= LONGEST_PART && /^[A-Za-z0-9\-_.@]*$/.test(part)) return part;
  return `/${hash('sha256', part, 'buffer').toString('base64url').replaceAll('=', '').slice(0, 27)}`;
}
