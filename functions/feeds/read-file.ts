import { writeIcs } from '../requests/calendar/ics/text.ts';
import { RequestRefusedError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';
import { eventsOf } from './changes.ts';
import type { Outbox } from './feed.ts';
import { calendarMessages, refuseTooLarge } from './message.ts';

/** A calendar that somebody put into a bucket. */
export interface CalendarFile {
  readonly bucket: string;
  readonly key: string;
  /** When it was put there. */
  readonly at: Instant;
}

/** Where files are read from. */
export interface FileSource {
  /** @returns undefined where there is no such file any more */
  read(bucket: string, key: string): Promise<string | undefined>;
}

/**
 * Sends on what a file tells, a message for each of its events. A file is a piece of news, not a list of all that there
 * is: an event that it lacks is not cancelled. Its events keep the stamps that they have, so the same file twice changes nothing.
 *
 * @returns how many messages were sent
 * @throws RequestRefusedError where it is no calendar, or an event was left out
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

/** `calendars/team-a.ics` is the calendar `calendars/team-a`. */
function nameOf(key: string): string {
  return key.replace(/\.ics$/i, '');
}
