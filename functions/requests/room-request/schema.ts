import * as z from 'zod/mini';
import type { RoomAction } from '../../rooms/model/room.ts';
import { DAY, MINUTE } from '../../rooms/model/time.ts';
import { readDuration } from './duration.ts';
import { OUT_OF_BOUNDS } from './duration-pattern.ts';

/**
 * The only description of a request. The queue's messages and the bus's events are checked against it, and
 * `docs/request.schema.json` is generated from it. Rules that need the time of sending are in
 * `room-request.ts`.
 */

/** A lifetime, or the time until an expiry, must be longer than this. */
export const SHORTEST_LIFE = 10 * MINUTE;
/** A lifetime, or the time until an expiry, must not be longer than this. */
export const LONGEST_LIFE = 365 * DAY;

/** The provider's 500 characters of metadata, minus a space and the token of 32 characters. */
const METADATA_LENGTH = 467;

/** The limit of browsers and servers. A row of the table holds several of each address. */
const ADDRESS_LENGTH = 2048;

/** No application has a longer name. */
const APPLICATION_LENGTH = 100;

const LANGUAGES = [
  'en',
  'he',
  'es',
  'pt-br',
  'it',
  'ca',
  'fr',
  'de',
  'ar',
  'zh-tw',
  'zh-cn',
  'default',
] as const;

/** `minLength` and `maxLength` of a JSON Schema count code points, and so does this function. */
function hasCodePoints(min: number, max: number): (text: string) => boolean {
  return (text) => text.length <= 2 * max && [...text].length >= min && [...text].length <= max;
}

function isLifetime(text: string): boolean {
  const lifetime = readDuration(text);
  return lifetime !== undefined && lifetime > SHORTEST_LIFE && lifetime <= LONGEST_LIFE;
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text);
}

const displayName = z.string().check(
  z.refine(hasCodePoints(1, 200), 'must have 1 to 200 characters'),
  z.refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
  z.meta({ minLength: 1, maxLength: 200, description: 'The name that people see' }),
);

const metadata = z.nullable(
  z.string().check(
    z.refine(
      (text) => text.length <= METADATA_LENGTH,
      `must have at most ${METADATA_LENGTH} characters (33 of the provider's 500 carry the room's token)`,
    ),
    z.refine(
      (text) => /^[\x20-\x7e]*$/.test(text),
      'must be printable ASCII without line breaks (it comes back as an HTTP header)',
    ),
    z.meta({ maxLength: METADATA_LENGTH, pattern: '^[\\x20-\\x7e]*$' }),
  ),
);

const instant = z.iso.datetime({ offset: true });

const webAddress = z.string().check(
  z.refine((text) => text.length <= ADDRESS_LENGTH, `must have at most ${ADDRESS_LENGTH} characters`),
  z.refine(isWebAddress, 'must be an http or https address in ASCII'),
  z.meta({ format: 'uri', maxLength: ADDRESS_LENGTH, pattern: '^[hH][tT][tT][pP][sS]?://[\\x21-\\x7e]+$' }),
);

const flag = z.optional(z.boolean());

const key = z.string().check(
  z.refine(
    (text) => /^[A-Za-z0-9\-_.:@/]{1,128}$/.test(text),
    'must be 1 to 128 letters, digits or any of - _ . : @ /',
  ),
  z.meta({
    pattern: '^[A-Za-z0-9\\-_.:@/]{1,128}$',
    description: 'Names the room for later requests. Absent: derived from the id of the message or event',
  }),
);

const lifetime = z.string().check(
  z.refine(
    isLifetime,
    'must be an ISO 8601 duration in whole numbers, longer than PT10M and at most P365D (a month counts as 30 days), such as P90D',
  ),
  z.meta({
    format: 'duration',
    not: { pattern: OUT_OF_BOUNDS },
    description: 'The life of each room, instead of expires_at',
  }),
);

const renewal = z
  .strictObject({
    mode: z.optional(z.enum(['recreate', 'extend', 'none', 'on-demand'])),
    until: z.optional(instant),
  })
  .check(
    z.refine(
      ({ mode, until }) => mode !== 'none' || until === undefined,
      'until has no meaning if mode is none',
    ),
    z.meta({
      description: 'How the room is kept past its expiry, and until when. Absent: recreate, until cancelled',
      not: { required: ['mode', 'until'], properties: { mode: { const: 'none' } } },
    }),
  );

/** The fields of the Meetings API's create body, and this project's own fields. */
const fields = {
  display_name: displayName,
  type: z.optional(
    z.literal('long_term', 'must be "long_term": an instant room ends with its meeting and cannot be kept'),
  ),
  expires_at: z.optional(
    instant.check(z.meta({ description: 'More than 10 minutes and at most 365 days after it is sent' })),
  ),
  metadata: z.optional(metadata),
  expire_after_use: flag,
  recording_options: z.optional(z.strictObject({ auto_record: flag, record_only_owner: flag })),
  theme_id: z.optional(z.nullable(z.guid())),
  join_approval_level: z.optional(z.enum(['none', 'after_owner_only', 'explicit_approval'])),
  initial_join_options: z.optional(
    z.strictObject({ microphone_state: z.optional(z.enum(['on', 'off', 'default'])) }),
  ),
  callback_urls: z.optional(
    z.strictObject({
      rooms_callback_url: z.optional(webAddress),
      sessions_callback_url: z.optional(webAddress),
      recordings_callback_url: z.optional(webAddress),
    }),
  ),
  available_features: z.optional(
    z.strictObject({
      is_recording_available: flag,
      is_chat_available: flag,
      is_whiteboard_available: flag,
      is_locale_switcher_available: flag,
      is_captions_available: flag,
    }),
  ),
  ui_settings: z.optional(z.strictObject({ language: z.optional(z.enum(LANGUAGES)) })),
  key: z.optional(key),
  lifetime: z.optional(lifetime),
  renewal: z.optional(renewal),
  strict: z.optional(
    z
      .boolean()
      .check(z.meta({ description: 'Refuse the request if the provider does not support all of it' })),
  ),
};

