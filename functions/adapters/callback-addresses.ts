import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Callbacks } from '../rooms/model/ports.ts';
import type { Secrets } from './secrets.ts';

/** Characters of a signature: 192 bits in base64url. */
const SIGNATURE_LENGTH = 32;

/** What an address carries beside the place of the function. */
export interface SignedKey {
  readonly key: string;
  readonly signature: string;
}

export interface CallbackAddresses extends Callbacks {
  /** Whether the signature is ours: made with the secret as it is, or as it was before it was last replaced. */
  isOurs(signed: SignedKey): Promise<boolean>;
}

/**
 * Addresses that carry a key and a signature, so that whoever hears of it needs no look into the table to know whom it
 * is about, and nobody can make one up. Base64url survives whatever is done to a path on its way.
 *
 * @param base the address of the function, with a slash at its end; empty where addresses are only checked
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
 * What the path of an address carries.
 *
 * @returns undefined where it cannot be one of ours
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
