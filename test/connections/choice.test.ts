import { describe, expect, test } from 'vitest';
import { choiceDigest, isChosen } from '../../functions/connections/choice.ts';
import {
  type ConnectedCalendar,
  connectedCalendars,
  type GoogleConnection,
} from '../../functions/connections/connection.ts';
import type { EventContent } from '../../functions/connections/system.ts';
import { changeOf } from '../../functions/connections/write-back/change.ts';

const ANNA = 'anna@example.org';
const BOB = 'bob@example.org';
const ROOM = 'video-room@example.org';

interface Told {
  readonly title?: string;
  readonly place?: string;
  readonly description?: string;
  readonly attendees?: readonly string[];
}

/** One event in the words of each system. */
const FORMATS: Readonly<Record<string, (told: Told) => EventContent>> = {
  google: ({ title, place, description, attendees }) => ({
    format: 'google',
    event: {
      id: 'e1',
      summary: title,
      location: place,
      description,
      attendees: attendees?.map((email) => ({ email })),
    },
  }),
  graph: ({ title, place, description, attendees }) => ({
    format: 'graph',
    event: {
      id: 'e1',
      subject: title,
      location: { displayName: place ?? '' },
      body: { contentType: 'html', content: `<html><body>${description ?? ''}</body></html>` },
      attendees: attendees?.map((address) => ({ type: 'resource', emailAddress: { address } })),
    },
  }),
  icalendar: ({ title, place, description, attendees = [] }) => ({
    format: 'icalendar',
    text: [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'UID:e1',
      ...(title ? [`SUMMARY:${title}`] : []),
      ...(place ? [`LOCATION:${place}`] : []),
      ...(description ? [`DESCRIPTION:${description}`] : []),
      ...attendees.map((address) => `ATTENDEE;CN="Room: 1";ROLE=REQ-PARTICIPANT:mailto:${address}`),
      'BEGIN:VALARM',
      'DESCRIPTION:#room of the alarm',
      'END:VALARM',
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n'),
  }),
};

const calendarOf = (settings: Partial<GoogleConnection>): ConnectedCalendar => {
  const connection: GoogleConnection = {
    name: 'team',
    kind: 'google',
    secret: 'connection/team',
    calendars: [ANNA, BOB],
    which: 'all',
    writeBack: 'off',
    ...settings,
  };
  return { id: 'team-a', connection, calendar: ANNA };
};

describe.each(Object.entries(FORMATS))('an event of %s', (_, format) => {
  test.each<[string, Told, boolean]>([
    ['title', { title: 'Planning #room' }, true],
    ['place', { place: '#Room' }, true],
    ['description', { description: 'See you, <b>#room</b>' }, true],
    ['alarm alone', { title: 'Planning' }, false],
    ['longer word', { title: '#roommates meet' }, false],
    ['address', { description: 'https://wiki.example/#room' }, false],
  ])('is marked by its %s', (_, told, expected) => {
    expect(isChosen(format(told), calendarOf({ which: 'marked' }))).toBe(expected);
  });

  test('is marked by a text of one’s own, whatever signs it has', () => {
    const calendar = calendarOf({ which: 'marked', mark: '[video] (+)' });
    expect(isChosen(format({ title: 'Planning [Video] (+)' }), calendar)).toBe(true);
    expect(isChosen(format({ title: 'Planning #room' }), calendar)).toBe(false);
  });

  test('is not marked by what we have written into it ourselves', async () => {
    const calendar = calendarOf({ which: 'marked', mark: 'meeting' });
    const link = { url: 'https://rooms.example.org/x', isOurs: () => false, writeBack: 'full' } as const;
    const before = format({ title: 'Planning', place: 'Room 5', description: 'Agenda' });
    const change = await changeOf(before, link, 0);
    if (!change) throw new Error('nothing was written');
    const after =
      change.format === 'icalendar' || before.format === 'icalendar'
        ? change
        : { ...before, event: { ...before.event, ...change.event } };
    expect(JSON.stringify(after)).toContain('Join the meeting');
    expect(isChosen(after, calendar)).toBe(false);
  });

  test('gets a room when the mailbox is invited', () => {
    const calendar = calendarOf({ which: 'invited', mailbox: ROOM.toUpperCase() });
    expect(isChosen(format({ attendees: [BOB, ROOM] }), calendar)).toBe(true);
    expect(isChosen(format({ attendees: [BOB], title: '#room' }), calendar)).toBe(false);
    expect(isChosen(format({}), calendar)).toBe(false);
  });
});

test('a calendar’s id names no person, and does not depend on the other calendars', () => {
  const { connection } = calendarOf({});
  const [anna, bob] = connectedCalendars([connection]);
  expect(anna?.id).toMatch(/^team-[a-z2-7]{8}$/);
  expect(bob?.id).not.toBe(anna?.id);
  expect(connectedCalendars([{ ...connection, calendars: [ANNA] }])[0]?.id).toBe(anna?.id);
});

test('another choice has another digest; the secret and what is written back are no part of it', () => {
  const digest = (settings: Partial<GoogleConnection>) => choiceDigest(calendarOf(settings));
  expect(digest({ secret: 'other', writeBack: 'full' })).toBe(digest({}));
  expect(digest({ calendars: [BOB, ANNA] })).toBe(digest({}));
  expect(digest({ calendars: [ANNA] })).toBe(digest({}));
  const others = [{ which: 'marked' }, { mark: 'video' }, { timeZone: 'UTC' }] as const;
  expect(new Set([...others, {}].map(digest)).size).toBe(4);
});
