import { describe, expect, test } from 'vitest';
import { WINDOWS_ZONES } from '../../../functions/requests/calendar/time/windows-zones.ts';
import { WorkBudget } from '../../../functions/requests/calendar/time/work-budget.ts';
import { zoneNamed } from '../../../functions/requests/calendar/time/zone.ts';
import { calendarKey } from '../../../functions/requests/calendar/to-requests/key.ts';
import { roomName } from '../../../functions/requests/calendar/to-requests/name.ts';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { DAY } from '../../../functions/rooms/model/time.ts';
import { busEvent, message } from '../incoming.ts';
import { calendar, calendarRequests, EXACT, vevent } from './texts.ts';

async function until(detail: unknown): Promise<string> {
  const [request] = await calendarRequests(detail);
  if (request?.action === 'cancel') return 'no room';
  const { expiresAt } = request?.spec ?? {};
  return expiresAt === undefined ? 'for ever' : new Date(expiresAt).toISOString().replace(':00.000Z', 'Z');
}

describe('Microsoft Graph', () => {
  const BERLIN = 'W. Europe Standard Time';
  const event = (more: object) => ({
    id: 'AAMk1',
    subject: 'Planning',
    lastModifiedDateTime: '2027-01-01T00:00:00Z',
    start: { dateTime: '2027-01-15T09:00:00.0000000', timeZone: 'UTC' },
    end: { dateTime: '2027-01-15T10:00:00.0000000', timeZone: 'UTC' },
    ...more,
  });
  const recurring = (pattern: object, range: object = {}) =>
    event({
      recurrence: {
        pattern: { interval: 1, ...pattern },
        range: {
          type: 'numbered',
          startDate: '2027-01-15',
          numberOfOccurrences: 3,
          recurrenceTimeZone: BERLIN,
          ...range,
        },
      },
    });

  test.each<[string, object, string]>([
    ['takes place once', event({ recurrence: null, seriesMasterId: null }), '2027-01-15T10:00Z'],
    [
      'goes by its own clock',
      event({
        start: { dateTime: '2027-07-15T09:00:00', timeZone: BERLIN },
        end: { dateTime: '2027-07-15T10:00:00', timeZone: BERLIN },
      }),
      '2027-07-15T08:00Z',
    ],
    [
      'takes days',
      event({
        isAllDay: true,
        originalStartTimeZone: BERLIN,
        start: { dateTime: '2027-01-15T00:00:00', timeZone: 'UTC' },
        end: { dateTime: '2027-01-17T00:00:00', timeZone: 'UTC' },
      }),
      '2027-01-16T23:00Z',
    ],
    ['comes every second day', recurring({ type: 'daily', interval: 2 }), '2027-01-19T10:00Z'],
    [
      'comes weekly into summer time',
      recurring({ type: 'weekly', daysOfWeek: ['friday'] }, { numberOfOccurrences: 12 }),
      '2027-04-02T09:00Z',
    ],
    [
      'comes twice in every second week, that starts on Sunday',
      recurring({ type: 'weekly', interval: 2, daysOfWeek: ['friday', 'sunday'], firstDayOfWeek: 'sunday' }),
      '2027-01-29T10:00Z',
    ],
    [
      'comes twice in every second week, that starts on Monday',
      recurring({ type: 'weekly', interval: 2, daysOfWeek: ['friday', 'sunday'], firstDayOfWeek: 'monday' }),
      '2027-01-29T10:00Z',
    ],
    [
      'comes on a day of the month',
      recurring({ type: 'absoluteMonthly', dayOfMonth: 15 }),
      '2027-03-15T10:00Z',
    ],
    [
      'comes on the last day where a month has no 31st',
      recurring({ type: 'absoluteMonthly', dayOfMonth: 31 }),
      '2027-03-31T09:00Z',
    ],
    [
      'comes on the last day of February for the 30th',
      recurring({ type: 'absoluteMonthly', dayOfMonth: 30 }, { numberOfOccurrences: 2 }),
      '2027-02-28T10:00Z',
    ],
    [
      'comes on the first of several weekdays',
      recurring({ type: 'relativeMonthly', daysOfWeek: ['saturday', 'sunday'], index: 'first' }),
      '2027-04-03T09:00Z',
    ],
    [
      'comes on the last Friday',
      recurring({ type: 'relativeMonthly', daysOfWeek: ['friday'], index: 'last' }),
      '2027-03-26T10:00Z',
    ],
    ['comes yearly', recurring({ type: 'absoluteYearly', month: 1, dayOfMonth: 15 }), '2029-01-15T10:00Z'],
    [
      'comes yearly on the last of February',
      recurring({ type: 'absoluteYearly', month: 2, dayOfMonth: 29 }, { numberOfOccurrences: 2 }),
      '2028-02-29T10:00Z',
    ],
    [
      'comes on the second Monday of June',
      recurring(
        { type: 'relativeYearly', month: 6, daysOfWeek: ['monday'], index: 'second' },
        { numberOfOccurrences: 2 },
      ),
      '2028-06-12T09:00Z',
    ],
    [
      'comes until a day, which counts',
      recurring({ type: 'daily' }, { type: 'endDate', endDate: '2027-01-20' }),
      '2027-01-20T10:00Z',
    ],
    ['comes for ever', recurring({ type: 'daily' }, { type: 'noEnd', endDate: '0001-01-01' }), 'for ever'],
    [
      'lacks the occurrences that it says are cancelled',
      {
        ...recurring({ type: 'daily' }),
        cancelledOccurrences: ['OID.AAMk1.2027-01-17'],
        exceptionOccurrences: [],
      },
      '2027-01-16T10:00Z',
    ],
    [
      'has occurrences that were moved',
      {
        ...recurring({ type: 'daily' }),
        exceptionOccurrences: [
          {
            ...event({}),
            id: 'AAMk1x',
            type: 'exception',
            seriesMasterId: 'AAMk1',
            originalStart: '2027-01-16T09:00:00Z',
            start: { dateTime: '2027-02-01T09:00:00', timeZone: 'UTC' },
            end: { dateTime: '2027-02-01T09:30:00', timeZone: 'UTC' },
          },
        ],
      },
      '2027-02-01T09:30Z',
    ],
    ['is gone when it was removed', { id: 'AAMk1', '@removed': { reason: 'deleted' } }, 'no room'],
  ])('%s', async (_, detail, expected) => {
    expect(await until(detail)).toBe(expected);
  });

  test('hides what is private', async () => {
    for (const sensitivity of ['private', 'confidential']) {
      const [request] = await calendarRequests(event({ sensitivity }));
      expect(request?.spec?.settings.display_name).toBe('Meeting');
    }
  });
});

