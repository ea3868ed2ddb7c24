import { isDeepStrictEqual } from 'node:util';
import { CHOICES, type Switches, TEXTS } from './choices.ts';
import { invalidRequest } from './errors.ts';

export type Config = Readonly<Record<string, unknown>>;

interface Property {
  /** Returns the expected kind of value if the value is invalid; otherwise undefined. */
  readonly wants: (value: unknown) => string | undefined;
  /** The default value, which `config` leaves out. */
  readonly byDefault?: unknown;
}

const property = (holds: (value: unknown) => boolean, wanted: string, byDefault?: unknown): Property => ({
  wants: (value) => (holds(value) ? undefined : wanted),
  ...(byDefault !== undefined && { byDefault }),
});

const flag = (byDefault?: boolean) => property((value) => typeof value === 'boolean', 'a boolean', byDefault);
const isWhole = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
const among = (values: readonly string[], byDefault?: unknown) =>
  property((value) => values.includes(value as string), `one of ${values.join(', ')}`, byDefault);
const isObject = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object = property(isObject, 'an object');

const RECORDINGS = ['cloud', 'cloud-audio-only', 'local', 'raw-tracks'];
const LANGUAGES = 'da de en es fi fr it jp ka nl no pt pt-BR pl ru sv tr user'.split(' ');
const REGIONS =
  'af-south-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ap-south-1 eu-central-1 eu-west-2 sa-east-1 us-east-1 us-west-2';

const REGIONS_OF_STREAMS = ['us-west-2', 'eu-central-1', 'ap-south-1'];

const instant = property(isWhole, 'a number of seconds since the unix epoch');
const recording = property(
  // to compare anything with the names
  (value) => value === false || [value].flat().every((kind) => RECORDINGS.includes(kind as string)),
  `one of ${RECORDINGS.join(', ')}`,
);

/** The storage of recordings or transcripts: this member is required. */
const bucket = property(
  (value) => isObject(value) && typeof value.bucket_name === 'string',
  'an object with a bucket_name',
);
const text = property((value) => typeof value === 'string', 'a string');
const template = property(
  (value) => typeof value === 'string' && value.length <= 1024 && value.includes('{epoch_time}'),
  'a string of at most 1024 characters with {epoch_time}',
);
const endpoints = property(
  (value) =>
    Array.isArray(value) &&
    value.every((endpoint) => isObject(endpoint) && ['rtmp', 'hls'].includes(String(endpoint.type))),
  'a list of objects whose type is rtmp or hls',
);

/** The properties of a room. */
const ROOM: Readonly<Record<string, Property>> = {
  exp: instant,
  nbf: instant,
  eject_at_room_exp: flag(false),
  eject_after_elapsed: property(isWhole, 'a number of seconds'),
  enable_recording: recording,
  start_audio_off: flag(false),
  start_video_off: flag(false),
  enable_chat: flag(false),
  enable_knocking: flag(),
  enable_prejoin_ui: flag(),
  enable_people_ui: flag(),
  enable_pip_ui: flag(),
  enable_screenshare: flag(true),
  enable_hand_raising: flag(),
  enable_emoji_reactions: flag(),
  enable_live_captions_ui: flag(false),
  lang: among(LANGUAGES, 'en'),
  max_participants: property(
    (value) => isWhole(value) && Number(value) <= 200,
    'a number of at most 200',
    200,
  ),
  geo: among(REGIONS.split(' ')),
  rtmp_geo: among(REGIONS_OF_STREAMS),
  disable_rtmp_geo_fallback: flag(false),
  permissions: object,
  meeting_join_hook: property(
    (value) => typeof value === 'string' && value.length <= 255 && URL.canParse(value),
    'a URL of at most 255 characters',
  ),
  recordings_bucket: bucket,
  recordings_template: template,
  enable_transcription_storage: flag(false),
  transcription_bucket: bucket,
  transcription_template: template,
  auto_transcription_settings: object,
  enable_dialout: flag(),
  dialout_config: object,
  sip: object,
  streaming_endpoints: endpoints,
  enable_network_ui: flag(),
  enable_noise_cancellation_ui: flag(),
  enable_breakout_rooms: flag(),
  enable_cpu_warning_notifications: flag(),
  enable_video_processing_ui: flag(true),
  enable_shared_chat_history: flag(true),
  enable_advanced_chat: flag(false),
  enable_hidden_participants: flag(false),
  enable_mesh_sfu: flag(),
  sfu_switchover: property((value) => typeof value === 'number' && value >= 0, 'a number', 0.5),
  enable_adaptive_simulcast: flag(true),
  enable_multiparty_adaptive_simulcast: flag(false),
  enforce_unique_user_ids: flag(false),
  experimental_optimize_large_calls: flag(),
  enable_terse_logging: flag(false),
};

