import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { assertPublicHost, PrivateAddressError, publicLookup } from './public-address.ts';

/** How far a request may go: to servers on the internet, to this very machine too, or into any network. */
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

/** An address or an answer that is not used. The message is a reason for a person, without the address. */
export class UnusableServerError extends Error {}

/** The answer is larger than its reader takes. */
export class OversizedAnswerError extends UnusableServerError {}

/**
 * Sends a request over HTTPS. The address is checked by itself, and a name when the connection is made. Nothing is
 * followed: a redirection is an answer.
 *
 * @throws UnusableServerError where the address is not one that may be reached
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

/** Such as ENOTFOUND or CERT_HAS_EXPIRED. The messages of such errors name the server. */
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
 * The body of an answer. The limit is that of what it becomes, so that a small body cannot become a large one.
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
  // an error of either side ends the other, and is that of whoever reads
  // a pipeline that ends in a transform gives that back, which is readable
  return pipeline(response, decoder, () => {}) as unknown as Readable;
}
