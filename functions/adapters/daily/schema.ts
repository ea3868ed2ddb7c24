import * as z from 'zod/mini';

/** The answers of Daily, with only the fields that are used. */

const text = z.string().check(z.minLength(1));

export const roomReply = z.object({
  id: text,
  name: text,
  url: z.url({ protocol: /^https?$/ }),
  created_at: z.string().check(z.refine((time) => !Number.isNaN(Date.parse(time)), { error: 'is no time' })),
  /**
   * Contains only values that differ from the defaults. `exp` is in seconds; a room without it never ends.
   */
  config: z.optional(z.nullable(z.object({ exp: z.optional(z.nullable(z.number())) }))),
});

export type RoomReply = z.infer<typeof roomReply>;

/** The rooms of a page are read one by one. */
export const pageReply = z.object({
  total_count: z.optional(z.nullable(z.number())),
  data: z.optional(z.nullable(z.array(z.unknown()))),
});

export const identified = z.object({ id: text });

export const domainReply = z.object({ domain_id: text });

/** Also the body of a 404 for an expired room. */
export const deletionReply = z.object({ deleted: z.optional(z.boolean()) });

export const errorReply = z.object({
  error: z.optional(z.string()),
  info: z.optional(z.nullable(z.string())),
});