/** The properties of a meeting token, each with its short name inside the token, if that is known. */
const TOKEN: Readonly<Record<string, Property & { readonly claim?: string }>> = {
  room_name: { ...text, claim: 'r' },
  is_owner: { ...flag(), claim: 'o' },
  exp: { ...instant, claim: 'exp' },
  nbf: { ...instant, claim: 'nbf' },
  user_name: { ...text, claim: 'u' },
  user_id: {
    ...property(
      (value) => typeof value === 'string' && value.length <= 36,
      'a string of at most 36 characters',
    ),
    claim: 'ud',
  },
  enable_recording: { ...recording, claim: 'er' },
  enable_recording_ui: { ...flag(), claim: 'erui' },
  start_cloud_recording: { ...flag(), claim: 'sr' },
  start_cloud_recording_opts: object,
  start_audio_off: { ...flag(), claim: 'ao' },
  start_video_off: { ...flag(), claim: 'vo' },
  enable_screenshare: flag(),
  lang: { ...among(LANGUAGES), claim: 'uil' },
  knocking: { ...flag(), claim: 'k' },
  eject_at_token_exp: { ...flag(), claim: 'ejt' },
  eject_after_elapsed: { ...property(isWhole, 'a number of seconds'), claim: 'eje' },
  enable_prejoin_ui: flag(),
  enable_live_captions_ui: flag(),
  auto_start_transcription: flag(),
  close_tab_on_exit: flag(),
  redirect_on_meeting_exit: text,
  permissions: { ...object, claim: 'p' },
};

/** Properties for which the definition has no null. */
const NOT_NULL = new Set(['enable_knocking', 'start_audio_off', 'lang', 'enable_live_captions_ui']);

/** @param now milliseconds since the epoch */
function check(
  table: Readonly<Record<string, Property>>,
  given: unknown,
  switches: Switches,
  now: number,
): Config {
  if (!isObject(given)) throw invalidRequest(TEXTS.wrongType('properties', given, 'an object'));
  const known = Object.entries(given).filter(([name]) => {
    if (Object.hasOwn(table, name)) return true;
    if (switches.unknownFields === 'refuse') throw invalidRequest(TEXTS.unknownField(name));
    return false;
  });
  for (const [name, value] of known) {
    // null restores the default of a property, if the definition allows it
    const wanted = value === null && !NOT_NULL.has(name) ? undefined : table[name]?.wants(value);
    if (wanted) throw invalidRequest(TEXTS.wrongType(name, value, wanted));
    if (name === 'exp' && value !== null) checkExp(value as number, now);
  }
  return Object.fromEntries(known);
}

function checkExp(exp: number, now: number): void {
  if (exp <= now / 1000) {
    throw invalidRequest(`exp was '${exp}', which is in the past rather than in the future`);
  }
  if (exp > CHOICES.latestExp)
    throw invalidRequest(TEXTS.wrongType('exp', exp, `at most ${CHOICES.latestExp}`));
}

/** @returns the config with the given properties; defaults are left out */
export function applyProperties(config: Config, given: unknown, switches: Switches, now: number): Config {
  const merged = { ...config, ...check(ROOM, given, switches, now) };
  const isDefault = (name: string, value: unknown) =>
    value === null ||
    (value === false && name === 'enable_recording') ||
    isDeepStrictEqual(value, ROOM[name]?.byDefault);
  return Object.fromEntries(Object.entries(merged).filter(([name, value]) => !isDefault(name, value)));
}

/** @returns the claims of a meeting token with these properties */
export function tokenClaims(given: unknown, switches: Switches, now: number): Record<string, unknown> {
  const properties = check(TOKEN, given, switches, now);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [TOKEN[name]?.claim ?? name, value]),
  );
}
