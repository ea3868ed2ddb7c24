import { readIcs } from '../requests/calendar/ics/text.ts';
import { LARGEST_BODY } from '../requests/message.ts';
import type { Instant } from '../rooms/model/time.ts';
import { isChosen } from './choice.ts';
import type { ConnectedCalendar, Connection } from './connection.ts';
import type { KnownEvent } from './memory.ts';
import { digestOf, eventMessage, type Kept, keptOf, removalOf } from './message.ts';
import { isOver } from './over.ts';
import type { CalendarSystem, ChangesPage, EventContent, RemovedEvent, StoredEvent } from './system.ts';

const FORMATS = { google: 'google', microsoft: 'graph', caldav: 'icalendar' } as const satisfies Record<
  Connection['kind'],
  EventContent['format']
>;

/** An exception that waits until it is known whether its series gets a room. What people wrote is not in it. */
interface Waiting {
  readonly id: string;
  readonly seriesId: string;
  readonly digest: string;
  readonly isChosen: boolean;
  readonly isOver: boolean;
  readonly tell: (isCancelled: boolean) => void;
}

interface RoundParts {
  readonly system: CalendarSystem;
  readonly now: () => Instant;
}

/** One reading of a calendar: what is known of its events, and what there is to send. */
export class Round {
  /** Messages for the requests queue. */
  readonly bodies: string[] = [];
  cancelled = 0;
  tooLarge = 0;
  /** Whether everything is read, and not only what has changed. */
  isFull = false;
  /** Whether the system had nothing to tell, and nothing was looked at by itself. */
  isQuiet = true;
  readonly #calendar: ConnectedCalendar;
  readonly #known: Map<string, KnownEvent>;
  readonly #system: CalendarSystem;
  readonly #now: () => Instant;
  #seen = new Set<string>();
  #waiting = new Map<string, Waiting>();
  #anySeries = false;
  /** When the page was asked for: what is told has that time. */
  #at: Instant;

  constructor(calendar: ConnectedCalendar, known: readonly KnownEvent[], { system, now }: RoundParts) {
    this.#calendar = calendar;
    this.#known = new Map(known.map((event) => [event.id, event]));
    this.#system = system;
    this.#now = now;
    this.#at = now();
  }

  known(): readonly KnownEvent[] {
    return [...this.#known.values()];
  }

  /** Everything is read from the first page on. What was found so far stays known, and is told once. */
  startOver(): void {
    this.isFull = true;
    this.isQuiet = false;
    this.#at = this.#now();
  }

  async take({ events, anySeries = false }: ChangesPage): Promise<void> {
    if (events.length > 0) this.isQuiet = false;
    const isUnknown = (event: StoredEvent | RemovedEvent) => 'removed' in event && !this.#known.has(event.id);
    this.#anySeries ||= anySeries && events.some(isUnknown);
    for (const event of events) await this.#takeEvent(event);
    this.#at = this.#now();
  }

  /** Tells the exceptions of all series that get a room, and asks for what a full reading did not have. */
  async finish(mostLooks: number): Promise<void> {
    if (this.#anySeries) await this.#readSeriesAgain();
    this.#tellExceptions();
    if (this.isFull) this.#markMissing();
    await this.#lookForMissing(mostLooks);
    this.#tellExceptions();
  }

  async #takeEvent(event: StoredEvent | RemovedEvent): Promise<void> {
    this.#seen.add(event.id);
    if ('removed' in event) this.#forget(event.id);
    else if (event.seriesId !== undefined) this.#wait(event, event.seriesId);
    else await this.#takeWhole(event);
  }

  async #takeWhole(event: StoredEvent): Promise<void> {
    const { id, content, hasMore = false } = event;
    const old = this.#known.get(id);
    if (!isChosen(content, this.#calendar)) {
      if (old) this.#cancel(event);
      return;
    }
    if (!old && isOver(content, this.#now())) return;
    const kept = keptOf(event);
    const digest = digestOf(kept, this.#zoneOf(event));
    const uid = uidOf(content);
    this.#known.set(id, {
      id,
      digest,
      ...(uid !== undefined && { uid }),
      ...(repeats(content) && { repeats: true }),
    });
    if (old?.digest !== digest) this.#tell(kept, false, this.#zoneOf(event));
    // its exceptions are older than this change, so no page has them
    if (!old && hasMore && !this.isFull) {
      const [, ...exceptions] = await this.#system.read(this.#calendar.calendar, id);
      for (const exception of exceptions) this.#wait(exception, id);
    }
  }

  /** Of two that speak of one occurrence, the later one counts. */
  #wait(event: StoredEvent, seriesId: string): void {
    const { id, content } = event;
    const kept = keptOf(event);
    const zone = this.#zoneOf(event);
    const at = this.#at;
    this.#waiting.set(id, {
      id,
      seriesId,
      digest: digestOf(kept, zone),
      isChosen: isChosen(content, this.#calendar),
      isOver: isOver(content, this.#now()),
      tell: (isCancelled) => this.#tell(kept, isCancelled, zone, at),
    });
  }

  #tellExceptions(): void {
    for (const { id, seriesId, digest, tell, ...exception } of this.#waiting.values()) {
      const old = this.#known.get(id);
      const gets = this.#known.has(seriesId) || exception.isChosen;
      if (gets && old?.digest !== digest && (old || !exception.isOver)) tell(false);
      if (gets && (old || !exception.isOver)) this.#known.set(id, { id, digest, seriesId });
      if (!gets && old) {
        this.#known.delete(id);
        tell(true);
      }
    }
    this.#waiting = new Map();
  }

