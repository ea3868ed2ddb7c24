import type { Duration, Instant } from '../rooms/model/time.ts';
import { MINUTE } from '../rooms/model/time.ts';
import type { Sign } from './provider/credentials.ts';

/** An access token, as the value of an `Authorization` header. */
export interface AccessToken {
  readonly header: string;
  readonly endsAt: Instant;
}

/** A token is replaced this long before its end. */
const RESERVE: Duration = MINUTE;

/**
 * Signs with access tokens. All calls of a container share one token until shortly before its end, and
 * parallel calls fetch it only once. A refused token is replaced.
 *
 * @param fetch gets a token for a value of the secret. It throws `UnauthorizedError` if the value is not a
 * credential, or is refused.
 * @param isRefused whether a token is useless because these were refused. Default: it is one of them.
 */
export function accessTokens(
  fetch: (value: string) => Promise<AccessToken>,
  now: () => Instant,
  isRefused = (header: string, refused: ReadonlySet<string>) => refused.has(header),
): Sign {
  const tokens = new Map<string, Promise<AccessToken>>();

  function fetchToUse(value: string): Promise<AccessToken> {
    const fetched = fetch(value);
    tokens.set(value, fetched);
    // a failed fetch is not kept
    fetched.catch(() => tokens.get(value) === fetched && tokens.delete(value));
    return fetched;
  }

  return async (value, refused) => {
    const known = tokens.get(value);
    const token = await known;
    if (token && token.endsAt - RESERVE > now() && !isRefused(token.header, refused)) return token.header;
    // if several calls found the same token refused, the first fetches another and the others use it
    const latest = tokens.get(value);
    return (await (latest && latest !== known ? latest : fetchToUse(value))).header;
  };
}
