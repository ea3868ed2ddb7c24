import { writeIcs } from '../requests/calendar/ics/text.ts';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';
import { eventsOf } from './changes.ts';
import type { Outbox } from './feed.ts';
import { calendarMessages, refuseTooLarge } from './message.ts';

/** A calendar file in a bucket. */
export interface CalendarFile {
  readonly bucket: string;
  readonly key: string;
  /** When it was uploaded. */
  readonly at: Instant;
}

/** The source of files. */
export interface FileSource {
  /** @returns undefined if the file no longer exists */
  read(bucket: string, key: string): Promise<string | undefined>;
}

/**
 * Sends a message for each event of a file. A file is an update, not a complete list: an event that it does
 * not contain is not cancelled. Its events keep their stamps, so the same file twice changes nothing.
 *
 * @returns how many messages were sent
 * @throws RequestRefusedError if it is not a calendar, or an event was left out
 */
export async function readFile(
  file: CalendarFile,
  { source, outbox }: { readonly source: FileSource; readonly outbox: Outbox },
): Promise<number> {
  const text = await source.read(file.bucket, file.key);
  if (text === undefined) return 0;
  const name = nameOf(file.key);
  const events = eventsIn(text, file.key).map(({ calendar, event }) => ({
    uid: event.uid,
    icalendar: () => writeIcs(calendar, event),
  }));
  const messages = calendarMessages(events, { source: 'calendar-file', name, at: file.at });
  await outbox.send(messages.bodies);
  refuseTooLarge(file.key, messages);
  return messages.sent();
}

function eventsIn(text: string, key: string) {
  try {
    return eventsOf(text);
  } catch (error) {
    if (!(error instanceof RequestRefusedError)) throw error;
    throw new RequestRefusedError(`${key}: ${error.message}`, { cause: error });
  }
}

/** Returns the calendar's id: `calendars/team-a.ics` is the calendar `calendars/team-a`. */
function nameOf(key: string): string {
  return key.replace(/\.ics$/i, '');
}
