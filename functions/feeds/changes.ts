import { propertyOf } from '../requests/calendar/ics-lines.ts';
import { type IcsCalendar, type IcsEvent, readIcs, writeIcs } from '../requests/calendar/ics-text.ts';
import { base32Digest } from '../rooms/digest.ts';
import { DAY, type Instant } from '../rooms/room.ts';
import type { Feed, KnownEvent } from './feed.ts';
import { calendarMessages, type Messages, type Single } from './message.ts';

/** What a reading found: messages of what is new, other than it was, or gone. */
export interface Changes extends Messages {
  readonly events: readonly KnownEvent[];
  readonly cancelled: number;
}

/**
 * What is different in a feed's text from what is known.
 *
 * A feed is true at the time of its reading, so that is what its news is dated with: an event that vanished and came
 * back is newer than its cancellation, although nothing in it has changed.
 *
 * @throws RequestRefusedError where the text is torn
 */
export function changesOf(
  text: string,
  known: readonly KnownEvent[],
  { feed, now }: { readonly feed: Feed; readonly now: Instant },
): Changes {
  const { name, timeZone } = feed;
  const provenance = { source: 'calendar-feed', name, ...(timeZone && { timeZone }), at: now } as const;
  const before = new Map(known.map((event) => [event.uid, event]));
  const found = new Map<string, KnownEvent>();
  const news: Single[] = [];
  for (const { calendar, event } of byUid(eventsOf(text))) {
    const icalendar = alone(calendar, event);
    const digest = base32Digest(icalendar, 16);
    found.set(event.uid, { uid: event.uid, digest });
    const old = before.get(event.uid);
    if (old?.digest === digest || (!old && isLongOver(event, now))) continue;
    news.push({ uid: event.uid, icalendar });
  }
  const gone = known.filter(({ uid }) => !found.has(uid));
  const messages = calendarMessages([...news, ...gone.map(farewell)], provenance);
  return { ...messages, events: [...found.values()], cancelled: gone.length };
}

/** An event, with the calendar that it stands in. */
interface Found {
  readonly calendar: IcsCalendar;
  readonly event: IcsEvent;
}

/** Every event of a text by itself. */
export function eventsOf(text: string): readonly Found[] {
  return readIcs(text).flatMap((calendar) => calendar.events.map((event) => ({ calendar, event })));
}

/** Some servers put each VEVENT into a VCALENDAR of its own: what has one UID is one event, whatever its METHOD. */
function byUid(found: readonly Found[]): readonly Found[] {
  return [...Map.groupBy(found, ({ event }) => event.uid)].map(([uid, parts]) => {
    const timeZone = parts.find(({ calendar }) => calendar.timeZone)?.calendar.timeZone;
    const zones = parts.flatMap(({ calendar }) => calendar.zones).map((zone) => [zone.name, zone] as const);
    return {
      calendar: { ...(timeZone && { timeZone }), zones: [...new Map(zones).values()], events: [] },
      event: { uid, lines: parts.flatMap(({ event }) => event.lines) },
    };
  });
}

/**
 * The event in a calendar of its own: without a METHOD, it is all that there is to know of it, and without stamps, it
 * is as new as the message. Some servers stamp every event with the time at which the feed is fetched, and a sequence
 * starts over when an event is put back as it was.
 */
function alone(calendar: IcsCalendar, { uid, lines }: IcsEvent): string {
  const unstamped = lines.filter((line) => !/^(DTSTAMP|LAST-MODIFIED|SEQUENCE)[;:]/i.test(line));
  return writeIcs(calendar, { uid, lines: unstamped });
}

/**
 * All that there is to know of an event that is gone: that it has no occurrences. It is not cancelled, since single
 * occurrences may come to the feed later, without their event.
 */
function farewell({ uid }: KnownEvent): Single {
  const lines = ['BEGIN:VEVENT', `UID:${uid}`, `DTSTART:${utc(0)}`, `EXDATE:${utc(0)}`, 'END:VEVENT'];
  return { uid, icalendar: writeIcs({ zones: [], events: [] }, { uid, lines }) };
}

function utc(instant: Instant): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Calendars keep what was years ago; that nobody asks for a room for. In doubt it is not over. */
function isLongOver({ lines }: IcsEvent, now: Instant): boolean {
  if (lines.some((line) => /^(RRULE|RDATE|DURATION)[;:]/i.test(line))) return false;
  const monthAgo = utc(now - 31 * DAY).slice(0, 8);
  const dates = ['DTSTART', 'DTEND', 'RECURRENCE-ID'].map((name) => propertyOf(lines, name));
  const several = lines.filter((line) => line === 'BEGIN:VEVENT').length > 1;
  return !several && dates.every((date) => date.slice(0, 8) < monthAgo);
}
