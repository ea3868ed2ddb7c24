import type { ProviderRoom, RoomChange, RoomOrder } from '../../rooms/model/ports.ts';
import type { RoomSettings } from '../../rooms/model/room.ts';
import type { Instant } from '../../rooms/model/time.ts';
import { SECOND } from '../../rooms/model/time.ts';
import { LANGUAGES } from './fields.ts';
import type { RoomReply } from './schema.ts';

/** A room's name is the correlation token, so that no token is used for two rooms. */
const TOKEN = /^er[a-z2-7]{30}$/;

/** The expiry of another owner's room that has none: the last possible instant. */
const NEVER: Instant = 8_640_000_000_000_000;

/** The room's name is used as its id: the API finds a room only by its name. */
export function providerRoom({ name, url, created_at, config }: RoomReply, now: Instant): ProviderRoom {
  const expiresAt = config?.exp ? config.exp * SECOND : NEVER;
  return {
    id: name,
    guestUrl: url,
    createdAt: Date.parse(created_at),
    expiresAt,
    token: TOKEN.test(name) ? name : undefined,
    available: expiresAt > now,
  };
}

export interface RoomBody {
  readonly privacy?: 'public' | 'private';
  readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * Sets every field that a request can leave out, because Daily's defaults differ from those of a request:
 * chat would be off.
 */
export function createBody({ token, settings, expiresAt }: RoomOrder): RoomBody & { readonly name: string } {
  const asked: RoomSettings = {
    ...settings,
    join_approval_level: settings.join_approval_level ?? 'none',
    available_features: settings.available_features ?? {},
  };
  return { name: token, ...changeBody({ settings: asked, expiresAt }) };
}

/**
 * Fields that are not in the change stay as they are. Defaults are sent as values, because the contract has
 * no `null` for these properties. People knock in the prejoin screen.
 */
export function changeBody({ settings = {}, expiresAt }: RoomChange): RoomBody {
  const { join_approval_level, initial_join_options, available_features, ui_settings } = settings;
  const isPrivate = join_approval_level !== 'none';
  const properties = {
    ...(expiresAt !== undefined && { exp: Math.floor(expiresAt / SECOND) }),
    ...('join_approval_level' in settings && {
      enable_knocking: isPrivate,
      ...(isPrivate && { enable_prejoin_ui: true }),
    }),
    ...('initial_join_options' in settings && {
      start_audio_off: initial_join_options?.microphone_state === 'off',
    }),
    ...('available_features' in settings && {
      enable_chat: available_features?.is_chat_available ?? true,
      enable_live_captions_ui: available_features?.is_captions_available ?? false,
    }),
    ...('ui_settings' in settings && { lang: LANGUAGES.get(ui_settings?.language ?? '') ?? 'en' }),
  };
  return {
    ...('join_approval_level' in settings && { privacy: isPrivate ? 'private' : 'public' }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}
