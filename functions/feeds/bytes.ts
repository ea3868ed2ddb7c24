/**
 * Decodes a calendar's bytes as UTF-8; the server's charset is ignored. Some calendars fold their lines in
 * the middle of a character, so the lines are unfolded before the bytes are decoded.
 */
export function textOf(bytes: Uint8Array): string {
  const unfolded = Buffer.from(bytes)
    .toString('latin1')
    .replace(/\r?\n[ \t]/g, '');
  return Buffer.from(unfolded, 'latin1').toString('utf8');
}
