import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CalendarSystem, EventContent, StoredEvent } from '../../functions/connections/system.ts';

/** A calendar of a real server, and a person who works in it without the system under test. */
export interface CalendarHarness {
  /** The calendar by the name of its system; it is empty. */
  readonly calendar: string;
  /** A system of its own: what it remembers is gone, as in a new container. */
  system(): CalendarSystem;
  /** @returns the id of the event */
  add(title: string): Promise<string>;
  retitle(id: string, title: string): Promise<void>;
  remove(id: string): Promise<void>;
  titleOf(content: EventContent): string;
  placeOf(content: EventContent): string;
  /** The change that puts a place into an event, and nothing else. */
  withPlace(event: StoredEvent, place: string): EventContent;
  /** Everything of the event that is not its place and not a stamp, for comparison. */
  restOf(content: EventContent): unknown;
  /** A cursor that the server does not know, of the form that it knows. */
  unknownCursor(): Promise<string>;
  /** The number of events that need more than one page. */
  readonly moreThanAPage: number;
  close(): Promise<void>;
}

/** All that a reading told, page by page. */
export async function readAll(system: CalendarSystem, calendar: string, from?: string) {
  const events: (StoredEvent | { id: string; removed: true })[] = [];
  let cursor = from;
  let pages = 0;
  for (let hasMore = true; hasMore; pages += 1) {
    const page = await system.changes(calendar, cursor);
    if (!page) return undefined;
    events.push(...page.events);
    cursor = page.cursor;
    hasMore = page.hasMore;
  }
  return { events, cursor: cursor ?? '', pages };
}

/** What every system of calendars does, whatever server it talks to. */
export function calendarSystemContract(name: string, open: () => Promise<CalendarHarness>): void {
  describe(`${name}, as every system of calendars`, () => {
    let harness: CalendarHarness;
    let system: CalendarSystem;
    let calendar: string;
    beforeEach(async () => {
      harness = await open();
      system = harness.system();
      calendar = harness.calendar;
    });
    afterEach(() => harness.close());

    const told = async (from?: string) => {
      const read = await readAll(system, calendar, from);
      if (!read) throw new Error('the cursor is not valid');
      const titles = read.events.map((event) =>
        'removed' in event ? `${event.id} removed` : harness.titleOf(event.content),
      );
      return { titles: titles.toSorted(), cursor: read.cursor, pages: read.pages };
    };
    const only = async (id: string): Promise<StoredEvent> => {
      const [event, ...others] = await system.read(calendar, id);
      if (!event || others.length > 0) throw new Error('not one event');
      return event;
    };

    test('says that a calendar that may be written may be written', async () => {
      expect(await system.mayWrite(calendar)).toBe(true);
    });

    test('tells everything once, and then what changed', async () => {
      const id = await harness.add('First');
      const removed = await harness.add('Second');
      const all = await told();
      expect(all.titles).toEqual(['First', 'Second']);
      expect((await told(all.cursor)).titles).toEqual([]);
      await harness.retitle(id, 'First moved');
      await harness.add('Third');
      await harness.remove(removed);
      const news = await told(all.cursor);
      expect(news.titles).toEqual(['First moved', 'Third', `${removed} removed`].toSorted());
      expect((await told(news.cursor)).titles).toEqual([]);
    });

    test('tells of an empty calendar', async () => {
      const { titles, cursor } = await told();
      expect(titles).toEqual([]);
      await harness.add('First');
      expect((await told(cursor)).titles).toEqual(['First']);
    });

    test('tells the same again from the same cursor', async () => {
      const { cursor } = await told();
      await harness.add('First');
      expect((await told(cursor)).titles).toEqual(['First']);
      system = harness.system();
      expect((await told(cursor)).titles).toEqual(['First']);
    });

    test('tells a long list in pages: a crash between two, or a change, loses nothing', async () => {
      const ids: string[] = [];
      for (let i = 1; i <= harness.moreThanAPage; i += 1) ids.push(await harness.add(`Event ${i}`));
      const first = await system.changes(calendar);
      expect(first).toMatchObject({ hasMore: true });
      const early = first?.events[0]?.id ?? '';
      const late = ids.find((id) => !first?.events.some((event) => event.id === id)) ?? '';
      await harness.retitle(early, 'Early moved');
      await harness.remove(late);
      system = harness.system();
      const rest = await told(first?.cursor);
      const next = await told(rest.cursor);
      const titles = [...rest.titles, ...next.titles];
      expect(titles).toContain('Early moved');
      const firstTitles = first?.events.map((event) =>
        'content' in event ? harness.titleOf(event.content) : '',
      );
      const seen = new Set([...(firstTitles ?? []), ...titles]);
      const lost = ids.filter((id, i) => id !== late && !seen.has(`Event ${i + 1}`));
      expect(lost).toEqual([]);
      expect(titles.includes(`${late} removed`) || !titles.includes(`Event ${ids.indexOf(late) + 1}`)).toBe(
        true,
      );
    });

    test('asks for everything where the server does not know the cursor any more', async () => {
      await harness.add('First');
      expect(await system.changes(calendar, await harness.unknownCursor())).toBeUndefined();
      expect((await told()).titles).toEqual(['First']);
    });

    test('reads an event as it is now, and nothing of one that is gone', async () => {
      const id = await harness.add('First');
      const before = await only(id);
      await harness.retitle(id, 'Second');
      const after = await only(id);
      expect(harness.titleOf(after.content)).toBe('Second');
      expect(after.version).not.toBe(before.version);
      await harness.remove(id);
      expect(await system.read(calendar, id)).toEqual([]);
    });

    test('reads the version that the changes told', async () => {
      const id = await harness.add('First');
      const all = await readAll(system, calendar);
      expect(all?.events).toMatchObject([{ id, version: (await only(id)).version }]);
    });

    test('writes a place and nothing else, and tells of it as of any change', async () => {
      const id = await harness.add('First');
      const { cursor } = await told();
      const before = await only(id);
      const change = harness.withPlace(before, 'https://rooms.example/r/abc');
      expect(await system.write(calendar, before, change)).toBe('written');
      const after = await only(id);
      expect(harness.placeOf(after.content)).toBe('https://rooms.example/r/abc');
      expect(harness.restOf(after.content)).toEqual(harness.restOf(before.content));
      expect((await told(cursor)).titles).toEqual(['First']);
    });

    test('writes twice in a row, each time under the version that was read', async () => {
      const id = await harness.add('First');
      for (const place of ['https://rooms.example/r/one', 'https://rooms.example/r/two']) {
        const event = await only(id);
        expect(await system.write(calendar, event, harness.withPlace(event, place))).toBe('written');
        expect(harness.placeOf((await only(id)).content)).toBe(place);
      }
    });

    test('writes nothing over what a person has changed in between', async () => {
      const id = await harness.add('First');
      const before = await only(id);
      await harness.retitle(id, 'By a person');
      expect(await system.write(calendar, before, harness.withPlace(before, 'https://a.example'))).toBe(
        'conflict',
      );
      const after = await only(id);
      expect([harness.titleOf(after.content), harness.placeOf(after.content)]).toEqual(['By a person', '']);
    });

    test('writes nothing into an event that is gone', async () => {
      const id = await harness.add('First');
      const before = await only(id);
      await harness.remove(id);
      expect(await system.write(calendar, before, harness.withPlace(before, 'https://a.example'))).toBe(
        'conflict',
      );
      expect(await system.read(calendar, id)).toEqual([]);
    });
  });
}
