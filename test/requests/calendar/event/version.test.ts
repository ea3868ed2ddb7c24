import { describe, expect, test } from 'vitest';
import type { RoomRequest } from '../../../../functions/rooms/model/room.ts';
import { busEvent, request } from '../../incoming.ts';

const google = (updated: string) => ({
  calendarId: 'team',
  event: {
    id: 'weekly',
    updated,
    summary: 'Weekly',
    start: { dateTime: '2027-02-01T09:00:00Z' },
    end: { dateTime: '2027-02-01T10:00:00Z' },
  },
});

const graph = (lastModifiedDateTime: string) => ({
  calendarId: 'team',
  event: {
    id: 'weekly',
    '@odata.etag': 'x',
    lastModifiedDateTime,
    subject: 'Weekly',
    start: { dateTime: '2027-02-01T09:00:00', timeZone: 'UTC' },
    end: { dateTime: '2027-02-01T10:00:00', timeZone: 'UTC' },
  },
});

const icalendar = (time: string) => ({
  calendarId: 'team',
  icalendar: [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:weekly',
    `LAST-MODIFIED:${time.replace(/[-:]/g, '')}`,
    'DTSTART:20270201T090000Z',
    'DTEND:20270201T100000Z',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n'),
});

const placeOf = ({ sequence, news }: RoomRequest) => JSON.stringify(news ?? sequence);

describe.each([
  ['Google Calendar', google],
  ['Microsoft Graph', graph],
  ['iCalendar', icalendar],
])('a change in %s that is dated ahead', (_, detail) => {
  const told = (changed: string, time: string) =>
    request(busEvent('Calendar Event Updated', detail(changed), { time }), {
      sentAt: Date.parse(time) + 300,
    });

  test('is as old as its telling, so that what comes later outranks it', async () => {
    const ahead = placeOf(await told('2286-11-20T00:00:00Z', '2027-01-15T10:00:00Z'));
    expect(ahead).toContain(String(Date.parse('2027-01-15T10:00:00.999Z')));
    expect(ahead).not.toContain(String(Date.parse('2286-11-20T00:00:00Z')));
  });

  test('keeps its own time where that is past', async () => {
    const past = placeOf(await told('2027-01-15T09:59:58Z', '2027-01-15T10:00:00Z'));
    expect(past).toContain(String(Date.parse('2027-01-15T09:59:58Z')));
  });
});
