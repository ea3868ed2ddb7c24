import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { RoomRecord } from './rooms.ts';

const SITE = 'https://meetings.vonage.com/';
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Shows rooms as the API does. Each time the host's link carries a token that was never there before and never ends.
 */
export function createRoomView() {
  const secret = randomBytes(32);
  const participantToken = (now: number) => {
    const signed = `${HEADER}.${encode({ participantId: randomUUID(), iat: Math.floor(now / 1000) })}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  return (room: RoomRecord, now: number): object => ({
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
}
