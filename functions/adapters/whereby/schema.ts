import * as z from 'zod/mini';

/** The answers of Whereby, with only the fields that are used. */

const timestamp = z
  .string()
  .check(z.refine((time) => !Number.isNaN(Date.parse(time)), { error: 'is no ISO 8601 time' }));

const link = z.url({ protocol: /^https?$/ });

export const meetingReply = z.object({
  meetingId: z.string().check(z.minLength(1)),
  roomUrl: link,
  endDate: timestamp,
  startDate: z.optional(z.nullable(timestamp)),
  /** Only if it was requested. */
  hostRoomUrl: z.optional(z.nullable(link)),
});

export type MeetingReply = z.infer<typeof meetingReply>;

/** The meetings of a page are read one by one. */
export const pageReply = z.object({
  results: z.optional(z.nullable(z.array(z.unknown()))),
  cursor: z.optional(z.nullable(z.string())),
});

/** Errors have no documented body. */
export const errorReply = z.record(z.string(), z.unknown());

/** The only documented error body, in both of the spellings that were seen. */
export const throttleReply = z.object({
  data: z.object({ msLeft: z.optional(z.number()), ms_left: z.optional(z.number()) }),
});
