import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../functions/connections/connection.ts';
import type { CalendarMemory } from '../../functions/connections/memory.ts';
import type { CalendarSystem } from '../../functions/connections/system.ts';
import { UnauthorizedError } from '../../functions/rooms/model/errors.ts';
import { DAY, HOUR, MINUTE } from '../../functions/rooms/model/time.ts';
import { memoryMeetings } from '../support/memory-meetings.ts';
import { Death } from '../support/mortal.ts';
import { type Person, Reader, type ReaderOptions } from './reading.ts';

/** An address of somebody whose calendar is connected too. */
export const ANNA = 'anna@example.org';
export const BOB = 'bob@example.org';
/** A mailbox that asks for a room when it is invited. */
export const ROBOT = 'video@example.org';

/** Calendars of Anna and Bob at one system, and a client of it. */
export interface World {
  readonly person: Person;
  readonly connection: Connection;
  readonly system: CalendarSystem;
  /** A client of its own for another container. */
  readonly container: () => CalendarSystem;
  /** How many events a page has. */
  readonly pageSize: number;
  /** The next cursor is not valid any more. */
  expireCursors(): void;
  /** The next answer to a list breaks in the middle. */
  tearList(): void;
  /** How many calls there were so far. */
  calls(): number;
  /** Another credential is accepted from now on; the secret has it a moment later. */
  rotateCredential(): void;
  /** No credential is accepted. */
  refuseAll(): void;
  close(): Promise<void>;
}

/** @returns true @throws any other error */
function isDeath(error: unknown): true {
  if (error instanceof Death) return true;
  throw error;
}

