import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Gate } from './tokens.ts';

export interface ApplicationOptions {
  readonly applicationId: string;
  /** PEM or KeyObject; several while a key rotates. */
  readonly publicKey?: string | KeyObject | readonly (string | KeyObject)[];
  /**
   * With it the emulator signs tokens on request, for `token()` and `POST /_control/token`. It is trusted
   * too.
   */
  readonly privateKey?: string | KeyObject;
  /** Default: that of the emulator. */
  readonly roomLimit?: number;
}

/** The settings of each application. */
export class Applications {
  readonly #limits = new Map<string, number>();
  readonly #signers = new Map<string, KeyObject>();
  readonly #roomLimit: number;
  readonly #first: string;

  /** @param roomLimit for applications without their own */
  constructor(options: readonly ApplicationOptions[], gate: Gate, roomLimit: number) {
    this.#roomLimit = roomLimit;
    this.#first = options[0]?.applicationId ?? '';
    for (const application of options) this.#admit(application, gate);
  }

  roomLimit(applicationId: string): number {
    return this.#limits.get(applicationId) ?? this.#roomLimit;
  }

  /**
   * Signs a token that is valid for 15 minutes.
   *
   * @param applicationId default: the first
   * @throws Error if the application's private key is not known
   */
  async token(now: number, applicationId = this.#first): Promise<string> {
    const key = this.#signers.get(applicationId);
    if (!key) {
      throw new Error(
        `the private key of application "${applicationId}" is not known here: sign with your own`,
      );
    }
    const iat = Math.floor(now / 1000);
    return new SignJWT({ application_id: applicationId, jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuedAt(iat)
      .setExpirationTime(iat + 900)
      .sign(key);
  }

  #admit({ applicationId, publicKey = [], privateKey, roomLimit }: ApplicationOptions, gate: Gate): void {
    // flat() of one key or a list of keys is a list of keys
    for (const key of [publicKey].flat() as (string | KeyObject)[]) gate.trust(applicationId, key);
    if (privateKey) {
      const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey;
      this.#signers.set(applicationId, key);
      gate.trust(applicationId, createPublicKey(key));
    }
    if (roomLimit !== undefined) this.#limits.set(applicationId, roomLimit);
  }
}
