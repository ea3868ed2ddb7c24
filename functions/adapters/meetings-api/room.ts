import type { ProviderRoom, RoomChange, RoomOrder } from '../../rooms/model/ports.ts';
import type { RoomSettings, SettingName } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import type { RoomReply } from './schema.ts';

/** The settings that a `PATCH` accepts besides the expiry. */
export const CHANGEABLE = [
  'expire_after_use',
  'theme_id',
  'join_approval_level',
  'initial_join_options',
  'callback_urls',
  'available_features',
] as const satisfies readonly SettingName[];

/** A correlation token at the end of the metadata, after the caller's own text and a space. */
const TOKEN = /(?:^| )(er[a-z2-7]{30})$/;

export function createBody({ token, settings, expiresAt }: RoomOrder) {
  const metadata = settings.metadata ? `${settings.metadata} ${token}` : token;
  const { theme_id, ...others } = settings;
  // a null is the default, and means no theme
  return {
    ...others,
    ...(theme_id && { theme_id }),
    type: 'long_term',
    metadata,
    expires_at: iso(expiresAt),
  };
}

export function changeBody({ expiresAt, settings }: RoomChange) {
  return {
    update_details: { ...settings, expires_at: expiresAt === undefined ? undefined : iso(expiresAt) },
  };
}

export function providerRoom(reply: RoomReply, now: Instant): ProviderRoom {
  const createdAt = Date.parse(reply.created_at);
  const expiresAt = reply.expires_at ? Date.parse(reply.expires_at) : createdAt;
  return {
    id: reply.id,
    meetingCode: reply.meeting_code ?? undefined,
    guestUrl: reply._links.guest_url.href,
    createdAt,
    expiresAt,
    token: TOKEN.exec(reply.metadata ?? '')?.[1],
    available: reply.is_available ?? expiresAt > now,
    settings: shownSettings(reply),
  };
}

function shownSettings(reply: RoomReply): Partial<RoomSettings> {
  const shown = CHANGEABLE.map((name) => [name, reply[name]] as const);
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined));
}

function iso(instant: Instant): string {
  return new Date(instant).toISOString();
}
