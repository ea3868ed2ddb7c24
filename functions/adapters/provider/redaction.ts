/**
 * A provider's text goes into errors, and errors go into logs, rows and queues. It must contain no
 * credential: no key, no token, no host link.
 */
const CREDENTIALS: readonly RegExp[] = [
  /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g,
  /\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g,
  /\bBearer\s+[^\s"']+/gi,
  /\b(?:participant_token|room_token|roomKey|access_token|api_?key|token|t|zak|pwd)=[^\s&"']+/gi,
];

/** The longest excerpt of a provider's text. */
const LONGEST = 300;

/**
 * Returns a provider's text for an error: one line, short, without credentials.
 *
 * @param known values that must not appear, in any form
 */
export function redacted(text: string, known: readonly string[] = []): string {
  let safe = text;
  for (const value of known) if (value !== '') safe = safe.replaceAll(value, '[redacted]');
  for (const pattern of CREDENTIALS) safe = safe.replace(pattern, '[redacted]');
  const line = safe.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
