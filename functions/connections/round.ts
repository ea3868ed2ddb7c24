import { LARGEST_BODY } from '../requests/message.ts';
import { RequestRefusedError, ThrottledError } from '../rooms/model/errors.ts';
import type { Instant } from '../rooms/model/time.ts';
import { isChosen } from './choice.ts';
import type { ConnectedCalendar } from './connection.ts';
import { rankOf, uidOf } from './copies.ts';
import {
  FORMATS,
  type Identity,
  identityOf,
  joinMeeting,
  leaveMeeting,
  type MeetingPorts,
  meetingId,
  type Place,
  type Role,
  roleIn,
} from './meetings.ts';
import type { KnownEvent } from './memory.ts';
import {
  digestOf,
  eventMessage,
  type Kept,
  keptOf,
  removalOf,
  withIdentity,
  withoutChangeTime,
} from './message.ts';
import { isOver } from './over.ts';
import {
  type CalendarSystem,
  type ChangesPage,
  type EventContent,
  HiddenEventError,
  type RemovedEvent,
  type StoredEvent,
} from './system.ts';
import type { CopyTask } from './write-back/task.ts';

/**
 * An event, or an exception, with its consequences in this calendar. It contains no text that people wrote.
 */
interface Weighed {
  readonly event: Pick<StoredEvent, 'id' | 'seriesId' | 'hasMore'>;
  readonly isChosen: boolean;
  readonly isOver: boolean;
  readonly repeats: boolean;
  /** It is, or has, a changed occurrence of a series, which has a place and a description of its own. */
  readonly hasOwnOccurrence: boolean;
  readonly kept: Kept;
  readonly digest: string;
  readonly timeZone: string | undefined;
  readonly meeting: string;
  readonly uid: string;
  readonly rank: Place['rank'];
  /** The time of the request for it. */
  readonly at: Instant;
}

interface Page {
  readonly at: Instant;
  readonly found: readonly (Weighed | RemovedEvent)[];
  readonly anySeries: boolean;
}

interface RoundParts extends MeetingPorts {
  readonly system: CalendarSystem;
  /** Whether there is time for more in this invocation. */
  readonly mayGoOn: () => boolean;
  /** Whether earlier invocations began to read everything. */
  readonly isFull: boolean;
  /** From the last reading. */
  readonly timeZone: string | undefined;
}

/** Names are remembered: a few long ones, which anybody can put into an invitation, would leave no space for others. */
const LONGEST_NAME = 2000;

/** The digest of an event that has not been sent, or that must be sent again. */
export const UNSENT = '';

/** This many meetings are read in parallel. */
const AT_ONCE = 25;

/** One reading of a calendar: the known events, and the messages to send. */
export class Round {
  /** Messages for the requests queue. */
  readonly bodies: string[] = [];
  /** Events in other calendars that decide about their rooms from now on. */
  readonly successors: Place[] = [];
  /** Links to write into copies, or to remove. */
  readonly copies: CopyTask[] = [];
  cancelled = 0;
  tooLarge = 0;
  /** Events whose text is cut off. */
  unreadable = 0;
  /** Whether everything is read, and not only changes. */
  isFull: boolean;
  /** Whether the system reported no changes, and no event was read by itself. */
  isQuiet = true;
  /** The zone of the calendar, if its system names it. */
  timeZone: string | undefined;
  readonly #calendar: ConnectedCalendar;
  readonly #known: Map<string, KnownEvent>;
  /** The events that earlier readings have sent. */
  readonly #sent: Set<string>;
  /** The meetings whose links are asked for. */
  readonly #linked = new Set<string>();
  readonly #system: CalendarSystem;
  readonly #ports: MeetingPorts;
  readonly #mayGoOn: () => boolean;
  readonly #now: () => Instant;
  readonly #pages: Page[] = [];
  readonly #wanted = new Set<string>();
  #seen = new Set<string>();
  #waiting = new Map<string, Weighed>();
  /** The roles of the weighed events in their meetings. */
  readonly #roles = new Map<string, Role>();
  #anySeries = false;
  /** Whether this invocation read the first page of everything. */
  #isStart = false;
  /** The time of the request for the page: updates get this time. */
  #at: Instant;

  constructor(
    calendar: ConnectedCalendar,
    known: readonly KnownEvent[],
    { system, mayGoOn, isFull, timeZone, ...ports }: RoundParts,
  ) {
    this.#calendar = calendar;
    this.#known = new Map(known.map((event) => [event.id, event]));
    this.#sent = new Set(known.filter(({ digest }) => digest !== UNSENT).map(({ id }) => id));
    this.#system = system;
    this.#mayGoOn = mayGoOn;
    this.isFull = isFull;
    this.timeZone = timeZone;
    this.#ports = ports;
    this.#now = ports.now;
    this.#at = ports.now();
  }

