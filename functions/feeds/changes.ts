import { componentsOf, propertyOf } from '../requests/calendar/ics/lines.ts';
import { type IcsCalendar, type IcsEvent, readIcs, writeIcs } from '../requests/calendar/ics/text.ts';
import { base32Digest } from '../rooms/model/digest.ts';
import { DAY, type Instant } from '../rooms/model/time.ts';
import type { Feed, KnownEvent } from './feed.ts';
import { calendarMessages, type Messages, type Single } from './message.ts';

/** What a reading found: messages of what is new, other than it was, or gone. */
export interface Changes extends Messages {
  readonly events: readonly KnownEvent[];
  readonly cancelled: number;
  /** Events that wait for the next reading. */
  readonly postponed: number;
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
  let bytes = 0;
  let postponed = 0;
  for (const { calendar, event } of byUid(eventsOf(text))) {
    const { uid } = event;
    const icalendar = alone(calendar, event);
    const digest = base32Digest(`${READING} ${icalendar}`, 16);
    const old = before.get(uid);
    const isNews = old?.digest !== digest && (old !== undefined || !isLongOver(event, now));
    if (isNews) bytes += icalendar.length;
    if (isNews && bytes > MOST_BYTES) {
      postponed += 1;
      // as it was known, so that it is neither news that was sent nor gone
      found.set(uid, old ?? { uid, digest: '' });
      continue;
    }
    found.set(uid, { uid, digest });
    if (isNews) news.push({ uid, icalendar: () => alone(calendar, event) });
  }
  const gone = known.filter(({ uid }) => !found.has(uid));
  const messages = calendarMessages([...news, ...gone.map(removal)], provenance);
  return { ...messages, events: [...found.values()], cancelled: gone.length, postponed };
}

/** As much is sent on of one reading; the rest waits for the next. Every event brings its time zones along. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Counts how often the reading of calendars has become other. What was refused under older rules is told once more under
 * newer ones, and what was read is read again, which changes nothing where it means the same.
 */
const READING = 2;

/** An event, with the calendar that it stands in. */
interface Found {
  readonly calendar: IcsCalendar;
  readonly event: IcsEvent;
}

/** Every event of a text by itself. */
export function eventsOf(text: string): readonly Found[] {
  return readIcs(text).flatMap((calendar) =>
    calendar.events.flatMap(named).map((event) => ({ calendar, event })),
  );
}

/** An event without a UID gets one of its content: the same in the next reading, unless it has become another event. */
function named(event: IcsEvent): IcsEvent[] {
  if (event.uid !== '') return [event];
  return componentsOf(event.lines).map((lines) => {
    const content = lines.filter((line) => !STAMPS.test(line)).join('\n');
    const uid = `without-uid-${base32Digest(content, 26)}`;
    const [begin = '', ...rest] = lines.filter((line) => !/^UID[;:]/i.test(line));
    return { uid, lines: [begin, `UID:${uid}`, ...rest] };
  });
}

const STAMPS = /^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE)[;:]/i;

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
export function alone(calendar: IcsCalendar, { uid, lines }: IcsEvent): string {
  const unstamped = newestComponents(lines).filter((line) => !STAMPS.test(line));
  return writeIcs(calendar, { uid, lines: unstamped });
}

/** Of components that speak of one thing, those of the highest SEQUENCE, which is told no more once it is left out. */
function newestComponents(lines: readonly string[]): readonly string[] {
  const components = componentsOf(lines);
  if (components.length < 2) return lines;
  const sequenceOf = (component: readonly string[]) => Number(propertyOf(component, 'SEQUENCE')) || 0;
  const groups = Map.groupBy(components, (component) => propertyOf(component, 'RECURRENCE-ID'));
  return [...groups.values()].flatMap((group) => {
    const highest = Math.max(...group.map(sequenceOf));
    return group.filter((component) => sequenceOf(component) === highest).flat();
  });
}

/**
 * All that there is to know of an event that is gone: that it has no occurrences. It is not cancelled, since single
 * occurrences may come to the feed later, without their event.
 */
function removal({ uid }: KnownEvent): Single {
  const lines = ['BEGIN:VEVENT', `UID:${uid}`, `DTSTART:${utc(0)}`, `EXDATE:${utc(0)}`, 'END:VEVENT'];
  return { uid, icalendar: () => writeIcs({ zones: [], events: [] }, { uid, lines }) };
}

function utc(instant: Instant): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** Calendars keep what was years ago; that nobody asks for a room for. In doubt it is not over. */
export function isLongOver({ lines }: IcsEvent, now: Instant): boolean {
  if (lines.some((line) => /^(RRULE|RDATE|DURATION)[;:]/i.test(line))) return false;
  const monthAgo = utc(now - 31 * DAY).slice(0, 8);
  const dates = ['DTSTART', 'DTEND', 'RECURRENCE-ID'].map((name) => propertyOf(lines, name));
  const several = lines.filter((line) => line === 'BEGIN:VEVENT').length > 1;
  return !several && dates.every((date) => date.slice(0, 8) < monthAgo);
}
