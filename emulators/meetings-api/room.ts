import type {
  AvailableFeatures,
  CallbackUrls,
  CreateBody,
  RecordingOptions,
  UpdateDetails,
} from './bodies.ts';
import { CHOICES, type Switches } from './choices.ts';
import { readInstant } from './rules.ts';

/** A room in the emulator. Instants are milliseconds since the epoch. */
export interface RoomRecord {
  readonly id: string;
  /** The room's position in its application's list. */
  readonly serial: number;
  readonly applicationId: string;
  readonly meetingCode: string;
  readonly type: 'instant' | 'long_term';
  readonly display_name: string;
  readonly metadata: string | null;
  readonly recording_options: RecordingOptions;
  readonly ui_settings: { readonly language: string };
  readonly createdAt: number;
  expiresAt: number;
  /** Permanent, even if the clock is turned back. */
  expired: boolean;
  expire_after_use: boolean;
  theme_id: string | null;
  join_approval_level: string;
  initial_join_options: { readonly microphone_state: string };
  callback_urls?: CallbackUrls;
  available_features: AvailableFeatures;
}

const FEATURES: AvailableFeatures = {
  is_recording_available: true,
  is_chat_available: true,
  is_whiteboard_available: true,
  is_locale_switcher_available: false,
  is_captions_available: false,
};

const MICROPHONE = { microphone_state: 'default' };

type Identity = Pick<RoomRecord, 'id' | 'serial' | 'applicationId' | 'meetingCode' | 'createdAt'>;

/** Fills in the defaults of the contract. */
export function newRoom(identity: Identity, body: CreateBody): RoomRecord {
  return {
    ...identity,
    type: body.type ?? 'instant',
    display_name: body.display_name,
    metadata: body.metadata ?? null,
    recording_options: { auto_record: false, record_only_owner: false, ...body.recording_options },
    ui_settings: { language: 'default', ...body.ui_settings },
    expiresAt: readInstant(body.expires_at) ?? identity.createdAt + CHOICES.instantRoomLife,
    expired: false,
    expire_after_use: body.expire_after_use ?? false,
    theme_id: body.theme_id ?? null,
    join_approval_level: body.join_approval_level ?? 'none',
    initial_join_options: { ...MICROPHONE, ...body.initial_join_options },
    ...(body.callback_urls && { callback_urls: body.callback_urls }),
    available_features: { ...FEATURES, ...body.available_features },
  };
}

/** Changes the changeable fields, in place. */
export function updateRoom(
  room: RoomRecord,
  details: UpdateDetails,
  nestedUpdates: Switches['nestedUpdates'],
): void {
  const { expires_at, initial_join_options, callback_urls, available_features, ...plain } = details;
  const merging = nestedUpdates === 'merge';
  Object.assign(room, plain);
  if (initial_join_options) {
    const before = merging ? room.initial_join_options : MICROPHONE;
    room.initial_join_options = { ...before, ...initial_join_options };
  }
  if (available_features) {
    room.available_features = { ...(merging ? room.available_features : FEATURES), ...available_features };
  }
  if (callback_urls) room.callback_urls = { ...(merging && room.callback_urls), ...callback_urls };
  room.expiresAt = readInstant(expires_at) ?? room.expiresAt;
}
