import { textOf } from '../feeds/bytes.ts';
import {
  type Feed,
  type FeedSource,
  type FeedText,
  FeedUnreadableError,
  type Validators,
} from '../feeds/feed.ts';
import { base32Digest } from '../rooms/digest.ts';
import type { Duration } from '../rooms/room.ts';
import { SECOND } from '../rooms/room.ts';
import type { Secrets } from './secrets.ts';

/** All that a feed may take, from the first redirection to its last byte. */
const TIME_LIMIT: Duration = 20 * SECOND;
const SIZE_LIMIT = 10 * 1024 * 1024;
const MOST_REDIRECTIONS = 5;

/** Reads feeds over HTTPS. An address is a credential: it is in no error, and nor is what a server says of it. */
export function feedSource({
  secrets,
  timeLimit = TIME_LIMIT,
}: {
  secrets: Secrets;
  timeLimit?: Duration;
}): FeedSource {
  return {
    async fetch(feed, validators) {
      const signal = AbortSignal.timeout(timeLimit);
      try {
        const address = await addressOf(feed, secrets);
        const digest = base32Digest(address, 16);
        const known = validators.address === digest ? validators : {};
        const response = await follow(feed, address, { headers: headersFor(known), signal });
        if (response.status === 304) return undefined;
        const { text, validators: given } = await read(feed, response);
        return { text, validators: { ...given, address: digest } };
      } catch (error) {
        if (error instanceof FeedUnreadableError) throw error;
        throw new FeedUnreadableError(
          feed.name,
          signal.aborted
            ? `took longer than ${timeLimit / SECOND} s`
            : `cannot be reached (${codeOf(error)})`,
        );
      }
    },
  };
}

/** Such as ENOTFOUND or CERT_HAS_EXPIRED. The messages of such errors name the server. */
function codeOf(error: unknown): string {
  const { name, code, cause } = error as Error & { code?: unknown };
  return String((cause as { code?: unknown } | undefined)?.code ?? code ?? name);
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

/** Past the cache: whoever puts another address in its place has the feed read at once. */
async function secretOf(feed: Feed, secrets: Secrets): Promise<string | undefined> {
  try {
    return await secrets.read(feed.secret, 'AWSCURRENT', true);
  } catch (cause) {
    const { name } = cause as Error;
    throw new FeedUnreadableError(feed.name, `secret ${feed.secret} cannot be read (${name})`, { cause });
  }
}

function headersFor({ etag, lastModified }: Validators): Record<string, string> {
  return {
    accept: 'text/calendar, text/plain;q=0.5',
    'user-agent': 'evergreen-rooms',
    ...(etag && { 'if-none-match': etag }),
    ...(lastModified && { 'if-modified-since': lastModified }),
  };
}

async function follow(feed: Feed, address: string, options: RequestInit): Promise<Response> {
  let url = new URL(address);
  for (let left = MOST_REDIRECTIONS; left >= 0; left -= 1) {
    if (!isPrivateOnTheWay(url))
      throw new FeedUnreadableError(feed.name, 'its address must begin with https://');
    if (url.username || url.password)
      throw new FeedUnreadableError(feed.name, 'its address must go without a user and a password in it');
    const response = await fetch(url, { ...options, redirect: 'manual' });
    const next = response.headers.get('location');
    if (response.status < 300 || response.status === 304 || response.status >= 400 || !next) return response;
    await response.body?.cancel();
    url = new URL(next, url);
  }
  throw new FeedUnreadableError(feed.name, `is redirected more than ${MOST_REDIRECTIONS} times`);
}

/** Nobody else reads what goes over TLS, or never leaves the machine. */
function isPrivateOnTheWay({ protocol, hostname }: URL): boolean {
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
  );
}

async function read(feed: Feed, response: Response): Promise<FeedText> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new FeedUnreadableError(feed.name, `its server answers ${response.status}`);
  }
  const etag = response.headers.get('etag');
  const lastModified = response.headers.get('last-modified');
  return {
    text: textOf(await bytesOf(feed, response)),
    validators: { ...(etag && { etag }), ...(lastModified && { lastModified }) },
  };
}

async function bytesOf(feed: Feed, response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > SIZE_LIMIT) throw new FeedUnreadableError(feed.name, `has more than ${SIZE_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
