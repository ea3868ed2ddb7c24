import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import {
  type MeetingsApi,
  type MeetingsApiOptions,
  startMeetingsApi,
} from '../../../emulators/meetings-api/meetings-api.ts';
import { type Answer, call } from './calling.ts';
import { standingClock } from './clock.ts';

export const APPLICATION = '3f1c9a52-0000-4000-8000-000000000001';
export const KEYS = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Signs as a client would, or, by overrides, as it should not. An undefined claim is left out. */
export function sign(
  now: number,
  claims: JWTPayload & Record<string, unknown> = {},
  { key = KEYS.privateKey, alg = 'RS256' }: { key?: KeyObject | Uint8Array; alg?: string } = {},
): Promise<string> {
  const iat = Math.floor(now / 1000) - 30;
  return new SignJWT({ application_id: APPLICATION, jti: randomUUID(), iat, exp: iat + 900, ...claims })
    .setProtectedHeader({ alg })
    .sign(key);
}

export interface Bench {
  readonly api: MeetingsApi;
  readonly clock: ReturnType<typeof standingClock>;
  /** Calls with a good token, below the base URL. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A long-term room of 30 days, unless the body says otherwise. */
  create(body?: object): Promise<Answer>;
}

/** An emulator with a standing clock, and a client with a good token. */
export async function startBench(options: Partial<MeetingsApiOptions> = {}): Promise<Bench> {
  const clock = standingClock();
  const api = await startMeetingsApi({
    applications: [{ applicationId: APPLICATION, publicKey: KEYS.publicKey }],
    now: clock.now,
    ...options,
  });
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${await sign(api.clock.now())}` };
    return call(`${api.url}${path}`, { method, body, headers });
  };
  const longTerm = () => ({
    display_name: 'New Meeting Room',
    type: 'long_term',
    expires_at: new Date(api.clock.now() + 30 * 86_400_000).toISOString(),
  });
  return { api, clock, ask, create: (body = {}) => ask('POST', '/rooms', { ...longTerm(), ...body }) };
}
