import { type FieldMap, type FieldSupport, NATIVE } from '../provider/fields.ts';

const ofTheAccount = (what: string): FieldSupport => ({
  support: 'impossible',
  how: `${what} is a setting of the account and its users`,
});

/** How Zoom supports each field of a request. */
export const ZOOM_FIELDS: FieldMap = {
  display_name: { ...NATIVE, how: 'the topic of the meeting' },
  metadata: { ...NATIVE, how: 'in the description of the meeting, which guests may see' },
  expire_after_use: {
    support: 'impossible',
    given: [false],
    how: 'a meeting can be started again, whether it was used or not',
  },
  'recording_options.auto_record': { ...NATIVE, how: 'to the cloud, on a plan that has it' },
  'recording_options.record_only_owner': {
    support: 'impossible',
    given: [true],
    how: 'hosts record, and whom they allow to',
  },
  theme_id: { support: 'impossible', given: [null], how: 'the look is that of the account' },
  join_approval_level: NATIVE,
  'initial_join_options.microphone_state': {
    ...NATIVE,
    given: ['off', 'default'],
    how: 'a meeting unmutes no one',
  },
  callback_urls: {
    support: 'impossible',
    how: 'webhooks belong to an app of the account: subscribe to them there',
  },
  'available_features.is_recording_available': ofTheAccount('recording'),
  'available_features.is_chat_available': ofTheAccount('chat'),
  'available_features.is_whiteboard_available': ofTheAccount('the whiteboard'),
  'available_features.is_locale_switcher_available': {
    support: 'impossible',
    how: 'each guest has the language of their own client',
  },
  'available_features.is_captions_available': ofTheAccount('captions'),
  'ui_settings.language': {
    support: 'impossible',
    given: ['default'],
    how: 'each guest has the language of their own client',
  },
};
