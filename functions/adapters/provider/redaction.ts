/**
 * What a provider says goes into errors, and errors go into logs, rows and queues. Nothing that opens a door may
 * go along: no key, no token, no host link.
 */
const CREDENTIALS: readonly RegExp[] = [
  /-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g,
  /\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g,
  /\bBearer\s+[^\s"']+/gi,
  /\b(?:participant_token|room_token|roomKey|access_token|api_?key|token|t|zak|pwd)=[^\s&"']+/gi,
];

/** The longest excerpt of a provider's words. */
const LONGEST = 300;

/**
 * A provider's words, fit for an error: on one line, short, credentials taken out.
 *
 * @param known values that must not appear whatever they look like
 */
export function redacted(text: string, known: readonly string[] = []): string {
  let safe = text;
  for (const value of known) if (value !== '') safe = safe.replaceAll(value, '[redacted]');
  for (const pattern of CREDENTIALS) safe = safe.replace(pattern, '[redacted]');
  const line = safe.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
