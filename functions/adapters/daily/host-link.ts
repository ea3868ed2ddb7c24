import { SignJWT } from 'jose';
import type { RoomSettings } from '../../rooms/model/room.ts';
import type { Duration, Instant } from '../../rooms/model/time.ts';
import { HOUR, SECOND } from '../../rooms/model/time.ts';

/** Long enough to enter, too short to pass around. People who are inside stay. */
const GOOD_FOR: Duration = HOUR;

export interface HostLinkOptions {
  readonly room: { readonly name: string; readonly url: string; readonly expiresAt: Instant };
  readonly domainId: string;
  readonly apiKey: string;
  readonly now: Instant;
  readonly settings?: RoomSettings;
}

/**
 * Returns a link with an owner's token. The token is signed here with the API key, so it needs no call and
 * has no rate limit.
 */
export async function hostLink({ room, domainId, apiKey, now, settings }: HostLinkOptions): Promise<string> {
  const seconds = (instant: Instant) => Math.floor(instant / SECOND);
  const records = settings?.available_features?.is_recording_available ?? true;
  const token = await new SignJWT({
    r: room.name,
    d: domainId,
    o: true,
    ...(records && { er: 'cloud' }),
    ...(records && settings?.recording_options?.auto_record && { sr: true }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(seconds(now))
    .setExpirationTime(seconds(Math.min(now + GOOD_FOR, room.expiresAt)))
    .sign(Buffer.from(apiKey));
  const url = new URL(room.url);
  url.searchParams.set('t', token);
  return url.href;
}
