import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { RoomRecord } from './room.ts';

const SITE = 'https://meetings.vonage.com/';
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Shows rooms as the API does, and reads their links as its site does. Each time a room is shown, the host's
 * link has a new token, which never expires.
 */
export function createRoomLinks() {
  const secret = randomBytes(32);
  const participantToken = (now: number) => {
    const signed = `${HEADER}.${encode({ participantId: randomUUID(), iat: Math.floor(now / 1000) })}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const show = (room: RoomRecord, now: number): object => ({
    id: room.id,
    display_name: room.display_name,
    metadata: room.metadata,
    type: room.type,
    expires_at: new Date(room.expiresAt).toISOString(),
    expire_after_use: room.expire_after_use,
    recording_options: room.recording_options,
    meeting_code: room.meetingCode,
    _links: {
      host_url: {
        href: `${SITE}?room_token=${room.meetingCode}&participant_token=${participantToken(now)}`,
      },
      guest_url: { href: `${SITE}${room.meetingCode}` },
    },
    created_at: new Date(room.createdAt).toISOString(),
    is_available: !room.expired,
    theme_id: room.theme_id,
    join_approval_level: room.join_approval_level,
    initial_join_options: room.initial_join_options,
    ...(room.callback_urls && { callback_urls: room.callback_urls }),
    available_features: room.available_features,
    ui_settings: room.ui_settings,
  });

  /** @throws Error unless the link is a guest's or a host's */
  const read = (link: string): { meetingCode: string; role: 'host' | 'guest' } => {
    const { origin, pathname, searchParams } = new URL(link);
    if (`${origin}/` !== SITE) throw new Error('the link leads to another site');
    const token = searchParams.get('participant_token');
    if (token === null) return { meetingCode: pathname.slice(1), role: 'guest' };
    const [header, claims, signature] = token.split('.');
    const wanted = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
    if (signature !== wanted) throw new Error('the participant token was not signed here');
    return { meetingCode: searchParams.get('room_token') ?? '', role: 'host' };
  };
  return { show, read };
}

export type RoomLinks = ReturnType<typeof createRoomLinks>;
