import * as z from 'zod/mini';
import { readJson } from '../requests/json.ts';
import { checked } from '../requests/refusal.ts';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';

/** A calendar to read. */
export type ReadingTask =
  | { readonly kind: 'all' }
  | { readonly kind: 'feed'; readonly name: string }
  | { readonly kind: 'calendar'; readonly id: string; readonly event?: string; readonly part?: number }
  | { readonly kind: 'file'; readonly bucket: string; readonly key: string; readonly at: Instant };

const readingTask = z.strictObject({
  feed: z.optional(z.string()),
  calendar: z.optional(z.string()),
  event: z.optional(z.string()),
  part: z.optional(z.int()),
});

/** S3's own event on the bus, "Object Created". */
const fileTask = z.looseObject({
  time: z.iso.datetime(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string() }),
    object: z.looseObject({ key: z.string() }),
  }),
});

/**
 * Reads a task: `{}` for everything that is due, `{"feed": name}` for a feed, `{"calendar": id}` for a
 * connected calendar, or S3's event of a file. For a calendar, `event` sends one of its events again, and `part`
 * continues a reading.
 *
 * @throws RequestRefusedError
 */
export function readReadingTask(body: string): ReadingTask {
  const task = parsed(body);
  if (typeof task === 'object' && task !== null && 'detail' in task) {
    const { time, detail } = checked(fileTask, task, '');
    return { kind: 'file', bucket: detail.bucket.name, key: detail.object.key, at: Date.parse(time) };
  }
  const { feed, calendar, event, part } = checked(readingTask, task, '');
  if (calendar !== undefined)
    return {
      kind: 'calendar',
      id: calendar,
      ...(event !== undefined && { event }),
      ...(part !== undefined && { part }),
    };
  return feed === undefined ? { kind: 'all' } : { kind: 'feed', name: feed };
}

export function writeFeedTask(name: string): string {
  return JSON.stringify({ feed: name });
}

/**
 * @param id of a connected calendar
 * @param more the id of an event to send again, or the part of a reading to continue with
 */
export function writeCalendarTask(
  id: string,
  more: { readonly event?: string; readonly part?: number } = {},
): string {
  return JSON.stringify({ calendar: id, ...more });
}

function parsed(body: string): unknown {
  try {
    return readJson(body);
  } catch (cause) {
    throw new RequestRefusedError(
      'body: must be {} to read all calendars, {"feed": name} or {"calendar": id} to read one',
      {
        cause,
      },
    );
  }
}
