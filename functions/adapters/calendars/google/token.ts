import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { toError, UnauthorizedError, UnreachableError } from '../../../rooms/model/errors.ts';
import { type Duration, HOUR, SECOND } from '../../../rooms/model/time.ts';
import { accessTokens } from '../../access-tokens.ts';
import type { Reply } from '../../provider/connection.ts';
import { type Sign, uselessSecret } from '../../provider/credentials.ts';
import { bodyIfReadable, bodyOf, calendarSender, type SystemOptions, throttled } from '../calls.ts';
import { keyFile, tokenError, tokenReply } from './schema.ts';

export interface GoogleTokenOptions extends SystemOptions {
  readonly connection: string;
  /** ARN or name of the secret with the JSON key, for errors. */
  readonly secret: string;
  /** The user for whom the service account acts; absent: for itself. */
  readonly subject?: string;
}

const SCOPE = 'https://www.googleapis.com/auth/calendar.events';

const TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** Google accepts an assertion for at most an hour, and its clock may differ by this much. */
const SKEW: Duration = 30 * SECOND;

/** Gets access tokens of a service account, with assertions that its key signs. */
export function googleTokens(options: GoogleTokenOptions): Sign {
  const { connection, secret, subject, now } = options;

  const useless = (found: string) =>
    uselessSecret(connection, secret, found, "the service account's JSON key", 'connection');

  async function fetchToken(value: string) {
    const { email, keyId, key, tokenUrl } = readKey(value, useless);
    const askedAt = now();
    const seconds = (instant: number) => Math.floor(instant / SECOND);
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId && { kid: keyId }) })
      .setIssuer(email)
      .setAudience(tokenUrl)
      .setIssuedAt(seconds(askedAt - SKEW))
      .setExpirationTime(seconds(askedAt + HOUR - 2 * SKEW))
      .setSubject(subject ?? email)
      .sign(key);
    const { origin, pathname } = new URL(tokenUrl);
    const send = calendarSender(connection, origin, options);
    const reply = await send({
      method: 'POST',
      route: pathname,
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
    });
    if (reply.status !== 200) throw refusal(reply);
    const { access_token, expires_in } = readToken(reply);
    return { header: `Bearer ${access_token}`, endsAt: askedAt + expires_in * SECOND };
  }

  function refusal(reply: Reply): Error {
    const error = bodyIfReadable(reply, tokenError)?.error;
    if (error === 'invalid_grant') return useless('Google refuses its key');
    if (error === 'unauthorized_client' || error === 'access_denied') {
      return new UnauthorizedError(
        `${reply.title}: ${reply.status} ${error}: the service account may not act for this user; in Google's admin console, ` +
          `allow its client id the scope ${SCOPE} under domain-wide delegation, or leave out actAs`,
      );
    }
    if (reply.status === 429 || reply.status === 503) return throttled(reply, now);
    return new UnreachableError(
      `${reply.title}: ${reply.status}, so there is no access token and nothing else was sent`,
    );
  }

  return accessTokens(fetchToken, now);
}

function readToken(reply: Reply) {
  try {
    return bodyOf(reply, tokenReply);
  } catch (cause) {
    throw new UnreachableError(`no access token could be obtained: ${toError(cause).message}`, { cause });
  }
}

interface ServiceAccountKey {
  readonly email: string;
  readonly keyId?: string;
  readonly key: KeyObject;
  readonly tokenUrl: string;
}

function readKey(value: string, useless: (found: string) => UnauthorizedError): ServiceAccountKey {
  const file = bodyIfReadable({ text: value }, keyFile);
  if (!file) throw useless('it is no JSON with client_email and private_key');
  const {
    client_email: email,
    private_key: pem,
    private_key_id: keyId,
    token_uri: tokenUrl = TOKEN_URL,
  } = file;
  const key = parsedKey(pem);
  if (key?.asymmetricKeyType !== 'rsa') throw useless('its private_key is no RSA key in PEM');
  if (!isSafe(tokenUrl)) throw useless('its token_uri is no https address');
  return { email, ...(keyId && { keyId }), key, tokenUrl };
}

/** OpenSSL's error for a damaged key does not help, and may quote the key. */
function parsedKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function isSafe(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
}
