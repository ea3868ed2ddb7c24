import { describe, expect, test } from 'vitest';
import type { Connection } from '../../functions/connections/connection.ts';
import {
  type Format,
  identityOf,
  joinMeeting,
  leaveMeeting,
  type MeetingPorts,
  type Meetings,
  meetingId,
  ONE_OCCURRENCE,
  ORGANIZERS,
  type Place,
  type Rank,
  WHOLE,
} from '../../functions/connections/meetings.ts';
import type { CalendarSystem, EventContent } from '../../functions/connections/system.ts';
import { calendar as calendarText, vevent } from '../requests/calendar/texts.ts';
import { memoryMeetings } from '../support/memory-meetings.ts';
import { Reader } from './reading.ts';

/** A table takes a while to answer. */
function slowMeetings(): Meetings {
  const { read, write } = memoryMeetings();
  const later = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    read: (id) => later().then(() => read(id)),
    write: (meeting) => later().then(() => write(meeting)),
  };
}

const UID = 'meeting-1@example.org';
const ID = meetingId(UID);
const FORMATS = new Map<string, Format>([
  ['office-a', 'google'],
  ['office-b', 'google'],
  ['work-c', 'graph'],
  ['work-d', 'graph'],
  ['home-e', 'icalendar'],
]);

function setting(formats: ReadonlyMap<string, Format> = FORMATS) {
  const ports: MeetingPorts = { meetings: memoryMeetings(), formats, now: () => 0 };
  const placeOf = (calendar: string, rank: Rank): Place => ({ calendar, event: `e-${calendar}`, rank });
  return {
    ports,
    join: (calendar: string, rank: Rank = WHOLE) => {
      const place = placeOf(calendar, rank);
      const format = FORMATS.get(calendar) ?? 'google';
      return joinMeeting(ID, place, identityOf(format, place, UID), ports);
    },
    leave: (calendar: string) => leaveMeeting(ID, placeOf(calendar, WHOLE), ports),
  };
}

const KEY_A = 'google:office-a:e-office-a';

describe('one of the events of a meeting speaks for its room:', () => {
  test('the first that is read, and the others have its key', async () => {
    const { join } = setting();
    expect(await join('office-a')).toMatchObject({ speaks: true, room: { key: KEY_A } });
    expect(await join('office-b')).toMatchObject({ speaks: false, room: { key: KEY_A } });
    expect(await join('office-a')).toMatchObject({ speaks: true });
  });

  test('that of the organizer, whenever it is read', async () => {
    const { join } = setting();
    await join('office-a');
    expect(await join('office-b', ORGANIZERS)).toMatchObject({ speaks: true, room: { key: KEY_A } });
    expect(await join('office-a')).toMatchObject({ speaks: false });
  });

  test('one of the system that the room began in, also if the organizer’s is in another', async () => {
    const { join } = setting();
    await join('office-a');
    expect(await join('work-c', ORGANIZERS)).toMatchObject({ speaks: false, room: { key: KEY_A } });
    expect(await join('home-e')).toMatchObject({ speaks: false, room: { key: KEY_A } });
  });

  test('a whole series before an occurrence that somebody is invited to alone', async () => {
    const { join, leave } = setting();
    await join('office-a', ONE_OCCURRENCE);
    expect(await join('office-b')).toMatchObject({ speaks: true, room: { key: KEY_A } });
    expect(await leave('office-b')).toMatchObject({ isOver: false, successors: [{ calendar: 'office-a' }] });
  });

  test('a series in place of its occurrences, if its calendar has it later', async () => {
    const { ports, join, leave } = setting();
    const occurrence = { calendar: 'office-a', event: 'e-office-a_1', rank: ONE_OCCURRENCE };
    await joinMeeting(ID, occurrence, identityOf('google', occurrence, UID), ports);
    await join('office-a');
    expect(await leave('office-a')).toMatchObject({ isOver: true });
  });

  test('one of two that are read in the same second', async () => {
    const { join } = setting();
    const roles = await Promise.all(['office-a', 'office-b', 'work-c', 'home-e'].map((each) => join(each)));
    expect(roles.filter(({ speaks }) => speaks)).toHaveLength(1);
    expect(new Set(roles.map(({ room }) => room.key)).size).toBe(1);
  });
});

describe('an event that is gone', () => {
  test('leaves the room to the others', async () => {
    const { join, leave } = setting();
    await join('office-a');
    await join('office-b');
    expect(await leave('office-b')).toMatchObject({ isOver: false, successors: [] });
    await join('office-b');
    const left = await leave('office-a');
    expect(left).toMatchObject({
      isOver: false,
      room: { key: KEY_A },
      successors: [{ calendar: 'office-b' }],
    });
    expect(await leave('office-a')).toEqual(left);
  });

  test('ends the room if it is the last, as often as that is said', async () => {
    const { join, leave } = setting();
    await join('office-a');
    for (const _ of [1, 2])
      expect(await leave('office-a')).toMatchObject({ isOver: true, room: { key: KEY_A }, successors: [] });
    expect(await join('office-a')).toMatchObject({ speaks: true, room: { key: KEY_A } });
  });

  test('ends the room if only other systems have the meeting, and these get another one', async () => {
    const { join, leave } = setting();
    for (const each of ['office-a', 'work-c', 'work-d']) await join(each);
    const { isOver, successors } = await leave('office-a');
    expect([isOver, successors.map(({ calendar }) => calendar)]).toEqual([true, ['work-c', 'work-d']]);
    expect(await join('work-d')).toMatchObject({ speaks: true, room: { key: 'graph:work-d:e-work-d' } });
    expect(await join('work-c')).toMatchObject({ speaks: false, room: { key: 'graph:work-d:e-work-d' } });
  });

  test('is not waited for in a calendar that is not connected any more', async () => {
    const { ports, join, leave } = setting();
    for (const each of ['office-a', 'office-b']) await join(each);
    const formats = new Map([...FORMATS].filter(([calendar]) => calendar !== 'office-a'));
    const place = { calendar: 'office-b', event: 'e-office-b', rank: WHOLE };
    const role = await joinMeeting(ID, place, identityOf('google', place, UID), { ...ports, formats });
    expect(role).toMatchObject({ speaks: true, room: { key: KEY_A } });
    expect(await leaveMeeting(ID, place, { ...ports, formats })).toMatchObject({ isOver: true });
    expect(await leave('office-a')).toMatchObject({ isOver: true });
  });
});

