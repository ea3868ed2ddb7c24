const LONGEST = 200;

/**
 * Returns the name of a room: the event's title without control characters, cut to 200 code points, so that
 * no character is cut in half.
 */
export function roomName(title: string | undefined, isPrivate: boolean, placeholder: string): string {
  if (isPrivate || title === undefined) return placeholder;
  const plain = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return [...plain].slice(0, LONGEST).join('').trim() || placeholder;
}