const ON_DEMAND = {
  required: ['renewal'],
  properties: { renewal: { required: ['mode'], properties: { mode: { const: 'on-demand' } } } },
};

/** Asks for a room that is created and kept. */
const ensureSchema = z.strictObject({ ...fields, action: z.optional(z.literal('ensure')) }).check(
  z.refine(
    ({ expires_at, lifetime, renewal }) =>
      expires_at !== undefined || lifetime !== undefined || renewal?.mode === 'on-demand',
    'needs expires_at or lifetime, and has neither',
  ),
  z.refine(
    ({ expires_at, renewal }) => expires_at === undefined || renewal?.mode !== 'on-demand',
    'has expires_at, which has no meaning where renewal.mode is on-demand: give lifetime, the life of each room from its knock',
  ),
  z.refine(
    ({ expires_at, lifetime }) => expires_at === undefined || lifetime === undefined,
    'needs either expires_at or lifetime, and has both: take one out',
  ),
  z.meta({
    title: 'A room to be there and to be kept',
    oneOf: [
      { required: ['expires_at'], not: ON_DEMAND },
      { required: ['lifetime'] },
      { ...ON_DEMAND, not: { anyOf: [{ required: ['lifetime'] }, { required: ['expires_at'] }] } },
    ],
  }),
);

/** Characters of a reason. It is for one field of a line of the log. */
const REASON_LENGTH = 200;

/** Whether a text can be written into a log: an address could be a link that lets people in. */
export const isReason = (text: string): boolean =>
  text.length <= REASON_LENGTH && /^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(text) && !text.includes('://');

export const REASON_RULE = `must be 1 to ${REASON_LENGTH} characters in one line, without an address`;

const reason = z.optional(
  z.string().check(
    z.refine(isReason, REASON_RULE),
    z.meta({
      minLength: 1,
      maxLength: REASON_LENGTH,
      description: 'Why somebody asks for it, for the log. In one line, without an address',
    }),
  ),
);

/** Ends a room. Accepts the body of the original request, even if its dates have passed. */
const cancelSchema = z
  .strictObject({
    ...fields,
    display_name: z.optional(displayName),
    key,
    action: z.literal('cancel'),
    reason,
  })
  .check(z.meta({ title: 'A room to be ended' }));

/** Actions of a person on a kept room. */
const commandSchema = z
  .strictObject({ key, action: z.enum(['hold', 'release']), reason })
  .check(z.meta({ title: 'A room whose renewal is paused (hold) or resumed (release)' }));

const rotateSchema = z
  .strictObject({
    key,
    action: z.literal('rotate'),
    to: z.optional(
      z.string().check(
        z.minLength(1, 'must not be empty'),
        z.maxLength(APPLICATION_LENGTH, `must have at most ${APPLICATION_LENGTH} characters`),
        z.meta({
          description: "The application that the room moves to, by its name in the deployment's pool",
        }),
      ),
    ),
    revoke: z.optional(
      z.boolean().check(
        z.meta({
          description: 'End the earlier rooms of the key immediately, because one of their links was exposed',
        }),
      ),
    ),
    reason,
  })
  .check(z.meta({ title: 'A room that is renewed now' }));

/** Actions on a key's link. */
const linkSchema = z.strictObject({ key, action: z.enum(['relink', 'knock']) }).check(
  z.meta({
    title: 'A link that is replaced (relink), or whose room a visitor wants to enter (knock)',
  }),
);

const { expires_at: _expiresAt, type: _type, strict: _strict, ...kept } = fields;

/** A room that already exists at the provider. Absent fields are taken from the room. */
const importSchema = z
  .strictObject({
    ...kept,
    display_name: z.optional(displayName),
    key,
    action: z.literal('import'),
    application: z
      .string()
      .check(
        z.minLength(1, 'must not be empty'),
        z.maxLength(APPLICATION_LENGTH, `must have at most ${APPLICATION_LENGTH} characters`),
        z.meta({ description: "The application that the room is in, by its name in the deployment's pool" }),
      ),
    room: z.string().check(
      // a step in a path is the id of no room
      z.refine(
        (text) => /^(?!\.{1,2}$)[\x21-\x7e]{1,128}$/.test(text),
        'must be 1 to 128 printable ASCII characters, and not only one or two dots',
      ),
      z.meta({
        pattern: '^(?!\\.{1,2}$)[\\x21-\\x7e]{1,128}$',
        description: "The provider's id of the room",
      }),
    ),
  })
  .check(
    z.refine(
      ({ renewal }) => renewal?.mode !== 'on-demand',
      'has renewal.mode on-demand, which has no room before somebody knocks: import it in another mode',
    ),
    z.meta({
      title: 'A room that is taken over: it keeps its link, and is kept from then on',
      not: ON_DEMAND,
    }),
  );

/** The schema of each action. */
export const actionSchemas = {
  ensure: ensureSchema,
  cancel: cancelSchema,
  hold: commandSchema,
  release: commandSchema,
  rotate: rotateSchema,
  relink: linkSchema,
  knock: linkSchema,
  import: importSchema,
} as const satisfies Readonly<Record<RoomAction, z.ZodMiniType>>;

export const requestSchema = z.union([...new Set(Object.values(actionSchemas))]);

export type EnsureBody = z.output<typeof ensureSchema>;
export type ImportBody = z.output<typeof importSchema>;
