import * as z from 'zod/mini';

/** The JSON key of a service account, as Google's console writes it. */
export const keyFile = z.looseObject({
  client_email: z.string().check(z.minLength(1)),
  private_key: z.string().check(z.minLength(1)),
  private_key_id: z.optional(z.string()),
  token_uri: z.optional(z.string()),
});

export const tokenReply = z.looseObject({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number(),
});

export const tokenError = z.looseObject({ error: z.string() });

/** The fields of an event on which the reading depends; the whole event is passed on. */
export const eventReply = z.looseObject({
  id: z.string().check(z.minLength(1)),
  etag: z.optional(z.string()),
  status: z.optional(z.string()),
  recurringEventId: z.optional(z.string()),
  recurrence: z.optional(z.array(z.string())),
  iCalUID: z.optional(z.string()),
});

export type GoogleEvent = z.output<typeof eventReply>;

export const pageReply = z.looseObject({
  kind: z.literal('calendar#events'),
  timeZone: z.optional(z.string()),
  accessRole: z.optional(z.string()),
  items: z.array(eventReply),
  nextPageToken: z.optional(z.string()),
  nextSyncToken: z.optional(z.string()),
});

export const errorReply = z.looseObject({
  error: z.looseObject({
    code: z.number(),
    errors: z.optional(z.array(z.looseObject({ reason: z.optional(z.string()) }))),
  }),
});
