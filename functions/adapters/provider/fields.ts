import type { RoomSettings } from '../../rooms/model/room.ts';

/** Everything that a request can say of what a room is like. */
export const FIELDS = [
  'display_name',
  'metadata',
  'expire_after_use',
  'recording_options.auto_record',
  'recording_options.record_only_owner',
  'theme_id',
  'join_approval_level',
  'initial_join_options.microphone_state',
  'callback_urls',
  'available_features.is_recording_available',
  'available_features.is_chat_available',
  'available_features.is_whiteboard_available',
  'available_features.is_locale_switcher_available',
  'available_features.is_captions_available',
  'ui_settings.language',
] as const;

export type FieldName = (typeof FIELDS)[number];

/** How a provider gives a field. */
export interface FieldSupport {
  readonly support: 'native' | 'approximated' | 'impossible';
  /** What the caller gets instead, or why there is nothing to get. */
  readonly how?: string;
  /** The values that are given in full. Absent: all of them where it is native, else none. */
  readonly given?: readonly unknown[];
  /** No reason to warn: every request has it, so that every caller would be warned. */
  readonly silent?: true;
}

export type FieldMap = Readonly<Record<FieldName, FieldSupport>>;

export const NATIVE: FieldSupport = { support: 'native' };

/** What a caller who asks for these settings does not get, in words for a person. */
export function limitationsOf(fields: FieldMap, settings: RoomSettings): readonly string[] {
  return FIELDS.flatMap((name) => {
    const { support, how, given, silent } = fields[name];
    const value = valueAt(settings, name);
    const isGiven = given ? given.includes(value) : support === 'native';
    if (value === undefined || isGiven || silent) return [];
    // what a caller writes there may be long, or nobody's business in a log
    const shown = typeof value === 'boolean' || given ? ` ${String(value)}` : '';
    return [`${name}${shown}: ${support === 'native' ? 'impossible' : support}, ${how}`];
  });
}

function valueAt(settings: RoomSettings, name: FieldName): unknown {
  let value: unknown = settings;
  // whatever stands there may be asked for a part, which is unknown
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}
