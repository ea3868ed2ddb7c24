import * as z from 'zod/mini';

/** The answers of the Meetings API, with only the fields that are used; all others are ignored. */

const timestamp = z
  .string()
  .check(z.refine((text) => !Number.isNaN(Date.parse(text)), { error: 'is no ISO 8601 time' }));

const link = z.object({ href: z.url({ protocol: /^https?$/ }) });

/** A setting with an unknown value counts as not shown: it must not make a room unreadable. */
const shown = <T extends z.core.SomeType>(setting: T) => z.catch(z.optional(setting), undefined);

const flag = shown(z.boolean());

/** The settings that a `PATCH` may change, which are compared to find drift. */
const changeableSettings = {
  expire_after_use: flag,
  theme_id: shown(z.nullable(z.string())),
  join_approval_level: shown(z.enum(['none', 'after_owner_only', 'explicit_approval'])),
  initial_join_options: shown(z.object({ microphone_state: shown(z.enum(['on', 'off', 'default'])) })),
  callback_urls: shown(
    z.object({
      rooms_callback_url: shown(z.string()),
      sessions_callback_url: shown(z.string()),
      recordings_callback_url: shown(z.string()),
    }),
  ),
  available_features: shown(
    z.object({
      is_recording_available: flag,
      is_chat_available: flag,
      is_whiteboard_available: flag,
      is_locale_switcher_available: flag,
      is_captions_available: flag,
    }),
  ),
};

export const roomReply = z.object({
  id: z.string().check(z.minLength(1)),
  meeting_code: z.optional(z.nullable(z.string())),
  metadata: z.optional(z.nullable(z.string())),
  created_at: timestamp,
  /** An instant room may have none; this project never creates one. */
  expires_at: z.optional(z.nullable(timestamp)),
  is_available: z.optional(z.nullable(z.boolean())),
  _links: z.object({
    guest_url: link,
    host_url: z.optional(z.nullable(z.object({ href: z.optional(z.nullable(link.shape.href)) }))),
  }),
  ...changeableSettings,
});

export type RoomReply = z.infer<typeof roomReply>;

/** Older definitions wrap each room in another object. The rooms are read one by one. */
const entries = z.nullable(z.array(z.unknown()));
const rooms = z.optional(z.union([entries, z.object({ rooms: entries })]));

const count = z.union([z.number(), z.string().check(z.regex(/^\d+$/))]);

export const pageReply = z.object({
  page_size: z.optional(z.nullable(count)),
  total_items: z.optional(z.nullable(count)),
  _embedded: rooms,
  _links: z.optional(
    z.nullable(
      z.object({ next: z.optional(z.nullable(z.object({ href: z.optional(z.nullable(z.string())) }))) }),
    ),
  ),
});

/** The errors of the gateway, and of the service behind it. */
export const errorReply = z.union([
  z.object({ title: z.string(), detail: z.optional(z.nullable(z.string())) }),
  z.object({
    message: z.string(),
    name: z.optional(z.nullable(z.string())),
    errors: z.optional(z.nullable(z.array(z.unknown()))),
  }),
]);
