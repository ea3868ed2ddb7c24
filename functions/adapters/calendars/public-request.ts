import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { assertPublicHost, PrivateAddressError, publicLookup } from './public-address.ts';

/** The networks that a request may reach: servers on the internet, this machine too, or any network. */
export type Reach = 'internet' | 'this-machine' | 'any-network';

export interface PublicRequest {
  /** @default 'GET' */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly reach: Reach;
  /** Keeps connections between requests. Default: a connection for each. */
  readonly agent?: http.Agent;
}

/**
 * An address or an answer that cannot be used. The message is for a person and does not contain the address.
 */
export class UnusableServerError extends Error {}

/** The answer is larger than its reader accepts. */
export class OversizedAnswerError extends UnusableServerError {}

/**
 * Sends a request over HTTPS. An IP address is checked before, and a name when the connection is made.
 * Redirections are returned, not followed.
 *
 * @throws UnusableServerError if the address must not be reached
 */
export function openPublic(url: URL, options: PublicRequest): Promise<http.IncomingMessage> {
  const { body, reach, agent = false, ...rest } = options;
  const isHere = reach !== 'internet' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:'))
    throw new UnusableServerError('its address must begin with https://');
  const isGuarded = !isHere && reach !== 'any-network';
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    if (isGuarded) assertPublicHost(url.hostname);
    const { request } = url.protocol === 'https:' ? https : http;
    request(url, { ...rest, agent, ...(isGuarded && { lookup: publicLookup }) }, resolve)
      .on('error', reject)
      .end(body);
  }).catch((error: unknown) => {
    if (!(error instanceof PrivateAddressError)) throw error;
    throw new UnusableServerError('its address leads into a private network, and must be public');
  });
}

/**
 * Returns a code such as ENOTFOUND or CERT_HAS_EXPIRED. The messages of such errors contain the server's
 * name.
 */
export function networkCode(error: unknown): string {
  // the fields of Node.js, read as unknown
  const { name, code, cause } = error as Error & { code?: unknown };
  return String((cause as { code?: unknown } | undefined)?.code ?? code ?? name);
}

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads the body of an answer. The limit applies to the decoded body, so that a small body cannot become a
 * large one.
 *
 * @throws OversizedAnswerError
 */
export async function readBody(response: http.IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decoded(response)) {
    size += chunk.byteLength;
    if (size > limit) {
      response.destroy();
      throw new OversizedAnswerError(`has more than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(response: http.IncomingMessage): AsyncIterable<Buffer> {
  const coding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return response;
  const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding]?.() : undefined;
  if (!decoder) {
    response.destroy();
    throw new UnusableServerError('its server answers in a coding that was not asked for');
  }
  // an error of either stream ends the other, and the reader gets it;
  // a pipeline that ends in a transform returns that transform, which is readable
  return pipeline(response, decoder, () => {}) as unknown as Readable;
}
