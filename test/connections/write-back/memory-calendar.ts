import type {
  CalendarSystem,
  EventContent,
  StoredEvent,
  WriteOutcome,
} from '../../../functions/connections/system.ts';
import { applied } from './written-events.ts';

/** A calendar in memory that a person changes too. Its faults stand for what a system may answer to a write. */
export class MemoryCalendar implements Pick<CalendarSystem, 'read' | 'write'> {
  writes = 0;
  /** What becomes of every write. */
  fault: Exclude<WriteOutcome, 'written' | 'conflict'> | undefined;
  readonly #events = new Map<string, StoredEvent>();
  #versions = 0;

  put(id: string, content: EventContent, seriesId?: string): void {
    this.#events.set(id, {
      id,
      version: this.#version(),
      content,
      ...(seriesId !== undefined && { seriesId }),
    });
  }

  content(id: string): EventContent {
    const event = this.#events.get(id);
    if (!event) throw new Error(`there is no event ${id}`);
    return event.content;
  }

  edit(id: string, change: (content: EventContent) => EventContent): void {
    this.put(id, change(this.content(id)), this.#events.get(id)?.seriesId);
  }

  remove(id: string): void {
    this.#events.delete(id);
  }

  async read(_calendar: string, id: string): Promise<readonly StoredEvent[]> {
    const event = this.#events.get(id);
    if (!event) return [];
    return [event, ...[...this.#events.values()].filter(({ seriesId }) => seriesId === id)];
  }

  async write(
    _calendar: string,
    { id, version }: Pick<StoredEvent, 'id' | 'version'>,
    change: EventContent,
  ): Promise<WriteOutcome> {
    const event = this.#events.get(id);
    if (event?.version !== version) return 'conflict';
    if (this.fault) return this.fault;
    this.writes += 1;
    this.put(id, applied(event.content, change), event.seriesId);
    return 'written';
  }

  #version(): string {
    this.#versions += 1;
    return `"${this.#versions}"`;
  }
}
