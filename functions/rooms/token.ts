import { base32Digest } from './digest.ts';

const PREFIX = 'er';

/**
 * The correlation token of one generation of one key: what finds a room again whose creation got no answer.
 *
 * 32 characters that every provider can carry (`^[a-z0-9]{8,38}$`): `er`, the deployment, 125 bits of key and
 * generation. The deployment stands in clear so that two stacks on one account leave each other's rooms alone.
 */
export function roomToken(deployment: string, key: string, generation: number): string {
  return `${PREFIX}${deployment}${base32Digest(`${key}#${generation}`, 25)}`;
}

/** Whether the token was made by this deployment. */
export function isTokenOf(deployment: string, token: string | undefined): boolean {
  return token?.startsWith(`${PREFIX}${deployment}`) ?? false;
}