  known(): readonly KnownEvent[] {
    return [...this.#known.values()];
  }

  /** Whether events must still be read by themselves. */
  get hasMissing(): boolean {
    return this.known().some(({ missing }) => missing);
  }

  /**
   * Starts again from the first page. The pages so far count for nothing: an event of them that is gone since is not
   * in the new list, and no later page reports it.
   */
  startOver(): void {
    this.isFull = true;
    this.#isStart = true;
    this.isQuiet = false;
    this.#pages.length = 0;
    this.#seen = new Set();
    this.#at = this.#now();
  }

  /** Joins meetings and sends messages only after all pages were read: a later one may be torn. */
  async take({ events, anySeries = false, timeZone }: ChangesPage): Promise<void> {
    this.timeZone = timeZone ?? this.timeZone;
    if (events.length > 0) this.isQuiet = false;
    const found: (Weighed | RemovedEvent)[] = [];
    for (const event of events) {
      const each = 'removed' in event ? event : await this.#read(event);
      if (each && this.#matters(each)) found.push(each);
    }
    this.#pages.push({ at: this.#at, found, anySeries });
    this.#at = this.#now();
  }

  /** Whether anything can follow from it: a calendar may have very many events without a room. */
  #matters(each: Weighed | RemovedEvent): boolean {
    if ('removed' in each || each.event.seriesId !== undefined) return true;
    const { id } = each.event;
    if (each.isChosen && !each.isOver) this.#wanted.add(id);
    return this.#wanted.has(id) || this.#known.has(id);
  }

  /** How many events get a room after the pages that were read, not counting exceptions. */
  get size(): number {
    const ids = new Set(this.#known.keys());
    for (const each of this.#pages.flatMap(({ found }) => found)) {
      if ('removed' in each) ids.delete(each.id);
      else if (!each.isChosen) ids.delete(each.event.id);
      else if (each.event.seriesId === undefined && !each.isOver) ids.add(each.event.id);
    }
    return ids.size;
  }

  /**
   * Returns the known events, and those that will join a meeting: a calendar remembers them before that, so that
   * it can leave the meeting for an event that is gone after a crash. Absent: no event is new.
   */
  beforeJoining(): readonly KnownEvent[] | undefined {
    const news = new Map<string, KnownEvent>();
    for (const each of this.#pages.flatMap(({ found }) => found)) {
      if ('removed' in each || !each.isChosen || each.isOver || this.#known.has(each.event.id)) continue;
      const { id, seriesId } = each.event;
      news.set(id, { id, digest: UNSENT, ...this.#names(each), ...(seriesId !== undefined && { seriesId }) });
    }
    for (const [id, { seriesId = '' }] of news)
      if (this.#known.has(seriesId) || news.has(seriesId)) news.delete(id);
    return news.size > 0 ? [...this.#known.values(), ...news.values()] : undefined;
  }

  async #takePages(): Promise<void> {
    for (const { at, found, anySeries } of this.#pages) {
      this.#at = at;
      const isUnknown = (each: Weighed | RemovedEvent) => 'removed' in each && !this.#known.has(each.id);
      this.#anySeries ||= anySeries && found.some(isUnknown);
      await this.#join(found.filter((each) => 'event' in each));
      for (const each of found) await this.#takeEvent(each);
    }
    this.#pages.length = 0;
    this.#at = this.#now();
  }

  /**
   * Sends the exceptions of all series that get a room. After the last page, reads the events by themselves that a full
   * reading did not have.
   *
   * @param isDone whether the last page was read
   * @param look an event to send again in any case: it decides about its room from now on
   */
  async finish({ isDone, mostLooks, look }: Finish): Promise<void> {
    await this.#takePages();
    await this.#tellExceptions(isDone);
    if (this.#anySeries) this.#markSeries();
    if (this.#isStart) this.#markMissing();
    if (isDone) await this.#lookForMissing(mostLooks);
    if (look !== undefined) await this.#tellAgain(look);
    await this.#tellExceptions(isDone);
  }

  /** @returns undefined if the event cannot be read, even by itself: it then has no effect */
  async #read(event: StoredEvent): Promise<Weighed | undefined> {
    try {
      return this.#weigh(event);
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
    }
    this.#see(event.id);
    try {
      const [again] = await this.#system.read(this.#calendar.calendar, event.id);
      return again && this.#weigh(again);
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
      this.unreadable += 1;
      return undefined;
    }
  }

  #weigh(event: StoredEvent): Weighed {
    const { id, content } = event;
    const kept = keptOf(event);
    const timeZone = this.#zoneOf(event);
    const uid = uidOf(content) || `${this.#calendar.id} ${id}`;
    if (Math.max(uid.length, id.length) > LONGEST_NAME) {
      throw new RequestRefusedError(`event: has a name of more than ${LONGEST_NAME} characters`);
    }
    return {
      event,
      isChosen: isChosen(content, this.#calendar),
      isOver: isOver(content, this.#now()),
      repeats: repeats(content),
      hasOwnOccurrence: hasOwnOccurrence(event),
      kept,
      digest: digestOf(kept, timeZone),
      timeZone,
      meeting: meetingId(uid),
      uid,
      rank: rankOf(event),
      at: this.#at,
    };
  }

  /** Joins many in parallel: a first reading has thousands. */
  async #join(all: readonly Weighed[]): Promise<void> {
    const news = all.filter((each) => each.event.seriesId === undefined && this.#isNews(each));
    // events of one meeting would be in each other's way
    const meetings = [...Map.groupBy(news, ({ meeting }) => meeting).values()];
    for (let from = 0; from < meetings.length; from += AT_ONCE)
      await Promise.all(meetings.slice(from, from + AT_ONCE).map((events) => this.#joinOne(events)));
  }

  async #joinOne(events: readonly Weighed[]): Promise<void> {
    for (const each of events) await this.#roleOf(each);
  }

  #isNews({ event: { id }, isChosen, isOver, digest }: Weighed): boolean {
    const old = this.#known.get(id);
    return isChosen && (old ? old.digest !== digest : !isOver);
  }

  async #roleOf({ event: { id, seriesId }, meeting, uid, rank }: Weighed): Promise<Role> {
    const known = this.#roles.get(id);
    if (known) return known;
    const { id: calendar, connection } = this.#calendar;
    const identity = identityOf(FORMATS[connection.kind], { calendar, event: seriesId ?? id }, uid);
    const role = await joinMeeting(meeting, { calendar, event: id, rank }, identity, this.#ports);
    this.#roles.set(id, role);
    return role;
  }

  async #takeEvent(event: Weighed | RemovedEvent): Promise<void> {
    if ('removed' in event) return this.#forget(event.id);
    const { id, seriesId } = event.event;
    this.#see(id);
    // if two are about one occurrence, the later one counts
    if (seriesId !== undefined) this.#waiting.set(id, event);
    else await this.#takeWhole(event);
  }

  #see(id: string): void {
    this.#seen.add(id);
    const event = this.#known.get(id);
    if (!event?.missing) return;
    const { missing: _, ...found } = event;
    // it becomes the last, so that those that are marked again and again have their turns
    this.#known.delete(id);
    this.#known.set(id, found);
  }

  async #takeWhole(weighed: Weighed): Promise<void> {
    const { event, isChosen, isOver, digest, repeats, kept, timeZone } = weighed;
    const { id, hasMore = false } = event;
    const old = this.#known.get(id);
    if (!isChosen) {
      if (old) await this.#cancel(weighed, old);
      return;
    }
    if (!old && isOver) return;
    this.#known.set(id, { id, digest, ...this.#names(weighed), ...(repeats && { repeats: true }) });
    if (old?.digest === digest) return;
    const role = await this.#roleOf(weighed);
    if (role.speaks) this.#tell(kept, false, { timeZone, ...role });
    this.#writeLinks(weighed.meeting, role, event, weighed);
    // its exceptions are older than this change, so no page has them
    if (!this.#sent.has(id) && hasMore && !this.isFull) {
      const [, ...exceptions] = await this.#system.read(this.#calendar.calendar, id);
      for (const exception of exceptions) this.#waiting.set(exception.id, this.#weigh(exception));
    }
  }

  /** Returns the fields that find the meeting of an event after the event is gone. */
  #names({ event: { id }, uid, meeting }: Weighed): Pick<KnownEvent, 'uid' | 'meeting'> {
    if (this.#calendar.connection.kind === 'caldav') return { uid };
    return meeting === meetingOf({ id }) ? {} : { meeting };
  }

  async #tellExceptions(isDone: boolean): Promise<void> {
    for (const weighed of this.#waiting.values()) {
      await this.#tellException(weighed);
      if (this.isFull && !isDone) this.#await(weighed);
    }
    this.#waiting = new Map();
  }

  /** A series may be on a page of a later invocation, which then reads it by itself, with its exceptions. */
  #await({ event: { id, seriesId = '' } }: Weighed): void {
    if (this.#known.has(id) || this.#known.has(seriesId)) return;
    this.#known.set(awaiting(seriesId), { id: awaiting(seriesId), digest: UNSENT, seriesId, missing: true });
  }

  async #tellException(weighed: Weighed): Promise<void> {
    const { event, isChosen, isOver, digest, kept, timeZone, at } = weighed;
    const { id, seriesId = '' } = event;
    const old = this.#known.get(id);
    const series = this.#known.get(seriesId);
    if (!series && !isChosen) {
      if (old) await this.#cancel(weighed, old);
      return;
    }
    if (!old && isOver) return;
    this.#known.set(id, { id, digest, seriesId, ...(!series && this.#names(weighed)) });
    if (old?.digest === digest) return;
    const role = series ? await this.#roleOfSeries(series) : await this.#roleOf(weighed);
    if (!role || role.speaks) this.#tell(kept, false, { timeZone, at, ...role });
    if (role) this.#writeLinks(series ? meetingOf(series) : weighed.meeting, role, series ?? event, weighed);
  }

  /**
   * Asks for the link in all events of a meeting, once in a reading. If the event that speaks changes nothing about
   * its room, no announcement brings the link: to a new one, or to an occurrence that has changed since.
   */
  #writeLinks(
    meeting: string,
    { speaks, hasOthers, room }: Role,
    { id }: Pick<KnownEvent, 'id'>,
    { hasOwnOccurrence }: Weighed,
  ): void {
    const mayMissIt = this.#sent.has(id) ? hasOwnOccurrence : hasOthers;
    if ((speaks && !mayMissIt) || this.#linked.has(meeting)) return;
    this.#linked.add(meeting);
    this.copies.push({ key: room.key, meeting });
  }

  async #roleOfSeries({ id, ...names }: KnownEvent): Promise<Role | undefined> {
    const known = this.#roles.get(id);
    if (known) return known;
    const role = await roleIn(
      meetingOf({ id, ...names }),
      { calendar: this.#calendar.id, event: id },
      this.#ports,
    );
    if (role) this.#roles.set(id, role);
    return role;
  }

  /** Cancels the room of an event that gets none any more, but is still in its calendar. */
  async #cancel(
    { event: { id, seriesId }, kept, timeZone, meeting }: Weighed,
    old: KnownEvent,
  ): Promise<void> {
    this.#drop(id);
    // an exception that had its room from its series lost it together with the series
    if (seriesId !== undefined && old.meeting === undefined && old.uid === undefined) return;
    const left = await this.#leave(old);
    if (left.isOver) {
      this.cancelled += 1;
      this.#tell(kept, true, { timeZone, ...left });
    } else this.#removeLink(meeting, left.room, id);
  }

  #removeLink(meeting: string, room: Identity | undefined, event: string): void {
    if (room) this.copies.push({ key: room.key, meeting, without: { calendar: this.#calendar.id, event } });
  }

  /** Forgets an event that its calendar no longer has. */
  async #forget(id: string): Promise<void> {
    const old = this.#known.get(id);
    if (!old) return;
    this.#drop(id);
    // the update of its series covers an occurrence that is gone
    if (old.seriesId !== undefined && this.#known.has(old.seriesId)) return;
    const { isOver, room } = await this.#leave(old);
    if (!isOver) return this.#removeLink(meetingOf(old), room, id);
    this.cancelled += 1;
    this.#tell(removalOf(old, FORMATS[this.#calendar.connection.kind]), true, { room });
  }

  async #leave(old: KnownEvent) {
    this.#roles.delete(old.id);
    const left = await leaveMeeting(
      meetingOf(old),
      { calendar: this.#calendar.id, event: old.id },
      this.#ports,
    );
    this.successors.push(...left.successors);
    return left;
  }

  #drop(id: string): void {
    this.#known.delete(id);
    this.#sent.delete(id);
    for (const [other, { seriesId }] of this.#known) if (seriesId === id) this.#known.delete(other);
  }

  /** The removed occurrence may be of any series. */
  #markSeries(): void {
    for (const event of this.known())
      if (event.repeats && !this.#seen.has(event.id)) this.#known.set(event.id, { ...event, missing: true });
  }

  #markMissing(): void {
    for (const event of this.known())
      if (!this.#seen.has(event.id) && !isAwaited(event))
        this.#known.set(event.id, { ...event, missing: true });
  }

  /** An exception that is gone follows its series, so it is only forgotten. */
  #settleExceptions(): void {
    for (const { id, missing, seriesId } of this.known()) {
      if (!missing || seriesId === undefined) continue;
      const series = this.#known.get(seriesId);
      if (series || isAwaited({ id })) this.#known.delete(id);
      if (series && isAwaited({ id })) this.#known.set(seriesId, { ...series, missing: true });
    }
  }

  /**
   * An event that a full reading does not have may have left the window, or have changed between two pages.
   */
  async #lookForMissing(most: number): Promise<void> {
    this.#settleExceptions();
    const missing = this.known().filter((event) => event.missing);
    for (const [nth, { id }] of missing.slice(0, most).entries()) {
      if (nth > 0 && !this.#mayGoOn()) return;
      try {
        await this.#look(id);
      } catch (error) {
        if (nth > 0 && error instanceof ThrottledError) return;
        throw error;
      }
    }
  }

  async #look(id: string): Promise<void> {
    this.isQuiet = false;
    this.#at = this.#now();
    try {
      await this.#lookAt(id);
    } catch (error) {
      if (!(error instanceof HiddenEventError)) throw error;
      this.#see(id);
    }
  }

  async #lookAt(id: string): Promise<void> {
    const [event, ...exceptions] = await this.#system.read(this.#calendar.calendar, id);
    if (!event) return this.#forget(id);
    this.#see(id);
    const weighed = await this.#read(event);
    if (weighed) await this.#takeEvent(weighed);
    for (const exception of exceptions) this.#waiting.set(exception.id, this.#weigh(exception));
  }

  async #tellAgain(id: string): Promise<void> {
    const old = this.#known.get(id);
    if (!old) return;
    this.#known.set(id, { ...old, digest: UNSENT });
    for (const [other, event] of this.#known)
      if (event.seriesId === id) this.#known.set(other, { ...event, digest: UNSENT });
    await this.#look(id);
  }

  #zoneOf({ timeZone }: StoredEvent): string | undefined {
    return timeZone ?? this.timeZone ?? this.#calendar.connection.timeZone;
  }

