import type { IncomingMessage } from 'node:http';
import { textOf } from '../../feeds/bytes.ts';
import {
  type Feed,
  type FeedSource,
  type FeedText,
  FeedUnreadableError,
  type Validators,
} from '../../feeds/feed.ts';
import { base32Digest } from '../../rooms/model/digest.ts';
import { toError } from '../../rooms/model/errors.ts';
import type { Duration } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';
import type { Secrets } from '../secrets.ts';
import { networkCode, openPublic, readBody, UnusableServerError } from './public-request.ts';

/** The time limit of a feed, from the first redirection to its last byte. */
const TIME_LIMIT: Duration = 20 * SECOND;
const SIZE_LIMIT = 10 * 1024 * 1024;
const MOST_REDIRECTIONS = 5;

export interface FeedSourceOptions {
  readonly secrets: Secrets;
  /** @default 20 seconds for a whole reading */
  readonly timeLimit?: Duration;
  /**
   * Also reads feeds of this machine, over HTTP. No environment variable sets this: a feed could then
   * redirect to an address that only the function can reach.
   *
   * @default false
   */
  readonly onThisMachine?: boolean;
}

/**
 * Reads feeds over HTTPS from servers on the internet. An address is a credential, so no error contains it or
 * the server's text about it.
 */
export function feedSource({
  secrets,
  timeLimit = TIME_LIMIT,
  onThisMachine = false,
}: FeedSourceOptions): FeedSource {
  return {
    async fetch(feed, validators) {
      const signal = AbortSignal.timeout(timeLimit);
      try {
        const address = await addressOf(feed, secrets);
        const digest = base32Digest(address, 16);
        const known = validators.address === digest ? validators : {};
        const response = await follow(feed, address, { headers: headersFor(known), signal, onThisMachine });
        if (response.statusCode === 304) return undefined;
        const { text, validators: given } = await read(feed, response);
        return { text, validators: { ...given, address: digest } };
      } catch (error) {
        if (error instanceof FeedUnreadableError) throw error;
        if (error instanceof UnusableServerError) throw new FeedUnreadableError(feed.name, error.message);
        throw new FeedUnreadableError(
          feed.name,
          signal.aborted
            ? `took longer than ${timeLimit / SECOND} s`
            : `cannot be reached (${networkCode(error)})`,
        );
      }
    },
  };
}

async function addressOf(feed: Feed, secrets: Secrets): Promise<string> {
  const known = await secretOf(feed, secrets);
  const address = known?.trim().replace(/^webcal:/i, 'https:');
  if (address && URL.canParse(address)) return address;
  throw new FeedUnreadableError(
    feed.name,
    `secret ${feed.secret} holds no address; put the feed's address into it`,
  );
}

/** Reads past the cache, so that a new address of a feed is used immediately. */
async function secretOf(feed: Feed, secrets: Secrets): Promise<string | undefined> {
  try {
    return await secrets.read(feed.secret, 'AWSCURRENT', true);
  } catch (cause) {
    const { name } = toError(cause);
    throw new FeedUnreadableError(feed.name, `secret ${feed.secret} cannot be read (${name})`, { cause });
  }
}

function headersFor({ etag, lastModified }: Validators): Record<string, string> {
  return {
    accept: 'text/calendar, text/plain;q=0.5',
    'accept-encoding': 'gzip, br',
    'user-agent': 'evergreen-rooms',
    ...(etag && { 'if-none-match': etag }),
    ...(lastModified && { 'if-modified-since': lastModified }),
  };
}

interface Follow {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly onThisMachine: boolean;
}

/** Follows redirections, and checks every address. */
async function follow(
  feed: Feed,
  address: string,
  { onThisMachine, ...request }: Follow,
): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let left = MOST_REDIRECTIONS; left >= 0; left -= 1) {
    if (url.username || url.password)
      throw new FeedUnreadableError(feed.name, 'its address must go without a user and a password in it');
    const response = await openPublic(url, {
      ...request,
      reach: onThisMachine ? 'this-machine' : 'internet',
    });
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode === 304 || statusCode >= 400 || !headers.location) return response;
    response.destroy();
    url = new URL(headers.location, url);
  }
  throw new FeedUnreadableError(feed.name, `is redirected more than ${MOST_REDIRECTIONS} times`);
}

async function read(feed: Feed, response: IncomingMessage): Promise<FeedText> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new FeedUnreadableError(feed.name, `its server answers ${response.statusCode}`);
  }
  const { etag, 'last-modified': lastModified } = response.headers;
  return {
    text: textOf(await readBody(response, SIZE_LIMIT)),
    validators: { ...(etag && { etag }), ...(lastModified && { lastModified }) },
  };
}
