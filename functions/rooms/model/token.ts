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

/** How many characters of a token stand for the key and the generation: 65 bits. */
const PLACE = 13;

/** The characters for the content of the room: 60 bits. */
const CONTENT = 12;

/**
 * The correlation token of one generation of one key: what finds a room again whose creation got no answer.
 *
 * 32 characters that every provider can carry (`^[a-z0-9]{8,38}$`): `er`, the deployment, key and generation, and what
 * the room shall be like. The deployment stands in clear so that two stacks on one account leave each other's rooms
 * alone. Key and generation stand by themselves so that a row knows its rooms also where it does not know their content.
 *
 * @param spec of two requests that compete for one generation, neither must take the other's room for its own
 */
export function roomToken(deployment: string, key: string, generation: number, spec?: RoomSpec): string {
  return (
    generationToken(deployment, key, generation) +
    base32Digest(`${key}#${generation}${contentOf(spec)}`, CONTENT)
  );
}

/** What the tokens of one generation of one key begin with. */
export function generationToken(deployment: string, key: string, generation: number): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}`, PLACE)}`;
}

/** The generation that a token is of, as `generationToken` has it. */
export function generationOf(token: string): string {
  return token.slice(0, -CONTENT);
}

/** The token as earlier versions made it. */
export function formerToken(deployment: string, key: string, generation: number, spec?: RoomSpec): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}${contentOf(spec)}`, PLACE + CONTENT)}`;
}

/** The same for every attempt at the same request: not an expiry that is calculated from the time of asking. */
function contentOf(spec: RoomSpec | undefined): string {
  if (!spec) return '';
  const { settings, expiresAt, lifetime } = spec;
  return `#${canonicalJson(expiresAt === undefined ? { settings, lifetime } : { settings, expiresAt })}`;
}

/** Whether the token was made by this deployment. */
export function isTokenOf(deployment: string, token: string | undefined): boolean {
  return token?.startsWith(`${PREFIX}${deployment}`) ?? false;
}