describe('Google Calendar', () => {
  const event = (more: object) => ({
    kind: 'calendar#event',
    id: 'g1',
    status: 'confirmed',
    summary: 'Planning',
    updated: '2027-01-01T00:00:00Z',
    start: { dateTime: '2027-01-15T10:00:00+01:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2027-01-15T11:00:00+01:00', timeZone: 'Europe/Berlin' },
    ...more,
  });

  test.each<[string, unknown, string]>([
    ['takes place once', event({}), '2027-01-15T10:00Z'],
    [
      'takes place at a time that says how far it is from UTC',
      event({
        start: { dateTime: '2027-01-15T10:00:00-05:00' },
        end: { dateTime: '2027-01-15T11:00:00-05:00' },
      }),
      '2027-01-15T16:00Z',
    ],
    [
      'goes by the clock of its zone',
      event({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=12'] }),
      '2027-04-02T09:00Z',
    ],
    [
      'lacks dates',
      event({ recurrence: ['EXDATE;TZID=Europe/Berlin:20270117T100000', 'RRULE:FREQ=DAILY;COUNT=3'] }),
      '2027-01-16T10:00Z',
    ],
    [
      'has more dates',
      event({ recurrence: ['RDATE;TZID=Europe/Berlin:20270601T100000'] }),
      '2027-06-01T09:00Z',
    ],
    [
      'ends at a time in UTC',
      event({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20270117T090000Z'] }),
      '2027-01-17T10:00Z',
    ],
    [
      'takes days, by the zone of the calendar',
      {
        timeZone: 'Europe/Berlin',
        event: event({ start: { date: '2027-01-15' }, end: { date: '2027-01-17' } }),
      },
      '2027-01-16T23:00Z',
    ],
    [
      'takes a day that ends on itself',
      {
        timeZone: 'Europe/Berlin',
        event: event({ start: { date: '2027-01-15' }, end: { date: '2027-01-15' } }),
      },
      '2027-01-15T23:00Z',
    ],
    [
      'takes days that come again',
      {
        timeZone: 'Europe/Berlin',
        event: event({
          start: { date: '2027-03-26' },
          end: { date: '2027-03-27' },
          recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
        }),
      },
      '2027-03-28T22:00Z',
    ],
    [
      'is one occurrence that was moved',
      event({ id: 'g1_20270205T090000Z', recurringEventId: 'g1' }),
      '2027-01-15T10:00Z',
    ],
    ['has no end of its own', event({ end: undefined, endTimeUnspecified: true }), '2027-01-15T09:00Z'],
    [
      'is cancelled, and nothing more is known',
      { kind: 'calendar#event', id: 'g1', status: 'cancelled' },
      'no room',
    ],
  ])('%s', async (_, detail, expected) => {
    expect(await until(detail)).toBe(expected);
  });

  test('knows a cancelled occurrence by its id alone', async () => {
    const [byId] = await calendarRequests({
      kind: 'calendar#event',
      id: 'g1_20270205T090000Z',
      recurringEventId: 'g1',
      status: 'cancelled',
    });
    expect(byId?.key).toBe('google::g1');
    expect(byId?.news?.occurrences[0]).toMatchObject({
      id: Date.parse('2027-02-05T09:00:00Z'),
      cancelled: true,
    });
  });

  test('hides what is private', async () => {
    const [request] = await calendarRequests(event({ visibility: 'private' }));
    expect(request?.spec?.settings.display_name).toBe('Meeting');
  });
});

describe('cal.com', () => {
  const booking = (triggerEvent: string, payload: object = {}) => ({
    triggerEvent,
    createdAt: '2027-01-01T00:00:00Z',
    payload: {
      uid: 'u1',
      title: 'Intro call',
      startTime: '2027-01-15T09:00:00Z',
      endTime: '2027-01-15T09:30:00Z',
      ...payload,
    },
  });
  const name = async (payload: object) =>
    (await calendarRequests(booking('BOOKING_CREATED', payload)))[0]?.spec?.settings.display_name;

  test('asks for a room until the booking ends', async () => {
    expect(await until(booking('BOOKING_CREATED'))).toBe('2027-01-15T09:30Z');
  });

  test('does not name the people whom its titles name', async () => {
    expect(await name({})).toBe('Intro call');
    const people = {
      organizer: { name: 'Ana Lima' },
      attendees: [{ name: 'Ben Roth' }],
      title: 'Intro between Ana Lima and Ben Roth',
    };
    expect(await name({ ...people, eventTitle: 'Intro' })).toBe('Intro');
    expect(await name(people)).toBe('Meeting');
    for (const title of ['Call with Ben', 'BEN ROTH / Ana', 'Intro (ben-roth)']) {
      expect(await name({ ...people, title })).toBe('Meeting');
    }
    expect(await name({ ...people, title: 'Benefits of an analysis' })).toBe('Benefits of an analysis');
  });

  test('asks for nothing when somebody only joined', async () => {
    const parsed = await parseMessage(
      message(busEvent('Calendar Event Updated', booking('MEETING_STARTED'))),
      { calendar: EXACT },
    );
    expect(parsed).toMatchObject({ requests: [], split: [], skipped: expect.stringContaining('cal.com') });
  });
});

describe('a calendar of many events', () => {
  const split = async (detail: unknown, type = 'Calendar Event Updated') =>
    (await parseMessage(message(busEvent(type, detail)), { calendar: EXACT })).split;

  test('is split into a message for each, with nothing in them that no room depends on', async () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Plant',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0330',
      'TZOFFSETTO:+0330',
      'END:STANDARD',
      'END:VTIMEZONE',
    ].join('\r\n');
    const text = calendar(
      'METHOD:PUBLISH',
      zone,
      vevent(
        'UID:a',
        'DTSTART;TZID=Plant:20270115T100000',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;COUNT=2',
        'DESCRIPTION:secret',
        'ATTENDEE;CN=Ben Roth:mailto:ben@example.com',
        'LOCATION:Street 1',
      ),
      vevent('UID:b', 'DTSTART:20270115T090000Z', 'DURATION:PT1H'),
      vevent(
        'UID:a',
        'RECURRENCE-ID;TZID=Plant:20270116T100000',
        'DTSTART:20270120T090000Z',
        'DURATION:PT1H',
      ),
    );
    const bodies = await split({ calendarId: 'team', icalendar: text });
    expect(bodies).toHaveLength(2);
    expect(bodies.join()).not.toMatch(/secret|Ben|Street/);
    const requests = await Promise.all(
      bodies.map((body) => parseMessage(message(body), { calendar: EXACT })),
    );
    const [a, b] = requests.flatMap((parsed) => parsed.requests);
    expect(a).toMatchObject({ key: 'ical:team:a', spec: { expiresAt: Date.parse('2027-01-20T10:00:00Z') } });
    expect(b).toMatchObject({ key: 'ical:team:b', spec: { expiresAt: Date.parse('2027-01-15T10:00:00Z') } });
    expect(bodies[1]).not.toContain('VTIMEZONE');
  });

  test('of Google is split, in the zone of the calendar', async () => {
    const items = [1, 2].map((number) => ({
      kind: 'calendar#event',
      id: `g${number}`,
      summary: 'Day',
      start: { date: '2027-01-15' },
      end: { date: '2027-01-16' },
      description: 'secret',
      attendees: [{ email: 'ben@example.com' }],
    }));
    const bodies = await split({
      kind: 'calendar#events',
      timeZone: 'Europe/Berlin',
      items,
      calendarId: 'team',
    });
    expect(bodies.join()).not.toMatch(/secret|ben@/);
    const { requests } = await parseMessage(message(bodies[1] ?? ''), { calendar: EXACT });
    expect(requests[0]).toMatchObject({
      key: 'google:team:g2',
      spec: { expiresAt: Date.parse('2027-01-15T23:00:00Z') },
    });
  });

  test('of Microsoft Graph is split', async () => {
    const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
    const value = [1, 2].map((number) => ({
      '@odata.etag': 'x',
      id: `m${number}`,
      subject: 'Planning',
      start: at('2027-01-15T09:00:00'),
      end: at('2027-01-15T10:00:00'),
      body: { content: 'secret' },
      exceptionOccurrences: [
        { id: 'x', isCancelled: true, body: { content: 'secret' }, originalStart: '2027-02-15T09:00:00Z' },
      ],
    }));
    const bodies = await split({ '@odata.context': 'y', value });
    expect(bodies.join()).not.toContain('secret');
    const { requests } = await parseMessage(message(bodies[0] ?? ''), { calendar: EXACT });
    expect(requests[0]).toMatchObject({ key: 'graph::m1', action: 'ensure' });
  });

  test('names its event in the announcement as its calendar calls it, unless there are several', async () => {
    const detail = (...uids: string[]) => ({
      calendarId: 'team-a',
      eventId: '/anna/work/1.ics',
      icalendar: calendar(...uids.flatMap((uid) => vevent(`UID:${uid}`, 'DTSTART:20270115T090000Z'))),
    });
    const [request] = await calendarRequests(detail('a'));
    expect(request?.origin).toEqual({
      format: 'icalendar',
      calendarId: 'team-a',
      eventId: '/anna/work/1.ics',
      uid: 'a',
    });
    const { split } = await parseMessage(message(busEvent('Calendar Event Updated', detail('a', 'b'))), {
      calendar: EXACT,
    });
    expect(split).toHaveLength(2);
    expect(split.join('')).not.toContain('.ics');
  });

  test('stays one message where all of it is about one event', async () => {
    expect(await split({ icalendar: calendar(vevent('DTSTART:20270115T090000Z')) })).toEqual([]);
  });
});

describe('a room', () => {
  test('lives a grace longer than its event', async () => {
    const text = calendar(vevent('DTSTART:20270115T090000Z', 'DURATION:PT1H'));
    const [request] = await calendarRequests({ icalendar: text }, { settings: { ...EXACT, grace: 2 * DAY } });
    expect(new Date(request?.spec?.expiresAt ?? 0).toISOString()).toBe('2027-01-17T10:00:00.000Z');
  });

  test.each([
    ['Planning', 'Planning'],
    ['  two \t lines\r\nand a bell\u0007 ', 'two lines and a bell'],
    ['\u2028', 'Meeting'],
    ['', 'Meeting'],
    [undefined, 'Meeting'],
    ['half \ud83c', 'half \ufffd'],
    ['\u{1f332}'.repeat(201), '\u{1f332}'.repeat(200)],
    [`${'x'.repeat(199)} y`, 'x'.repeat(199)],
  ])('for %j is called %j', (title, expected) => {
    expect(roomName(title, false, 'Meeting')).toBe(expected);
  });

  test('is called by its title with the signs that iCalendar hides', async () => {
    const text = calendar(
      vevent('DTSTART:20270115T090000Z', 'SUMMARY;LANGUAGE=en:Plan\\, do\\; check\\nact \\\\o/'),
    );
    const [request] = await calendarRequests({ icalendar: text });
    expect(request?.spec?.settings.display_name).toBe('Plan, do; check act \\o/');
  });

  test('of a private event does not say what it is about', async () => {
    for (const line of ['CLASS:PRIVATE', 'CLASS:confidential', 'CLASS:X-BOARD-ONLY']) {
      const [request] = await calendarRequests({
        icalendar: calendar(vevent('DTSTART:20270115T090000Z', line)),
      });
      expect(request?.spec?.settings.display_name).toBe('Meeting');
      expect(JSON.stringify(request)).not.toContain('Planning');
    }
  });
});

describe('a key', () => {
  test.each([
    [['ical', '', 'planning@example.com'], 'ical::planning@example.com'],
    [['google', 'team-a', 'abc'], 'google:team-a:abc'],
  ])('of %j is %s', (parts, key) => {
    expect(calendarKey(parts)).toBe(key);
  });

  test('may be a key, whatever the ids are', () => {
    for (const id of ['a b', 'a:b', 'a/b', 'é', 'x'.repeat(1000), '{"a":1}', '/'.repeat(40)]) {
      expect(calendarKey(['graph', id, id, '20270115T090000Z'])).toMatch(/^[A-Za-z0-9\-_.:@/]{1,128}$/);
    }
  });

  test('is unlike that of any other ids', () => {
    const keys = [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['a', 'b', 'c'],
      ['', 'abc'],
      ['abc', ''],
    ].map(calendarKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a time zone', () => {
  test('of every Windows name is one that exists', () => {
    for (const name of Object.keys(WINDOWS_ZONES))
      expect(zoneNamed(name, new WorkBudget()), name).toBeDefined();
    expect(Object.keys(WINDOWS_ZONES).length).toBeGreaterThan(135);
  });

  test.each(['constructor', '__proto__', '', 'Europe', 'x'.repeat(1000), '+', '/', 'BST', 'ist'])(
    'is not %j',
    (name) => {
      expect(zoneNamed(name, new WorkBudget())).toBeUndefined();
    },
  );
});
