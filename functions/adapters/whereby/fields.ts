import { type FieldMap, type FieldSupport, NATIVE } from '../provider/fields.ts';

/** Whereby accepts these as parameters of a link, which guests can remove, and not as settings of a room. */
const onLinks = (parameter: string, given: readonly unknown[]): FieldSupport => ({
  support: 'impossible',
  given,
  how: `a room cannot be set so; a link may carry ${parameter}, which its holder can take away`,
});

/** How Whereby supports each field of a request. */
export const WHEREBY_FIELDS: FieldMap = {
  display_name: {
    support: 'approximated',
    silent: true,
    how: 'a room has no title: its name stays in the rooms table',
  },
  metadata: { support: 'impossible', how: 'a room carries no text: it stays in the rooms table' },
  expire_after_use: {
    support: 'impossible',
    given: [false],
    how: 'a room lives until its expiry, whether it was used or not',
  },
  'recording_options.auto_record': { ...NATIVE, how: 'to the storage of the account, on a plan that has it' },
  'recording_options.record_only_owner': {
    support: 'impossible',
    given: [true],
    how: 'only hosts can record',
  },
  theme_id: { support: 'impossible', given: [null], how: 'the look is set in the dashboard' },
  join_approval_level: {
    support: 'approximated',
    given: ['none', 'explicit_approval'],
    how: 'everybody knocks and a host lets them in, also after the host has come',
  },
  'initial_join_options.microphone_state': onLinks('audio=off', ['default']),
  callback_urls: {
    support: 'impossible',
    how: 'webhooks belong to the whole organisation: register one in the dashboard',
  },
  'available_features.is_recording_available': {
    ...NATIVE,
    how: 'to the storage of the account, on a plan that has it',
  },
  'available_features.is_chat_available': onLinks('chat=on or chat=off', [true]),
  'available_features.is_whiteboard_available': onLinks('roomIntegrations=on', [false]),
  'available_features.is_locale_switcher_available': onLinks('localization=on', [false]),
  'available_features.is_captions_available': {
    support: 'impossible',
    given: [false],
    how: 'captions are a feature of the organisation',
  },
  'ui_settings.language': onLinks('lang=', ['default']),
};
