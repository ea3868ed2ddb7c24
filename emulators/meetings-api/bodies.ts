import { CHOICES } from './choices.ts';
import {
  flag,
  headerText,
  instantBetween,
  type Member,
  nullable,
  oneOf,
  type Rule,
  shape,
  text,
  uuid,
  webAddress,
} from './rules.ts';

export interface RecordingOptions {
  readonly auto_record: boolean;
  readonly record_only_owner: boolean;
}

export interface CallbackUrls {
  readonly rooms_callback_url?: string;
  readonly sessions_callback_url?: string;
  readonly recordings_callback_url?: string;
}

export interface AvailableFeatures {
  readonly is_recording_available: boolean;
  readonly is_chat_available: boolean;
  readonly is_whiteboard_available: boolean;
  readonly is_locale_switcher_available: boolean;
  readonly is_captions_available: boolean;
}

/** The fields that PATCH may change; `expires_at` is the original text. */
export interface UpdateDetails {
  readonly expires_at?: string;
  readonly expire_after_use?: boolean;
  readonly theme_id?: string | null;
  readonly join_approval_level?: string;
  readonly initial_join_options?: { readonly microphone_state?: string };
  readonly callback_urls?: CallbackUrls;
  readonly available_features?: Partial<AvailableFeatures>;
}

export interface CreateBody extends UpdateDetails {
  readonly display_name: string;
  readonly type?: 'instant' | 'long_term';
  readonly metadata?: string | null;
  readonly recording_options?: Partial<RecordingOptions>;
  readonly ui_settings?: { readonly language?: string };
}

const optional = (rule: Rule): Member => ({ rule });
const flags = (...names: string[]) => shape(Object.fromEntries(names.map((name) => [name, optional(flag)])));

const TEN_MINUTES = 10 * 60_000;
const expiry = instantBetween(TEN_MINUTES, CHOICES.year);
const notAllowed: Rule = (_, label) => [`"${label}" is not allowed`];

const CHANGEABLE = {
  expires_at: optional(expiry),
  expire_after_use: optional(flag),
  theme_id: optional(nullable(uuid)),
  join_approval_level: optional(oneOf('none', 'after_owner_only', 'explicit_approval')),
  initial_join_options: optional(shape({ microphone_state: optional(oneOf('on', 'off', 'default')) })),
  callback_urls: optional(
    shape({
      rooms_callback_url: optional(webAddress),
      sessions_callback_url: optional(webAddress),
      recordings_callback_url: optional(webAddress),
    }),
  ),
  available_features: optional(
    flags(
      'is_recording_available',
      'is_chat_available',
      'is_whiteboard_available',
      'is_locale_switcher_available',
      'is_captions_available',
    ),
  ),
};

const LANGUAGES = ['en', 'he', 'es', 'pt-br', 'it', 'ca', 'fr', 'de', 'ar', 'zh-tw', 'zh-cn', 'default'];

const INSTANT = {
  display_name: { rule: text(200), required: true },
  type: optional(oneOf('instant', 'long_term')),
  ...CHANGEABLE,
  metadata: optional(nullable(headerText(500))),
  recording_options: optional(flags('auto_record', 'record_only_owner')),
  ui_settings: optional(shape({ language: optional(oneOf(...LANGUAGES)) })),
  expires_at: optional(notAllowed),
  expire_after_use: optional(notAllowed),
};

const LONG_TERM = {
  ...INSTANT,
  expires_at: { rule: expiry, required: true },
  expire_after_use: CHANGEABLE.expire_after_use,
};

const instantRoom = shape(INSTANT);
const longTermRoom = shape(LONG_TERM);
const update = shape({ update_details: { rule: shape(CHANGEABLE, { atLeastOne: true }), required: true } });
const applicationUpdate = shape({
  update_details: {
    rule: shape({ default_theme_id: optional(nullable(uuid)) }, { atLeastOne: true }),
    required: true,
  },
});

/** @returns every error in the body of `POST /rooms` */
export function checkCreate(body: unknown, now: number): string[] {
  const type = (body as { type?: unknown } | null | undefined)?.type ?? 'instant';
  return (type === 'instant' ? instantRoom : longTermRoom)(body, '', now);
}

/** @returns every error in the body of `PATCH /rooms/{id}` */
export const checkUpdate = (body: unknown, now: number): string[] => update(body, '', now);

/** @returns every error in the body of `PATCH /applications` */
export const checkApplicationUpdate = (body: unknown, now: number): string[] =>
  applicationUpdate(body, '', now);
