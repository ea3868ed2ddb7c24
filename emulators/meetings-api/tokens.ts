import { createPublicKey, type KeyObject } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { type CallLine, pathPattern } from '../http/patterns.ts';
import { CHOICES } from './choices.ts';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** The result of checking a token: its application, or why it is refused. */
export type Admission =
  | { readonly applicationId: string }
  | { readonly refused: 'missing' | 'wrong'; readonly reason: string };

interface Verified {
  readonly applicationId: string;
  /** Seconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** Whether the token is valid for a call; the call's path has the prefix. */
  readonly allows: (call: CallLine) => boolean;
}

class TokenRefusedError extends Error {}

/** Verified signatures are remembered for up to this many tokens. */
const REMEMBERED = 10_000;

const fingerprint = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/**
 * Checks tokens with the public keys of the applications. An application may have several, so that a key can
 * rotate.
 */
export class Gate {
  readonly #keys = new Map<string, Map<string, KeyObject>>();
  #verified = new Map<string, Verified>();

  /** @param publicKey PEM or a KeyObject */
  trust(applicationId: string, publicKey: string | KeyObject): void {
    const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey;
    const keys = this.#keys.get(applicationId) ?? new Map<string, KeyObject>();
    this.#keys.set(applicationId, keys.set(fingerprint(key), key));
  }

  /** @param publicKey default: every key of the application */
  distrust(applicationId: string, publicKey?: string | KeyObject): void {
    const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey;
    const keys = this.#keys.get(applicationId);
    if (key) keys?.delete(fingerprint(key));
    else keys?.clear();
    this.#verified = new Map();
  }

  /**
   * @param call its path with the prefix
   * @param now milliseconds since the epoch
   */
  async admit(authorization: string | undefined, call: CallLine, now: number): Promise<Admission> {
    if (!authorization) return { refused: 'missing', reason: 'no authorization header' };
    const [, token] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    if (!token) return { refused: 'wrong', reason: 'the authorization header is not a bearer token' };
    try {
      const verified = this.#verified.get(token) ?? (await this.#verify(token));
      checkTime(verified, now / 1000);
      if (!verified.allows(call)) throw new TokenRefusedError(`the acl has no ${call.method} ${call.path}`);
      return { applicationId: verified.applicationId };
    } catch (error) {
      if (error instanceof TokenRefusedError) return { refused: 'wrong', reason: error.message };
      throw error;
    }
  }

  async #verify(token: string): Promise<Verified> {
    const claims = readClaims(token);
    // its type has been checked
    const applicationId = claims.application_id as string;
    const keys = this.#keys.get(applicationId);
    if (!keys) throw new TokenRefusedError('no such application');
    const signed = await Promise.all([...keys.values()].map((key) => isSignedBy(token, key)));
    if (!signed.includes(true))
      throw new TokenRefusedError('the signature is not by a key of the application');
    const verified = { applicationId, ...validity(claims), allows: readAcl(claims.acl) };
    if (this.#verified.size >= REMEMBERED) this.#verified = new Map();
    this.#verified.set(token, verified);
    return verified;
  }
}

function readClaims(token: string): JWTPayload {
  const claims = decoded(token);
  for (const name of ['application_id', 'jti'] as const) {
    if (typeof claims[name] !== 'string' || claims[name] === '') {
      throw new TokenRefusedError(`the claim ${name} is missing`);
    }
  }
  for (const name of ['iat', 'exp', 'nbf'] as const) {
    const value: unknown = claims[name];
    if (value === undefined ? name === 'iat' : !Number.isFinite(value)) {
      throw new TokenRefusedError(`the claim ${name} is not a number of seconds`);
    }
  }
  return claims;
}

function decoded(token: string): JWTPayload {
  try {
    const { alg } = decodeProtectedHeader(token);
    if (alg !== 'RS256') throw new TokenRefusedError('the algorithm is not RS256');
    return decodeJwt(token);
  } catch (error) {
    if (error instanceof TokenRefusedError) throw error;
    throw new TokenRefusedError('the token is not a JWT', { cause: error });
  }
}

async function isSignedBy(token: string, key: KeyObject): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: ['RS256'] });
    return true;
  } catch {
    return false;
  }
}

function validity({
  iat = 0,
  exp = iat + 15 * MINUTE,
  nbf = iat,
}: JWTPayload): Pick<Verified, 'from' | 'until'> {
  if (exp - iat < 30) throw new TokenRefusedError('the token lives for less than 30 seconds');
  if (exp - iat > DAY) throw new TokenRefusedError('the token lives for more than 24 hours');
  return { from: Math.max(iat, nbf), until: exp };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads `{"paths": {"/v1/meetings/**": {"methods": ["GET"]}}}`: `*` stands for one segment, two at the end
 * for any path below, including none. Without the claim everything is allowed; other filters are ignored.
 */
function readAcl(acl: unknown): Verified['allows'] {
  if (acl === undefined) return () => true;
  if (!isObject(acl) || !isObject(acl.paths)) throw new TokenRefusedError('the acl has no paths');
  const rules = Object.entries(acl.paths).map(([path, rule]) => {
    const { methods } = isObject(rule) ? rule : {};
    const whole = pathPattern(path);
    const itself = pathPattern(path.replace(/\/\*\*$/, ''));
    return ({ method, path: called }: CallLine) =>
      (whole.test(called) || itself.test(called)) && (!Array.isArray(methods) || methods.includes(method));
  });
  return (call) => rules.some((rule) => rule(call));
}

function checkTime({ from, until }: Verified, now: number): void {
  if (now < from - CHOICES.clockSkew) throw new TokenRefusedError('the token is not valid yet');
  if (now >= until + CHOICES.clockSkew) throw new TokenRefusedError('the token has expired');
}
