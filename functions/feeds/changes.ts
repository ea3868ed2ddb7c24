import { componentsOf, propertyOf } from '../requests/calendar/ics/lines.ts';
import { type IcsCalendar, type IcsEvent, readIcs, writeIcs } from '../requests/calendar/ics/text.ts';
import { base32Digest } from '../rooms/model/digest.ts';
import { DAY, type Instant } from '../rooms/model/time.ts';
import type { Feed, KnownEvent } from './feed.ts';
import { calendarMessages, type Messages, type Single } from './message.ts';

/** The result of a reading: messages for events that are new, changed or gone. */
export interface Changes extends Messages {
  readonly events: readonly KnownEvent[];
  readonly cancelled: number;
  /** Events that wait for the next reading. */
  readonly postponed: number;
}

/**
 * Compares a feed's text with the known events.
 *
 * A feed is valid at the time of its reading, and its updates get this time. So an event that vanished and
 * came back is newer than its cancellation, even if its content is unchanged.
 *
 * @throws RequestRefusedError if the text is cut off
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
      // keep the known digest, so that it counts neither as sent nor as gone
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

/** The limit of messages in one reading; the rest waits for the next. Every event includes its time zones. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Increases when the rules for reading calendars change. Refused events are then sent again under the new
 * rules. So are accepted ones, which changes nothing if they mean the same.
 */
const READING = 2;

/** An event, with its calendar. */
interface Found {
  readonly calendar: IcsCalendar;
  readonly event: IcsEvent;
}

/** Returns every event of a text separately. */
export function eventsOf(text: string): readonly Found[] {
  return readIcs(text).flatMap((calendar) =>
    calendar.events.flatMap(named).map((event) => ({ calendar, event })),
  );
}

/** Every UID is remembered: a few long ones, which anybody can put into an invitation, would leave no space for others. */
const LONGEST_UID = 2000;

/**
 * Gives an event without a UID one that is derived from its content. It stays the same in the next reading,
 * unless the event has changed. A UID that is too long is replaced by a digest.
 */
function named(event: IcsEvent): IcsEvent[] {
  if (event.uid.length > LONGEST_UID) {
    const uid = `long-uid-${base32Digest(event.uid, 26)}`;
    return [{ uid, lines: event.lines.map((line) => (UID.test(line) ? `UID:${uid}` : line)) }];
  }
  if (event.uid !== '') return [event];
  return componentsOf(event.lines).map((lines) => {
    const content = lines.filter((line) => !STAMPS.test(line)).join('\n');
    const uid = `without-uid-${base32Digest(content, 26)}`;
    const [begin = '', ...rest] = lines.filter((line) => !UID.test(line));
    return { uid, lines: [begin, `UID:${uid}`, ...rest] };
  });
}

const UID = /^UID[;:]/i;
const STAMPS = /^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE)[;:]/i;

/**
 * Some servers put each VEVENT into its own VCALENDAR. Components with one UID are one event, with any
 * METHOD.
 */
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
 * Returns the event in a calendar of its own. Without a METHOD it counts as complete, and without stamps it
 * is as new as the message. Some servers stamp every event with the time of the download, and a sequence
 * restarts when an event is restored.
 */
export function alone(calendar: IcsCalendar, { uid, lines }: IcsEvent): string {
  const unstamped = newestComponents(lines).filter((line) => !STAMPS.test(line));
  return writeIcs(calendar, { uid, lines: unstamped });
}

/**
 * Keeps the components with the highest SEQUENCE of those about the same occurrence, because the SEQUENCE
 * itself is removed afterwards.
 */
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
 * Returns the update for an event that is gone: it has no occurrences. It is not cancelled, because single
 * occurrences without their event may come to the feed later.
 */
function removal({ uid }: KnownEvent): Single {
  const lines = ['BEGIN:VEVENT', `UID:${uid}`, `DTSTART:${utc(0)}`, `EXDATE:${utc(0)}`, 'END:VEVENT'];
  return { uid, icalendar: () => writeIcs({ zones: [], events: [] }, { uid, lines }) };
}

function utc(instant: Instant): string {
  return new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * Whether an event ended long ago. Calendars keep old events, which need no rooms. If it is unclear, the
 * event is not over.
 */
export function isLongOver({ lines }: IcsEvent, now: Instant): boolean {
  if (lines.some((line) => /^(RRULE|RDATE|DURATION)[;:]/i.test(line))) return false;
  const monthAgo = utc(now - 31 * DAY).slice(0, 8);
  const dates = ['DTSTART', 'DTEND', 'RECURRENCE-ID'].map((name) => propertyOf(lines, name));
  const several = lines.filter((line) => line === 'BEGIN:VEVENT').length > 1;
  return !several && dates.every((date) => date.slice(0, 8) < monthAgo);
}
