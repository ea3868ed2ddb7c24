import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE } from '../../rooms/model/time.ts';
import type { Sign } from '../provider/credentials.ts';

/** An access token, as the header that presents it. */
export interface AccessToken {
  readonly header: string;
  readonly endsAt: Instant;
}

/** A token is replaced so long before its end. */
const RESERVE: Duration = MINUTE;

/**
 * Signs with access tokens: one for all calls of a container until shortly before its end, fetched once however many
 * calls wait for it. One that was refused is replaced.
 *
 * @param fetch gets a token for a value of the secret. It throws `UnauthorizedError` where the value is no credential, or is
 *   refused.
 */
export function accessTokens(fetch: (value: string) => Promise<AccessToken>, now: () => Instant): Sign {
  const tokens = new Map<string, Promise<AccessToken>>();

  function fetchToUse(value: string): Promise<AccessToken> {
    const fetched = fetch(value);
    tokens.set(value, fetched);
    // a failure is not kept
    fetched.catch(() => tokens.get(value) === fetched && tokens.delete(value));
    return fetched;
  }

  return async (value, refused) => {
    const known = tokens.get(value);
    const token = await known;
    if (token && token.endsAt - RESERVE > now() && !refused.has(token.header)) return token.header;
    // of several calls that found the same, the first fetches and the others take what it fetched
    const latest = tokens.get(value);
    return (await (latest && latest !== known ? latest : fetchToUse(value))).header;
  };
}
