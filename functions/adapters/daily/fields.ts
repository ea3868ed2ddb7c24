import { type FieldMap, NATIVE } from '../provider/fields.ts';

/** The languages of Daily's interface, by their names in a request. */
export const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['en', 'en'],
  ['es', 'es'],
  ['pt-br', 'pt-BR'],
  ['it', 'it'],
  ['fr', 'fr'],
  ['de', 'de'],
]);

/** How Daily supports each field of a request. */
export const DAILY_FIELDS: FieldMap = {
  display_name: {
    support: 'approximated',
    silent: true,
    how: 'a room has no title: its name stays in the rooms table',
  },
  metadata: {
    support: 'impossible',
    how: 'a room carries no text: it stays in the rooms table',
  },
  expire_after_use: {
    support: 'impossible',
    given: [false],
    how: 'a room lives until its expiry, whether it was used or not',
  },
  'recording_options.auto_record': {
    support: 'approximated',
    given: [false],
    how: 'the recording begins when somebody enters by a host link made for this room',
  },
  'recording_options.record_only_owner': {
    support: 'impossible',
    given: [true],
    how: 'only hosts can record',
  },
  theme_id: { support: 'impossible', given: [null], how: 'the look belongs to the whole domain' },
  join_approval_level: {
    support: 'approximated',
    given: ['none', 'explicit_approval'],
    how: 'everybody knocks and a host lets them in, also after the host has come',
  },
  'initial_join_options.microphone_state': NATIVE,
  callback_urls: {
    support: 'impossible',
    how: 'webhooks belong to the whole domain: register one there',
  },
  'available_features.is_recording_available': {
    ...NATIVE,
    how: 'cloud recording by hosts, on a plan that has it',
  },
  'available_features.is_chat_available': NATIVE,
  'available_features.is_whiteboard_available': {
    support: 'impossible',
    given: [false],
    how: 'there is no whiteboard',
  },
  'available_features.is_locale_switcher_available': {
    support: 'impossible',
    given: [false],
    how: 'guests cannot switch the language',
  },
  'available_features.is_captions_available': { ...NATIVE, how: 'on a plan with transcription' },
  'ui_settings.language': {
    support: 'native',
    given: ['default', ...LANGUAGES.keys()],
    how: 'the interface does not speak it',
  },
};
