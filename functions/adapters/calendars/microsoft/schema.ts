import * as z from 'zod/mini';

/** A client secret never has this form: it is a private key with the certificate that the app knows. */
export const certificateFile = z.looseObject({ privateKey: z.string(), certificate: z.string() });

export const tokenReply = z.looseObject({
  access_token: z.string().check(z.minLength(1)),
  expires_in: z.number(),
});

export const tokenError = z.looseObject({ error: z.string(), error_description: z.optional(z.string()) });

/** The fields of an event on which the reading depends; the whole event is passed on. */
export const eventReply = z.looseObject({
  id: z.string().check(z.minLength(1)),
  '@odata.etag': z.optional(z.string()),
  '@removed': z.optional(z.unknown()),
  type: z.nullish(z.string()),
  seriesMasterId: z.nullish(z.string()),
  isCancelled: z.nullish(z.boolean()),
});

export type GraphEvent = z.output<typeof eventReply>;

export const pageReply = z.looseObject({
  value: z.array(eventReply),
  '@odata.nextLink': z.optional(z.string()),
  '@odata.deltaLink': z.optional(z.string()),
});

export const errorReply = z.looseObject({ error: z.looseObject({ code: z.string() }) });