  /** It does not get a room any more, and its calendar still has it. */
  #cancel(event: StoredEvent): void {
    this.#drop(event.id);
    this.cancelled += 1;
    this.#tell(keptOf(event), true, this.#zoneOf(event));
  }

  /** Its calendar does not have it any more. */
  #forget(id: string): void {
    const old = this.#known.get(id);
    if (!old) return;
    this.#drop(id);
    // an occurrence that is gone is told of by its series
    if (old.seriesId !== undefined) return;
    this.cancelled += 1;
    this.#tell(removalOf(old, FORMATS[this.#calendar.connection.kind]), true);
  }

  #drop(id: string): void {
    this.#known.delete(id);
    for (const [other, { seriesId }] of this.#known) if (seriesId === id) this.#known.delete(other);
  }

  async #readSeriesAgain(): Promise<void> {
    const series = [...this.#known.values()].filter(({ id, repeats }) => repeats && !this.#seen.has(id));
    for (const { id } of series) await this.#look(id);
  }

  /** An exception that is gone is as its series says, so it is only forgotten. */
  #markMissing(): void {
    for (const [id, event] of this.#known) {
      if (this.#seen.has(id)) continue;
      if (event.seriesId === undefined) this.#known.set(id, { ...event, missing: true });
      else this.#known.delete(id);
    }
  }

  /** What a full reading does not have may have left its window, or have changed between two pages. */
  async #lookForMissing(most: number): Promise<void> {
    const missing = [...this.#known.values()].filter((event) => event.missing);
    for (const { id } of missing.slice(0, most)) await this.#look(id);
  }

  async #look(id: string): Promise<void> {
    this.isQuiet = false;
    this.#at = this.#now();
    const [event, ...exceptions] = await this.#system.read(this.#calendar.calendar, id);
    if (!event) return this.#forget(id);
    await this.#takeWhole(event);
    for (const exception of exceptions) this.#wait(exception, id);
  }

  #zoneOf({ timeZone }: StoredEvent): string | undefined {
    return timeZone ?? this.#calendar.connection.timeZone;
  }

  #tell(kept: Kept, isCancelled: boolean, timeZone?: string, at = this.#at): void {
    const body = eventMessage(kept, isCancelled, { calendar: this.#calendar.id, timeZone, at });
    if (Buffer.byteLength(body) > LARGEST_BODY) this.tooLarge += 1;
    else this.bodies.push(body);
  }
}

function uidOf(content: EventContent): string | undefined {
  return content.format === 'icalendar' ? readIcs(content.text)[0]?.events[0]?.uid : undefined;
}

function repeats(content: EventContent): boolean {
  if (content.format === 'icalendar') return false;
  const { recurrence, type } = content.event;
  return Boolean(recurrence) || type === 'seriesMaster';
}
