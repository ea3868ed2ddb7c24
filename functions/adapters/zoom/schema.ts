import * as z from 'zod/mini';

/** The answers of Zoom, with only the fields that are used. */

const timestamp = z
  .string()
  .check(z.refine((time) => !Number.isNaN(Date.parse(time)), { error: 'is no ISO 8601 time' }));

const link = z.url({ protocol: /^https?$/ });

const listed = {
  /** Below 2^53, so that no digit is lost. */
  id: z.int(),
  type: z.int(),
  created_at: timestamp,
  join_url: link,
  topic: z.optional(z.nullable(z.string())),
  agenda: z.optional(z.nullable(z.string())),
  start_time: z.optional(z.nullable(timestamp)),
  host_id: z.optional(z.nullable(z.string())),
};

/** A meeting with a date. */
export const SCHEDULED = 2;

/** A recurring meeting without a fixed time. */
export const RECURRING = 3;

/** Without its date, the end of a scheduled meeting's room is unknown. */
const dated = z.refine<Dated>(
  ({ type, start_time }) => type !== SCHEDULED || typeof start_time === 'string',
  { error: 'start_time: a scheduled meeting has a date' },
);

interface Dated {
  readonly type: number;
  readonly start_time?: string | null | undefined;
}

/** A meeting in a list. */
export const listedReply = z.object(listed).check(dated);

const setting = z.optional(z.nullable(z.unknown()));

/** A meeting in the answer to its own call. */
export const meetingReply = z
  .object({
    ...listed,
    host_email: z.optional(z.nullable(z.string())),
    /** A credential of the host. */
    start_url: z.optional(z.nullable(link)),
    status: z.optional(z.nullable(z.string())),
    settings: z.optional(z.nullable(z.record(z.string(), setting))),
  })
  .check(dated);

export type ListedReply = z.infer<typeof listedReply>;
export type MeetingReply = z.infer<typeof meetingReply>;

/** The meetings of a page are read one by one. */
export const pageReply = z.object({
  total_records: z.optional(z.nullable(z.int())),
  meetings: z.optional(z.nullable(z.array(z.unknown()))),
  next_page_token: z.optional(z.nullable(z.string())),
});

export const errorReply = z.object({
  code: z.int(),
  message: z.optional(z.nullable(z.string())),
  errors: z.optional(
    z.nullable(z.array(z.object({ field: z.optional(z.string()), message: z.optional(z.string()) }))),
  ),
});

/** The token call answers in the form of OAuth. */
export const grantReply = z.object({
  access_token: z.string().check(z.regex(/^[\x21-\x7e]+$/)),
  /** Seconds. */
  expires_in: z.number().check(z.positive()),
  scope: z.optional(z.nullable(z.string())),
});

export const noGrantReply = z.object({
  error: z.string(),
  reason: z.optional(z.nullable(z.string())),
});

export const userReply = z.object({
  /** 1: without a licence. */
  type: z.int(),
});
