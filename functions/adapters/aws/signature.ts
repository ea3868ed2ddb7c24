import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** The credentials that sign, from the environment of a function. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
}

export interface SignableRequest {
  readonly service: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Returns the headers of a POST request with AWS's signature, version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @param now in milliseconds, as `Date.now()`
 */
export function signedHeaders(
  { service, url, headers, body }: SignableRequest,
  { accessKeyId, secretAccessKey, sessionToken, region }: Signer,
  now: number,
): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const signed: Record<string, string> = {
    ...headers,
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(signed).sort();
  const list = names.join(';');
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = ['POST', url.pathname, '', lines, list, hash('sha256', body)].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), hash('sha256', canonical)].join('\n');
  const signature = hmac(keyOf(scope, secretAccessKey), toSign).toString('hex');
  const credential = `${accessKeyId}/${scope.join('/')}`;
  return {
    ...signed,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${list}, Signature=${signature}`,
  };
}

/** The keys of a container, which needs a few a day: by secret, day, region and service. */
const keys = new Map<string, KeyObject>();

function keyOf(scope: readonly string[], secretAccessKey: string): KeyObject {
  const name = [secretAccessKey, ...scope].join();
  const known = keys.get(name);
  if (known) return known;
  const first = Buffer.from(`AWS4${secretAccessKey}`);
  // an object is prepared once, bytes for each signature
  const key = createSecretKey(scope.reduce(hmac, first));
  keys.set(name, key);
  return key;
}

function hmac(key: Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
