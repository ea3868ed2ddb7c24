import { base32Digest, canonicalJson } from './digest.ts';
import type { RoomSpec } from './room.ts';

const PREFIX = 'er';

/**
 * Returns the five characters that stand for a deployment in its tokens.
 *
 * @param origin differs from that of any other deployment, and never changes
 */
export function markOf(origin: string): string {
  return base32Digest(`origin ${origin}`, 5);
}

/** The number of characters of a token for the key and the generation: 65 bits. */
const PLACE = 13;

/** The number of characters for the content of the room: 60 bits. */
const CONTENT = 12;

/**
 * Returns the correlation token of one generation of one key. It finds a room whose creation got no answer.
 *
 * The token has 32 characters that every provider accepts (`^[a-z0-9]{8,38}$`): `er`, the deployment, key and
 * generation, and the content of the room. The deployment is readable, so that two stacks on one account do
 * not touch each other's rooms. Key and generation have characters of their own, so that a row recognises its
 * rooms even if it does not know their content.
 *
 * @param spec distinguishes two requests that compete for one generation, so that neither takes the other's
 * room
 */
export function roomToken(deployment: string, key: string, generation: number, spec?: RoomSpec): string {
  return (
    generationToken(deployment, key, generation) +
    base32Digest(`${key}#${generation}${contentOf(spec)}`, CONTENT)
  );
}

/** Returns the beginning of the tokens of one generation of one key. */
export function generationToken(deployment: string, key: string, generation: number): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}`, PLACE)}`;
}

/** Returns the beginning of a token that `generationToken` returns for its generation. */
export function generationOf(token: string): string {
  return token.slice(0, -CONTENT);
}

/** Returns the token as earlier versions made it. */
export function formerToken(deployment: string, key: string, generation: number, spec?: RoomSpec): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}${contentOf(spec)}`, PLACE + CONTENT)}`;
}

/**
 * Returns the same text for every attempt at the same request. Leaves out an expiry that is calculated from
 * the time of the request.
 */
function contentOf(spec: RoomSpec | undefined): string {
  if (!spec) return '';
  const { settings, expiresAt, lifetime } = spec;
  return `#${canonicalJson(expiresAt === undefined ? { settings, lifetime } : { settings, expiresAt })}`;
}

/** Whether the token was made by this deployment. */
export function isTokenOf(deployment: string, token: string | undefined): boolean {
  return token?.startsWith(`${PREFIX}${deployment}`) ?? false;
}
