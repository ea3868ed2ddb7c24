/**
 * The text of a calendar's bytes, in UTF-8 whatever a server calls it. Some calendars fold their lines in the middle of
 * a character, so lines are put together again before bytes are taken for characters.
 */
export function textOf(bytes: Uint8Array): string {
  const unfolded = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n[ \t]/g, '');
  return Buffer.from(unfolded, 'latin1').toString('utf8');
}