/** What the reading of every system has to do, against a real server. */
export function readsCalendars(start: (now: () => number) => Promise<World>): void {
  let now: number;
  let world: World;
  let reader: Reader;

  const connect = (settings: Partial<Connection> = {}, options: ReaderOptions = {}) =>
    // a connection stays of its kind
    new Reader({ ...world.connection, ...settings } as Connection, world.system, () => now, options);
  const later = (by = HOUR) => {
    now += by;
  };

  beforeEach(async () => {
    now = Date.parse('2027-01-15T10:00:00Z');
    world = await start(() => now);
    reader = connect();
  });
  afterEach(() => world.close());

  const meeting = { title: 'Meeting', start: '2027-03-01T09:00:00Z' };
  const weekly = { title: 'Weekly', start: '2027-03-01T09:00:00Z', weeks: 4 };

  describe('the story of one meeting', () => {
    test('created, moved, cancelled and revived', async () => {
      const { person } = world;
      const id = person.add(meeting);
      expect(await reader.read()).toMatchObject({ outcome: 'changed', full: true, sent: 1 });
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
      later();
      person.edit(id, { start: '2027-04-01T09:00:00Z' });
      expect(await reader.read()).toMatchObject({ full: false, sent: 1 });
      expect(await reader.rooms()).toEqual({ Meeting: '2027-04-01T10:00' });
      later();
      person.remove(id);
      expect(await reader.read()).toMatchObject({ sent: 1, cancelled: 1 });
      expect(await reader.rooms()).toEqual({ Meeting: 'cancelled' });
      later();
      person.restore(id);
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: '2027-04-01T10:00' });
    });

    test('as a series: an occurrence is moved past its end, and cancelled', async () => {
      const { person } = world;
      const id = person.add(weekly);
      await reader.read();
      expect(await reader.rooms()).toEqual({ Weekly: '2027-03-22T10:00' });
      later();
      person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Weekly: '2027-03-25T10:00' });
      later();
      person.cancelOccurrence(id, '2027-03-22T09:00:00Z');
      await reader.read();
      // what was promised is kept: a room is never shortened by the time alone, and the plan ends earlier
      expect(Object.values(await reader.rooms())).toEqual(['2027-03-15T10:00']);
      later();
      person.remove(id);
      await reader.read();
      expect(Object.values(await reader.rooms())).toEqual(['cancelled']);
    });

    test('means the same in whatever order its messages arrive', async () => {
      const { person } = world;
      const id = person.add(weekly);
      await reader.read();
      for (const step of [
        () => person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' }),
        () => person.edit(id, { title: 'Weekly, renamed' }),
        () => person.cancelOccurrence(id, '2027-03-15T09:00:00Z'),
      ]) {
        later();
        step();
        await reader.read();
      }
      const expected = await reader.rooms();
      expect(await reader.rooms(reader.sent.toReversed())).toEqual(expected);
      expect(await reader.rooms([...reader.sent, ...reader.sent])).toEqual(expected);
    });
  });

  describe('a second reading', () => {
    test('changes nothing, and writes nothing', async () => {
      world.person.add(meeting);
      await reader.read();
      const before = reader.writes;
      later(5 * MINUTE);
      expect(await reader.read()).toMatchObject({ outcome: 'unchanged', full: false, sent: 0 });
      expect([reader.sent.length, reader.writes]).toEqual([1, before]);
    });

    test('after the calendar was taken out of the settings asks for rooms that ended meanwhile', async () => {
      const { person } = world;
      const id = person.add({ ...meeting, attendees: [BOB] });
      const meetings = memoryMeetings();
      const [anna, bob] = [connect({}, { meetings }), connect({}, { meetings, calendar: 1 })];
      for (const each of [anna, bob]) await each.read();
      later(DAY);
      person.remove(id, BOB);
      // nothing but Bob's calendar is connected
      const alone = connect({ calendars: [BOB] }, { meetings });
      alone.memory = bob.memory;
      await alone.read();
      expect(Object.values(await anna.byKey([...anna.sent, ...bob.sent, ...alone.sent]))).toEqual([
        'cancelled',
      ]);
      later(10 * DAY);
      await anna.read();
      const told = [...anna.sent, ...bob.sent, ...alone.sent];
      expect(Object.values(await anna.byKey(told))).toEqual(['2027-03-01T10:00']);
    });

    test('during which the last other calendar loses the meeting keeps its room', async () => {
      const { person, system } = world;
      const id = person.add({ ...meeting, attendees: [BOB] });
      const meetings = memoryMeetings();
      const [anna, bob] = [connect({}, { meetings }), connect({}, { meetings, calendar: 1 })];
      await anna.read();
      const changes: CalendarSystem['changes'] = async (calendar, cursor) => {
        const page = await system.changes(calendar, cursor);
        later(MINUTE);
        person.remove(id);
        await anna.read();
        later(MINUTE);
        return page;
      };
      await bob.readPart({ ...system, changes });
      expect(Object.values(await anna.byKey([...anna.sent, ...bob.sent]))).toEqual(['2027-03-01T10:00']);
    });

    test('keeps its cursor young on a quiet calendar', async () => {
      await reader.read();
      later(2 * DAY);
      await reader.read();
      expect(reader.writes).toBe(2);
    });

    test('tells nothing of a change that no room depends on, such as a description of ours', async () => {
      const id = world.person.add(meeting);
      await reader.read();
      later();
      world.person.edit(id, {
        description: 'Join: https://rooms.example/1',
        place: 'https://rooms.example/1',
      });
      expect(await reader.read()).toMatchObject({ outcome: 'unchanged', sent: 0 });
    });
  });

  describe('a cursor that is not valid any more', () => {
    test('has everything read: what was removed meanwhile is cancelled, and nothing is told twice', async () => {
      const { person } = world;
      const ids = Array.from({ length: 5 }, (_, n) => person.add({ ...meeting, title: `Meeting ${n}` }));
      await reader.read();
      later();
      person.remove(ids[2] as string);
      person.edit(ids[3] as string, { title: 'Meeting 3, renamed' });
      world.expireCursors();
      expect(await reader.read()).toMatchObject({ full: true, sent: 2, cancelled: 1 });
      expect(Object.values(await reader.rooms()).filter((until) => until === 'cancelled')).toHaveLength(1);
      later();
      expect(await reader.read()).toMatchObject({ full: false, sent: 0 });
    });

    test('between two pages counts the first for nothing: what is gone since is cancelled', async () => {
      const { person, system } = world;
      const id = person.add(meeting);
      await reader.read();
      later();
      person.edit(id, { title: 'Renamed' });
      for (let n = 0; n < world.pageSize; n += 1) person.add({ ...meeting, title: `Meeting ${n}` });
      let pages = 0;
      const changes: CalendarSystem['changes'] = async (calendar, cursor) => {
        const page = await world.container().changes(calendar, cursor);
        pages += 1;
        if (pages === 1) {
          person.remove(id);
          world.expireCursors();
        }
        return page;
      };
      await reader.readPart({ ...system, changes });
      expect(pages).toBeGreaterThan(2);
      expect(Object.values(await reader.byKey()).filter((until) => until === 'cancelled')).toHaveLength(1);
    });

    test('keeps the exceptions of a series', async () => {
      const id = world.person.add(weekly);
      world.person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
      await reader.read();
      later();
      world.expireCursors();
      await reader.read();
      expect(await reader.rooms()).toEqual({ Weekly: '2027-03-25T10:00' });
    });
  });

  test('an occurrence that gets words of its own, at its own time, has its link asked for', async () => {
    const id = world.person.add(weekly);
    await reader.read();
    const [key] = Object.keys(await reader.byKey());
    later();
    expect(reader.copies).toEqual([]);
    for (const day of ['08', '15'])
      world.person.editOccurrence(id, `2027-03-${day}T09:00:00Z`, {
        place: 'Hall',
        description: 'In person',
      });
    await reader.read();
    expect(reader.copies).toEqual([expect.objectContaining({ key })]);
    later();
    await reader.read();
    expect(reader.copies).toHaveLength(1);
  });

  describe('a crash', () => {
    test('between the messages and the cursor sends again, and loses nothing', async () => {
      world.person.add(meeting);
      reader.crashes = true;
      await expect(reader.read()).rejects.toThrow('a crash');
      reader.crashes = false;
      await reader.read();
      expect(reader.sent).toHaveLength(2);
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
    });

    test.each([
      ['before', 'finds a meeting'],
      ['after', 'finds a meeting'],
      ['before', 'finds that it is gone'],
      ['after', 'finds that it is gone'],
    ] as const)(
      '%s any call of the reading that %s: in the end no room stays, and no calendar has the meeting',
      async (when, which) => {
        let crashes = 0;
        for (let dieAt = 1, died = true; died; dieAt += 1) {
          const meetings = memoryMeetings();
          const anna = connect({}, { meetings });
          const bob = connect({}, { meetings, calendar: 1 });
          const id = world.person.add({ ...meeting, attendees: [BOB] }, ANNA);
          died = false;
          /** Bob's reading dies, and is repeated; what it asked others for is done. */
          const readBoth = async (isDoomed: boolean) => {
            await anna.read();
            if (isDoomed) {
              bob.fate = { dieAt, when };
              died = await bob.read().then(() => false, isDeath);
              bob.fate = undefined;
            } else await bob.read();
            for (const { event } of bob.successors.splice(0)) await anna.read(event);
          };
          await readBoth(which === 'finds a meeting');
          later();
          world.person.remove(id);
          world.person.remove(id, BOB);
          await readBoth(which === 'finds that it is gone');
          await readBoth(false);
          if (died) crashes += 1;
          const left = { dieAt, places: meetings.all().flatMap(({ places }) => places) };
          expect(left).toEqual({ dieAt, places: [] });
          const rooms = await anna.byKey([...anna.sent, ...bob.sent]);
          expect(Object.values(rooms)).toEqual(['cancelled']);
        }
        expect(crashes).toBeGreaterThanOrEqual(3);
      },
    );

    test('after a removal tells the removal again', async () => {
      const id = world.person.add(meeting);
      await reader.read();
      later();
      world.person.remove(id);
      reader.crashes = true;
      await expect(reader.read()).rejects.toThrow('a crash');
      reader.crashes = false;
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: 'cancelled' });
    });
  });

  describe('a reading that is longer than an invocation', () => {
    const many = (count: number) => {
      for (let n = 0; n < count; n += 1) world.person.add({ ...meeting, title: `Meeting ${n}` });
    };
    const sentBy = (parts: readonly { readonly sent: number }[]) =>
      parts.reduce((sum, { sent }) => sum + sent, 0);
    /** The message of a part comes again, and after that the schedule. */
    const resume = async (part?: number) => {
      const [first] = await reader.readAll(world.container, part);
      if (first?.outcome !== 'under-way') return;
      later(15 * MINUTE);
      await reader.readAll(world.container);
    };

    const crash = async (part: number, dieAt: number, count: number) => {
      reader = connect();
      reader.timeFor = 0;
      if (part > 0) await reader.readPart(world.container());
      reader.fate = { dieAt, when: 'after' };
      await reader.readPart(world.container(), part || undefined).then(() => {}, isDeath);
      reader.fate = undefined;
      await resume(part || undefined);
      expect({ part, dieAt, events: reader.ids().size }).toEqual({ part, dieAt, events: count });
      expect(reader.memory).not.toHaveProperty('rest');
    };

    beforeEach(() => {
      reader.timeFor = 0;
    });

    test('goes on in the next ones: no event is sent twice, and none is lost', async () => {
      const count = 2 * world.pageSize + 10;
      many(count);
      const parts = await reader.readAll(world.container);
      expect(parts.map(({ full }) => full)).toEqual([true, true, true]);
      expect([sentBy(parts), reader.ids().size]).toEqual([count, count]);
      later(5 * MINUTE);
      const [second, ...more] = await reader.readAll(world.container);
      expect([second, more]).toEqual([expect.objectContaining({ full: false, sent: 0 }), []]);
    });

    test('is left alone by the schedule, which continues it if the message of a part is lost', async () => {
      many(world.pageSize + 10);
      const { next } = await reader.read();
      later(5 * MINUTE);
      expect(await reader.read()).toMatchObject({ outcome: 'under-way', sent: 0 });
      later(5 * MINUTE);
      expect(await reader.read()).toMatchObject({ outcome: 'changed', sent: 10 });
      expect(await reader.readPart(world.system, next)).toMatchObject({ outcome: 'under-way', sent: 0 });
    });

    test('and does not end is continued by the schedule alone, and each time is a failure', async () => {
      const { person, system, container } = world;
      const endless: CalendarSystem = {
        ...system,
        async changes(calendar, cursor) {
          const page = await system.changes(calendar, cursor);
          return page && { ...page, hasMore: true };
        },
      };
      await reader.readPart(endless);
      reader.memory = { ...reader.memory, rest: { part: 499, full: true } } as CalendarMemory;
      expect(await reader.readPart(endless, 499)).toMatchObject({ next: 500 });
      for (const part of [500, undefined, undefined]) {
        person.add(meeting);
        await expect(reader.readPart(endless, part)).rejects.toThrow('has not ended after 500 invocations');
        later(5 * MINUTE);
      }
      expect(reader.ids().size).toBe(3);
      expect(await reader.readPart(container())).not.toHaveProperty('next');
      expect(reader.memory).not.toHaveProperty('rest');
    });

    test('keeps its position when an event is asked for meanwhile', async () => {
      many(world.pageSize + 10);
      await reader.read();
      const look = reader.memory?.events[0]?.id;
      expect(await reader.read(look)).toMatchObject({ outcome: 'changed', sent: 1 });
      expect(sentBy(await reader.readAll(world.container, 1))).toBe(10);
    });

    test('begins again after its position is not valid any more, and cancels what is gone meanwhile', async () => {
      const id = world.person.add(meeting);
      await reader.read();
      later();
      many(world.pageSize + 10);
      world.expireCursors();
      await reader.read();
      world.person.remove(id);
      world.expireCursors();
      await reader.readAll(world.container, 1);
      await reader.readAll(world.container);
      const rooms = Object.values(await reader.byKey());
      expect([rooms.length, rooms.filter((until) => until === 'cancelled').length]).toEqual([
        world.pageSize + 11,
        1,
      ]);
    });

    test('sends nothing again of a calendar that was read before, and cancels what is gone from it', async () => {
      const id = world.person.add(weekly);
      world.person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
      const other = world.person.add(meeting);
      many(world.pageSize + 10);
      await reader.readAll(world.container);
      later();
      world.person.remove(other);
      world.expireCursors();
      const parts = await reader.readAll(world.container);
      expect(parts.length).toBeGreaterThan(1);
      expect([sentBy(parts), parts.map(({ cancelled }) => cancelled).at(-1)]).toEqual([1, 1]);
      expect(await reader.rooms()).toMatchObject({ Meeting: 'cancelled', Weekly: '2027-03-25T10:00' });
    });

    test('loses no event by a crash after any call of any part', async () => {
      const count = world.pageSize + 10;
      many(count);
      const calls: string[][] = [];
      for (let next: number | undefined = 0; next !== undefined; ) {
        next = (await reader.readPart(world.container(), next || undefined)).next;
        calls.push([...reader.steps]);
      }
      expect(calls).toHaveLength(2);
      for (const [nth, steps] of calls.entries()) {
        // the meetings have a test of their own
        const deadly = steps.flatMap((step, at) => (/^meetings/.test(step) ? [] : [at + 1]));
        expect(deadly.length).toBeGreaterThanOrEqual(7);
        for (const dieAt of deadly) await crash(nth, dieAt, count);
      }
    });
  });

  test('a torn page cancels nothing, sends nothing and moves no cursor', async () => {
    const ids = Array.from({ length: 3 }, (_, n) => world.person.add({ ...meeting, title: `Meeting ${n}` }));
    await reader.read();
    const before = structuredClone(reader.memory);
    later();
    world.person.remove(ids[0] as string);
    world.expireCursors();
    world.tearList();
    // the first answer says that the cursor is not valid, or is the torn one
    await reader.read().catch(() => undefined);
    if (reader.sent.length === 3) expect(reader.memory).toEqual(before);
    await reader.read();
    expect(Object.values(await reader.rooms()).filter((until) => until === 'cancelled')).toHaveLength(1);
  });

  describe('which events get a room', () => {
    test('marked: an event gets its room with its mark, and loses it with the mark', async () => {
      reader = connect({ which: 'marked' });
      const { person } = world;
      const id = person.add(meeting);
      expect(await reader.read()).toMatchObject({ sent: 0 });
      later();
      person.edit(id, { description: 'with a #room please' });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
      later();
      person.edit(id, { description: 'without' });
      expect(await reader.read()).toMatchObject({ cancelled: 1 });
      expect(await reader.rooms()).toEqual({ Meeting: 'cancelled' });
      later();
      person.edit(id, { place: '#room' });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
    });

    test('marked: a series that is marked later brings the exceptions that it had', async () => {
      reader = connect({ which: 'marked' });
      const id = world.person.add(weekly);
      world.person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z' });
      await reader.read();
      later();
      world.person.edit(id, { place: '#room' });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Weekly: '2027-03-25T10:00' });
    });

    test('invited: an event gets a room while the mailbox is among its attendees', async () => {
      reader = connect({ which: 'invited', mailbox: ROBOT });
      const id = world.person.add({ ...meeting, attendees: [BOB, ROBOT] });
      world.person.add({ ...meeting, title: 'Without', attendees: [BOB] });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
      later();
      world.person.edit(id, { attendees: [BOB] });
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: 'cancelled' });
    });

    test('another choice reads everything again, and cancels what is no longer chosen', async () => {
      world.person.add(meeting);
      world.person.add({ ...meeting, title: 'Marked #room' });
      await reader.read();
      later();
      const { memory } = reader;
      reader = connect({ which: 'marked' });
      reader.memory = memory;
      expect(await reader.read()).toMatchObject({ full: true, sent: 1, cancelled: 1 });
    });

    test('an event that was over a month ago gets none', async () => {
      world.person.add({ title: 'Past', start: '2026-11-01T09:00:00Z' });
      world.person.add(meeting);
      await reader.read();
      expect(await reader.rooms()).toEqual({ Meeting: '2027-03-01T10:00' });
    });
  });

  describe('a meeting in the calendars of Anna, who organizes it, and of Bob', () => {
    let anna: Reader;
    let bob: Reader;
    let id: string;
    const inOrder = () => [...anna.sent, ...bob.sent];
    /** What rows know of both calendars, whichever told it. */
    const rooms = async () => Object.values(await anna.byKey(inOrder()));

    beforeEach(() => {
      const meetings = memoryMeetings();
      anna = connect({}, { meetings });
      bob = connect({}, { meetings, calendar: 1 });
      id = world.person.add({ ...meeting, attendees: [BOB] }, ANNA);
    });

    test.each([
      ['organizer’s', () => [anna, bob]],
      ['guest’s', () => [bob, anna]],
    ])('has one room, if the %s is read first, and the other gets its link', async (_, order) => {
      const [first, second] = order() as [Reader, Reader];
      await first.read();
      await second.read();
      expect(await rooms()).toEqual(['2027-03-01T10:00']);
      // the room may have been announced before the second was read, also if that one speaks from now on
      const [room] = Object.keys(await anna.byKey(inOrder()));
      expect([first.copies, second.copies]).toEqual([[], [expect.objectContaining({ key: room })]]);
      // a CalDAV server does not say whose event it is: the first one speaks
      const speaker = world.connection.kind === 'caldav' ? first : anna;
      const asked = speaker.copies.length;
      later();
      world.person.edit(id, { start: '2027-04-01T09:00:00Z', title: 'Later' });
      for (const each of [anna, bob]) await each.read();
      expect(await rooms()).toEqual(['2027-04-01T10:00']);
      // a change of the event that speaks is announced
      expect(speaker.copies).toHaveLength(asked);
      const [key] = Object.keys(await anna.byKey(inOrder()));
      const copies = [...anna.copies, ...bob.copies];
      expect(copies.length).toBeGreaterThan(0);
      expect(new Set(copies.map((task) => task.key))).toEqual(new Set([key]));
    });

    test('keeps the room when the guest removes the copy', async () => {
      for (const each of [bob, anna]) await each.read();
      later();
      world.person.remove(id, BOB);
      const asked = bob.copies.length;
      expect(await bob.read()).toMatchObject({ cancelled: 0 });
      // a problem of the copy ends with it
      const without = { calendar: bob.calendar.id, event: expect.any(String) };
      expect(bob.copies.slice(asked)).toEqual([expect.objectContaining({ without })]);
      for (const { calendar, event } of bob.successors) {
        expect(calendar).toBe(anna.calendar.id);
        await anna.read(event);
      }
      expect(await rooms()).toEqual(['2027-03-01T10:00']);
    });

    test('loses the room when nobody has it any more, and opens it again under the same key', async () => {
      for (const each of [anna, bob]) await each.read();
      const [key] = Object.keys(await anna.byKey(inOrder()));
      later();
      world.person.remove(id);
      world.person.remove(id, BOB);
      for (const each of [bob, anna]) await each.read();
      expect(await anna.byKey(inOrder())).toEqual({ [String(key)]: 'cancelled' });
      later();
      world.person.restore(id);
      for (const each of [bob, anna]) await each.read();
      expect(await anna.byKey(inOrder())).toEqual({ [String(key)]: '2027-03-01T10:00' });
    });

    test('opens again in a calendar that is read after the room was cancelled, though its event is older', async () => {
      await bob.read();
      later();
      world.person.remove(id, BOB);
      await bob.read();
      expect(await rooms()).toEqual(['cancelled']);
      later();
      await anna.read();
      expect(await rooms()).toEqual(['2027-03-01T10:00']);
      expect(await rooms()).toEqual(Object.values(await anna.byKey(inOrder().toReversed())));
    });

    test('goes on under the same key in the calendar that is left', async () => {
      for (const each of [bob, anna]) await each.read();
      const before = Object.keys(await anna.byKey(inOrder()));
      later();
      world.person.remove(id, BOB);
      await bob.read();
      for (const { event } of bob.successors) await anna.read(event);
      later();
      world.person.edit(id, { start: '2027-04-01T09:00:00Z', attendees: [] });
      await anna.read();
      expect(await anna.byKey(inOrder())).toEqual({ [String(before[0])]: '2027-04-01T10:00' });
      later();
      world.person.remove(id);
      await anna.read();
      expect(await anna.byKey(inOrder())).toEqual({ [String(before[0])]: 'cancelled' });
    });

    test('has the links taken out of a copy that loses its mark', async () => {
      const marked = { which: 'marked' } as const;
      const meetings = memoryMeetings();
      anna = connect(marked, { meetings });
      bob = connect(marked, { meetings, calendar: 1 });
      world.person.edit(id, { description: '#room' });
      for (const each of [anna, bob]) await each.read();
      later();
      world.person.edit(id, { description: 'without' });
      for (const each of [bob, anna]) await each.read();
      expect(bob.copies.at(-1)).toMatchObject({ without: { calendar: bob.calendar.id } });
      expect(await rooms()).toEqual(['cancelled']);
    });

    test('has its link asked for again after a crash, if the organizer’s is read last', async () => {
      await bob.read();
      anna.crashes = true;
      await expect(anna.read()).rejects.toThrow('a crash');
      const asked = anna.copies.splice(0);
      anna.crashes = false;
      await anna.read();
      expect([asked.length, anna.copies]).toEqual([1, asked]);
    });

    test('is told again after a crash, under one key', async () => {
      anna.crashes = true;
      await expect(anna.read()).rejects.toThrow('a crash');
      anna.crashes = false;
      for (const each of [bob, anna]) await each.read();
      expect(await rooms()).toEqual(['2027-03-01T10:00']);
      later();
      world.person.remove(id);
      world.person.remove(id, BOB);
      bob.crashes = true;
      await expect(bob.read()).rejects.toThrow('a crash');
      bob.crashes = false;
      for (const each of [anna, bob]) await each.read();
      expect(await rooms()).toEqual(['cancelled']);
    });
  });

  test('nothing that people wrote leaves the memory of the function, but for the title', async () => {
    const secret = 'confidential-words';
    const told = { description: secret, place: secret, attendees: [`${secret}@example.org`] };
    const id = world.person.add({ ...weekly, ...told });
    world.person.editOccurrence(id, '2027-03-22T09:00:00Z', { start: '2027-03-25T09:00:00Z', ...told });
    world.person.add({ ...meeting, title: secret, isPrivate: true });
    const result = await reader.read();
    expect(reader.sent.length).toBeGreaterThan(1);
    expect(JSON.stringify([reader.sent, reader.memory, result])).not.toContain(secret);
    expect(JSON.stringify(reader.sent)).not.toContain(ANNA);
  });

  describe('the credential', () => {
    test('heals when it is rotated', async () => {
      await reader.read();
      world.rotateCredential();
      world.person.add(meeting);
      later();
      expect(await reader.read()).toMatchObject({ sent: 1 });
    });

    test('that nobody accepts is an error that names the secret, and nobody’s calendar', async () => {
      world.refuseAll();
      const error = await reader.read().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UnauthorizedError);
      expect(String(error)).toContain('connection/team');
      expect(String(error)).not.toContain(ANNA);
    });
  });

  test('5,000 events are read in pages, and the second reading asks once', async () => {
    for (let n = 0; n < 5000; n += 1) world.person.add({ ...meeting, title: `Meeting ${n}` });
    expect(await reader.read()).toMatchObject({ full: true, sent: 5000 });
    const before = world.calls();
    later(5 * MINUTE);
    expect(await reader.read()).toMatchObject({ full: false, sent: 0 });
    expect(world.calls() - before).toBe(1);
  });
}
