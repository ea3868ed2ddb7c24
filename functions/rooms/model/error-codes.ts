/** The field `code` of the log, and of every error of the rooms; `docs/errors.md` explains each. Codes are public and stable. */
export const ERROR_CODES = [
  'request_refused',
  'provider_refused',
  'unknown_room',
  'room_awaited',
  'claim_held',
  'claim_lost',
  'room_changed',
  'room_gone',
  'application_full',
  'pool_full',
  'unknown_application',
  'unauthorized',
  'throttled',
  'unreachable',
  'ambiguous_outcome',
  'change_given_up',
  'provider_contract',
  'feed_unreadable',
  'calendar_unreadable',
  'not_announced',
  'out_of_time',
  'unexpected',
] as const;

/** The `code` of an error, in the log of every function. */
export type ErrorCode = (typeof ERROR_CODES)[number];
