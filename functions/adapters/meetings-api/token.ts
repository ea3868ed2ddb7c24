import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { MINUTE, SECOND } from '../../rooms/model/time.ts';
import { type Sign, uselessSecret } from '../provider/credentials.ts';

export interface TokenOptions {
  readonly application: string;
  readonly applicationId: string;
  /** ARN or name, for errors. */
  readonly secret: string;
  readonly now: () => Instant;
}

/** A signature is used for this long. */
const USED_FOR: Duration = 15 * MINUTE;

/** The provider's clock may be this much behind or ahead. */
const SKEW: Duration = 30 * SECOND;

interface Token {
  readonly header: Promise<string>;
  readonly useUntil: Instant;
}

/** Signs the JWT of the Meetings API once per 15 minutes for all calls, including parallel ones. */
export function tokenSigner({ application, applicationId, secret, now }: TokenOptions): Sign {
  const tokens = new Map<string, Token>();

  function signAnew(pem: string): Token {
    const header = bearer(privateKeyOf(pem, application, secret), applicationId, now());
    const token = { header, useUntil: now() + USED_FOR };
    for (const [key, { useUntil }] of tokens) if (useUntil <= now()) tokens.delete(key);
    tokens.set(pem, token);
    return token;
  }

  return async (pem, refused) => {
    const known = tokens.get(pem);
    if (!known || known.useUntil <= now()) return signAnew(pem).header;
    const header = await known.header;
    if (!refused.has(header)) return header;
    // if several calls were refused together, the first signs again and the others use its signature
    const latest = tokens.get(pem);
    return latest && latest !== known ? latest.header : signAnew(pem).header;
  };
}

async function bearer(key: KeyObject, applicationId: string, now: Instant): Promise<string> {
  const seconds = (instant: Instant) => Math.floor(instant / SECOND);
  const jwt = await new SignJWT({ application_id: applicationId })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuedAt(seconds(now - SKEW))
    .setExpirationTime(seconds(now + USED_FOR + 2 * SKEW))
    .setJti(randomUUID())
    .sign(key);
  return `Bearer ${jwt}`;
}

const SMALLEST_MODULUS = 2048;

/** Reads PKCS#8 or PKCS#1, even if the line breaks were lost when the secret was stored. */
function privateKeyOf(secretValue: string, application: string, secret: string): KeyObject {
  const useless = (found: string) =>
    uselessSecret(application, secret, found, "the application's RSA private key in PEM");
  const pem = secretValue.replaceAll('\\r', '').replaceAll('\\n', '\n').trim();
  if (pem === '') throw useless('it is empty');
  const kind = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (kind === undefined) {
    throw useless(`its ${secretValue.length} characters have no line '-----BEGIN PRIVATE KEY-----'`);
  }
  if (!kind.endsWith('PRIVATE KEY')) throw useless(`it holds a ${kind.toLowerCase()} and not a private key`);
  if (isEncrypted(kind, pem)) throw useless('its private key is encrypted with a passphrase');
  const key = parsed(pem);
  if (!key) throw useless(`its ${kind.toLowerCase()} is damaged`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa') throw useless(`its private key is of type ${key.asymmetricKeyType}`);
  if (bits < SMALLEST_MODULUS) throw useless(`its RSA key has ${bits} bits, fewer than ${SMALLEST_MODULUS}`);
  return key;
}

function isEncrypted(kind: string, pem: string): boolean {
  return kind.startsWith('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED');
}

/** OpenSSL's error for a damaged key does not help, and may quote the key. */
function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