describe('a meeting that somebody copies without end', () => {
  test('is remembered in as many calendars as a row has space for, the organizer’s among them', async () => {
    const { ports, join, leave } = setting();
    const copy = (nth: number) => ({ calendar: 'office-b', event: `${'e'.repeat(1000)}${nth}`, rank: WHOLE });
    for (let nth = 0; nth < 300; nth += 1) {
      const place = copy(nth);
      await joinMeeting(ID, place, identityOf('google', place, UID), ports);
    }
    const known = await ports.meetings.read(ID);
    expect(JSON.stringify(known).length).toBeLessThan(120_000);
    const { version } = known ?? {};
    expect(await joinMeeting(ID, copy(300), identityOf('google', copy(300), UID), ports)).toMatchObject({
      speaks: false,
      room: { event: copy(0).event },
    });
    expect((await ports.meetings.read(ID))?.version).toBe(version);
    expect(await join('office-a', ORGANIZERS)).toMatchObject({ speaks: true });
    expect(await leave('office-a')).toMatchObject({ isOver: false });
  });
});

describe('a calendar', () => {
  const connection = (more: Partial<Connection> = {}) =>
    ({
      ...{ name: 'office', kind: 'google', secret: 's', calendars: ['anna', 'bob'], which: 'all' },
      ...{ writeBack: 'off', ...more },
    }) as Connection;
  /** A system whose calendars have these events. */
  const systemOf = (contents: readonly EventContent[]): CalendarSystem => {
    const events = contents.map((content, nth) => ({ id: `e${nth}`, version: '1', content }));
    return {
      admit() {},
      mayWrite: async () => true,
      changes: async () => ({ events, cursor: '1', hasMore: false }),
      read: async (_, id) => events.filter((event) => event.id === id),
      write: async () => 'refused',
    };
  };
  const google = (nth: number): EventContent => {
    const at = (hour: number) => ({ dateTime: `2027-03-01T${hour}:00:00Z` });
    const event = { id: `e${nth}`, iCalUID: `u${nth}`, summary: 'Meeting', start: at(10), end: at(11) };
    return { format: 'google', event };
  };
  const now = () => Date.parse('2027-01-15T10:00:00Z');

  test('with more events than can be remembered is part of no meeting', async () => {
    const meetings = memoryMeetings();
    const many = Array.from({ length: 10_001 }, (_, nth) => google(nth));
    const anna = new Reader(connection(), systemOf(many), now, { meetings });
    await expect(anna.read()).rejects.toThrow('10001 events get a room');
    const bob = new Reader(connection(), systemOf([google(0)]), now, { meetings, calendar: 1 });
    expect(await bob.read()).toMatchObject({ sent: 1 });
  });

  test('with one event many times is read, and the meeting has one room', async () => {
    const copies = Array.from({ length: 200 }, () => google(0));
    const anna = new Reader(connection(), systemOf(copies), now, { meetings: slowMeetings() });
    expect(await anna.read()).toMatchObject({ sent: 1 });
  });

  test('with an event whose UID is without end has rooms for the others', async () => {
    const named = (uid: string): EventContent => ({
      format: 'icalendar',
      text: calendarText(vevent(`UID:${uid}`, 'DTSTART:20270301T090000Z', 'DURATION:PT1H')),
    });
    const system = systemOf([named('x'.repeat(100_000)), named('b')]);
    const anna = new Reader(connection({ kind: 'caldav', url: 'https://x.example' }), system, now);
    expect(await anna.read()).toMatchObject({ sent: 1, unreadable: 1 });
    expect(JSON.stringify(anna.memory).length).toBeLessThan(1000);
  });
});

test('a calendar of another system goes on where those of the room are not connected any more', async () => {
  const { ports, join } = setting();
  for (const each of ['office-a', 'work-c']) await join(each);
  const formats = new Map([...FORMATS].filter(([, format]) => format !== 'google'));
  const place = { calendar: 'work-c', event: 'e-work-c', rank: WHOLE };
  const role = await joinMeeting(ID, place, identityOf('graph', place, UID), { ...ports, formats });
  expect(role).toMatchObject({ speaks: true, room: { key: 'graph:work-c:e-work-c' } });
  expect(await joinMeeting(ID, place, identityOf('graph', place, UID), { ...ports, formats })).toEqual(role);
  expect(await join('work-d')).toMatchObject({ speaks: false, room: { key: role.room.key } });
});

test('a UID is one in capitals and in small letters, as systems write it', () => {
  expect(meetingId(' 040000008200E00074C5 ')).toBe(meetingId('040000008200e00074c5'));
  expect(meetingId('a')).not.toBe(meetingId('b'));
});
