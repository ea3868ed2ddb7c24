import { base32Digest, canonicalJson } from './digest.ts';
import type { RoomSpec } from './room.ts';

const PREFIX = 'er';

/**
 * The five characters that stand for a deployment in its tokens.
 *
 * @param origin unlike that of any other deployment, and the same for its whole life
 */
export function markOf(origin: string): string {
  return base32Digest(`origin ${origin}`, 5);
}

/**
 * The correlation token of one generation of one key: what finds a room again whose creation got no answer.
 *
 * 32 characters that every provider can carry (`^[a-z0-9]{8,38}$`): `er`, the deployment, 125 bits of key, generation
 * and what the room shall be like. The deployment stands in clear so that two stacks on one account leave each
 * other's rooms alone.
 *
 * @param spec of two requests that compete for one generation, neither must take the other's room for its own
 */
export function roomToken(deployment: string, key: string, generation: number, spec?: RoomSpec): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}${contentOf(spec)}`, 25)}`;
}

/** The same for every attempt at the same wish: not an expiry that is reckoned from the time of asking. */
function contentOf(spec: RoomSpec | undefined): string {
  if (!spec) return '';
  const { settings, expiresAt, lifetime } = spec;
  return `#${canonicalJson(expiresAt === undefined ? { settings, lifetime } : { settings, expiresAt })}`;
}

/** Whether the token was made by this deployment. */
export function isTokenOf(deployment: string, token: string | undefined): boolean {
  return token?.startsWith(`${PREFIX}${deployment}`) ?? false;
}