  /**
   * In a meeting that was over, the event of another calendar may be older than the cancellation of the room, and so
   * may its page.
   */
  #tell(kept: Kept, isCancelled: boolean, { timeZone, room, overAt, at: readAt = this.#at }: Telling): void {
    const { id } = this.#calendar;
    const named = room ? withIdentity(kept, room) : kept;
    const told = overAt === undefined ? named : withoutChangeTime(named);
    const at = Math.max(readAt, (overAt ?? 0) + 1);
    const body = eventMessage(told, isCancelled, { calendar: room?.calendar ?? id, timeZone, at });
    if (Buffer.byteLength(body) > LARGEST_BODY) this.tooLarge += 1;
    else this.bodies.push(body);
  }
}

interface Finish {
  readonly isDone: boolean;
  /** How many events are read by themselves; the next invocation continues. */
  readonly mostLooks: number;
  readonly look?: string | undefined;
}

interface Telling {
  readonly timeZone?: string | undefined;
  readonly room?: Identity | undefined;
  readonly overAt?: Instant | undefined;
  readonly at?: Instant;
}

/** The entry of a series that is not known yet, but one of its exceptions is. No id of a system begins like this. */
const AWAITED = '* ';
const awaiting = (seriesId: string) => AWAITED + seriesId;
const isAwaited = ({ id }: Pick<KnownEvent, 'id'>) => id.startsWith(AWAITED);

/** Google derives a UID from the id, which the memory of a calendar already has. */
function meetingOf({ id, uid, meeting }: Pick<KnownEvent, 'id' | 'uid' | 'meeting'>): string {
  return meeting ?? meetingId(uid ?? `${id}@google.com`);
}

function hasOwnOccurrence({ content, seriesId }: StoredEvent): boolean {
  switch (content.format) {
    case 'google':
      return seriesId !== undefined && content.event.status !== 'cancelled';
    case 'graph': {
      const { exceptionOccurrences } = content.event;
      return Array.isArray(exceptionOccurrences) && exceptionOccurrences.length > 0;
    }
    case 'icalendar':
      return /^RECURRENCE-ID[:;]/im.test(content.text);
  }
}

function repeats(content: EventContent): boolean {
  if (content.format === 'icalendar') return false;
  const { recurrence, type } = content.event;
  return Boolean(recurrence) || type === 'seriesMaster';
}
