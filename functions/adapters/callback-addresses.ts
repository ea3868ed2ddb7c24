import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Callbacks } from '../rooms/model/ports.ts';
import type { Secrets } from './secrets.ts';

/** Characters of a signature: 192 bits in base64url. */
const SIGNATURE_LENGTH = 32;

/** The signed part of an address. */
export interface SignedKey {
  readonly key: string;
  readonly signature: string;
}

export interface CallbackAddresses extends Callbacks {
  /** Whether the signature was made with the current secret, or with the previous one. */
  isOurs(signed: SignedKey): Promise<boolean>;
}

/**
 * Addresses that contain a key and a signature. So the receiver knows the key without reading the table, and
 * an address cannot be forged. Base64url stays unchanged in every path.
 *
 * @param base the address of the function, with a slash at its end; empty if addresses are only checked
 * @param secret ARN or name of the secret that signs
 */
export function callbackAddresses(base: string, secret: string, secrets: Secrets): CallbackAddresses {
  return {
    async address(key) {
      const value = await secrets.read(secret);
      if (!value)
        throw new Error(
          `secret ${secret} has no value, and it signs the addresses of callbacks: give it one`,
        );
      return `${base}${Buffer.from(key).toString('base64url')}/${sign(key, value)}`;
    },
    async isOurs({ key, signature }) {
      for (const stage of ['AWSCURRENT', 'AWSPREVIOUS'] as const) {
        const value = await secrets.read(secret, stage);
        if (value && timingSafeEqual(Buffer.from(sign(key, value)), Buffer.from(signature))) return true;
      }
      return false;
    },
  };
}

/**
 * Reads the signed part of an address's path.
 *
 * @returns undefined if the path has another form
 */
export function signedKeyIn(path: string): SignedKey | undefined {
  const [, encoded, signature] = PATH.exec(path) ?? [];
  if (!encoded || !signature) return undefined;
  return { key: Buffer.from(encoded, 'base64url').toString(), signature };
}

/** A key has 128 characters at most. */
const PATH = new RegExp(`^/([A-Za-z0-9_-]{1,172})/([A-Za-z0-9_-]{${SIGNATURE_LENGTH}})$`);

function sign(key: string, secret: string): string {
  return createHmac('sha256', secret)
    .update(`callback ${key}`)
    .digest('base64url')
    .slice(0, SIGNATURE_LENGTH);
}
