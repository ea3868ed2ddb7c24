import type { RoomSettings } from '../../rooms/model/room.ts';

/** All fields of a request that describe a room. */
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

/** How a provider supports a field. */
export interface FieldSupport {
  readonly support: 'native' | 'approximated' | 'impossible';
  /** The replacement that the caller gets, or the reason why the field has no effect. */
  readonly how?: string;
  /** The values that are fully supported. Absent: all if the field is native, otherwise none. */
  readonly given?: readonly unknown[];
  /** Never causes a warning: every request has this field, so every caller would be warned. */
  readonly silent?: true;
}

export type FieldMap = Readonly<Record<FieldName, FieldSupport>>;

export const NATIVE: FieldSupport = { support: 'native' };

/** Returns the requested settings that a caller does not get, as text for a person. */
export function limitationsOf(fields: FieldMap, settings: RoomSettings): readonly string[] {
  return FIELDS.flatMap((name) => {
    const { support, how, given, silent } = fields[name];
    const value = valueAt(settings, name);
    const isGiven = given ? given.includes(value) : support === 'native';
    if (value === undefined || isGiven || silent) return [];
    // the caller's value may be long, or too private for a log
    const shown = typeof value === 'boolean' || given ? ` ${String(value)}` : '';
    return [`${name}${shown}: ${support === 'native' ? 'impossible' : support}, ${how}`];
  });
}

function valueAt(settings: RoomSettings, name: FieldName): unknown {
  let value: unknown = settings;
  // reading an unknown part of any value is safe
  for (const part of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}
