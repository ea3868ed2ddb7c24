const LONGEST = 200;

/**
 * What a room is called: the event's title without control characters, cut to 200 characters by code point, so that
 * none is cut in half.
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
