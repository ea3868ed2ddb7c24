import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../functions/requests/parse.ts';
import { RequestRefusedError } from '../../../functions/rooms/model/errors.ts';
import { busEvent, message } from '../incoming.ts';
import { GOOGLE, GRAPH } from './stories.ts';
import { calendar, EXACT, vevent } from './texts.ts';

async function refusal(detail: unknown, type = 'Calendar Event Created'): Promise<string> {
  const result = await parseMessage(message(busEvent(type, detail)), { calendar: EXACT }).catch(
    (error: unknown) => error,
  );
  if (result instanceof RequestRefusedError) return result.message;
  throw new Error('a refusal was expected', { cause: result });
}

const ics = (...lines: string[]) => ({ icalendar: calendar(vevent(...lines)) });

const START = 'DTSTART:20270115T090000Z';

describe('an iCalendar text is refused', () => {
  test.each<[string, unknown, string]>([
    [
      'with a local time and no zone',
      ics('DTSTART:20270115T090000'),
      "DTSTART: 2027-01-15T09:00:00 is a local time without a time zone; name the calendar's zone as timeZone in the event's detail, as X-WR-TIMEZONE in the calendar, or for the whole deployment",
    ],
    [
      'with a date and no zone',
      ics('DTSTART;VALUE=DATE:20270115'),
      'DTSTART: 2027-01-15 is a date without a time zone',
    ],
    [
      'with an end that has no zone',
      ics(START, 'DTEND:20270115T100000'),
      'DTEND: 2027-01-15T10:00:00 is a local time without a time zone',
    ],
    [
      'with an unknown zone',
      ics('DTSTART;TZID=Europe/Nowhere:20270115T090000'),
      'TZID: must be the name of an IANA or a Windows time zone, or of a VTIMEZONE in the same calendar, got "Europe/Nowhere"',
    ],
    [
      'with a zone that defines nothing',
      {
        icalendar: calendar(
          'BEGIN:VTIMEZONE\r\nTZID:X Y\r\nEND:VTIMEZONE',
          vevent('DTSTART;TZID=X Y:20270115T090000'),
        ),
      },
      'VTIMEZONE: has neither STANDARD nor DAYLIGHT',
    ],
    [
      'with a misspelt calendarId beside it',
      { calenderId: 'team', ...ics(START) },
      'detail.calenderId: is no field of an event; write it as calendarId',
    ],
    [
      'with a misspelt timeZone beside it',
      { timezone: 'Europe/Berlin', ...ics(START) },
      'detail.timezone: is no field of an event; write it as timeZone',
    ],
    ['without a start', ics('SEQUENCE:1'), 'DTSTART: is missing'],
    ['without a UID', ics('UID:', START), 'UID: is missing'],
    [
      'on a day that does not exist',
      ics('DTSTART:20270230T090000Z'),
      'DTSTART: must be a date or a time of the calendar, got "2027-02-30T09:00:00Z"',
    ],
    ['that ends before it starts', ics(START, 'DTEND:20270115T080000Z'), 'DTEND: must not be before DTSTART'],
    [
      'that takes less than no time',
      ics(START, 'DURATION:-PT1H'),
      'DURATION: must be a duration that is not negative',
    ],
    ['without any event', { icalendar: calendar() }, 'icalendar: has no VEVENT'],
    [
      'that is cut off',
      { icalendar: calendar(vevent(START)).slice(0, -15) },
      'icalendar: BEGIN:VCALENDAR has no END; is the text cut off?',
    ],
    [
      'whose parts are crossed',
      { icalendar: calendar('BEGIN:VEVENT', 'UID:a') },
      'icalendar: "END:VCALENDAR" does not close "BEGIN:VEVENT"',
    ],
    ['with a rule without frequency', ics(START, 'RRULE:COUNT=3'), 'RRULE: FREQ must be one of YEARLY'],
    [
      'with a rule that repeats no times',
      ics(START, 'RRULE:FREQ=DAILY;COUNT=0'),
      'RRULE: COUNT must be at least 1, got 0',
    ],
    [
      'with a rule in another calendar',
      ics(START, 'RRULE:FREQ=YEARLY;RSCALE=CHINESE;COUNT=3'),
      'RRULE: RSCALE must be GREGORIAN or absent, got "CHINESE"',
    ],
    ['with a rule of a 13th month', ics(START, 'RRULE:FREQ=YEARLY;BYMONTH=13'), 'icalendar: BYMONTH'],
    [
      'with every second of a century',
      ics(START, 'RRULE:FREQ=SECONDLY;UNTIL=21270115T090000Z'),
      'recurrence: working it out takes more than 100000 steps; end the series sooner, or never (no COUNT, no UNTIL)',
    ],
    [
      'with every minute, a billion times',
      ics(START, 'RRULE:FREQ=MINUTELY;COUNT=1000000000'),
      'recurrence: working it out takes more than',
    ],
    [
      'with a day that never comes',
      ics(START, 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2'),
      'recurrence: working it out takes more than',
    ],
    [
      'with a zone that changes its clock every second',
      {
        icalendar: calendar(
          [
            'BEGIN:VTIMEZONE',
            'TZID:Flicker One',
            'BEGIN:STANDARD',
            'DTSTART:20200101T000000',
            'TZOFFSETFROM:+0000',
            'TZOFFSETTO:+0100',
            'RRULE:FREQ=SECONDLY',
            'END:STANDARD',
            'END:VTIMEZONE',
          ].join('\r\n'),
          vevent('DTSTART;TZID=Flicker One:20270115T090000'),
        ),
      },
      'recurrence: working it out takes more than',
    ],
    [
      'that adds occurrences without end',
      { icalendar: calendar('METHOD:ADD', vevent(START, 'RRULE:FREQ=DAILY')) },
      'RRULE: occurrences that are added (METHOD:ADD) must come to an end',
    ],
  ])('%s', async (_, detail, reason) => {
    expect(await refusal(detail)).toContain(reason);
  });

  test('without a word that a person wrote in it', async () => {
    const secret = 'SUMMARY;X="broken:Dinner with Ben';
    expect(await refusal(ics('UID:', START, secret, 'ATTENDEE;CN=Ben'))).not.toMatch(/Ben|Dinner/);
  });
});

test('a list with an event of thousands of levels is refused, not tried again', async () => {
  const deep = `${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`;
  const list = JSON.stringify(
    busEvent('Calendar Event Updated', { kind: 'calendar#events', items: [{ id: 'a', start: 'deep' }] }),
  );
  await expect(parseMessage(message(list.replace('"deep"', deep)), { calendar: EXACT })).rejects.toThrow(
    RequestRefusedError,
  );
});

describe('an event of another format is refused', () => {
  const google = (more: object) => ({ ...(GOOGLE.steps[0]?.[0].detail as object), ...more });
  const graph = (more: object) => ({ ...(GRAPH.steps[0]?.[0].detail as object), ...more });
  test.each<[string, unknown, string]>([
    [
      'of no known format',
      { hello: 'world' },
      'detail: must be an iCalendar text (in any field), an event of the Google Calendar API',
    ],
    ['that is a text of another kind', 'BEGIN:VCARD', 'detail: must be an iCalendar text'],
    ['Google without a start', google({ start: undefined }), 'event.start: is missing'],
    ['Google with an empty start', google({ start: {} }), 'event.start: is missing'],
    [
      'Google on a date of no zone',
      google({ recurrence: [], start: { date: '2027-01-15' }, end: { date: '2027-01-16' } }),
      'event.start: 2027-01-15 is a date without a time zone',
    ],
    [
      'Google that ends before it starts',
      google({ end: { dateTime: '2027-01-15T08:00:00Z' } }),
      'event.end: must not be before event.start',
    ],
    [
      'Google with a broken rule',
      google({ recurrence: ['RRULE:FREQ=OFTEN'] }),
      'event.recurrence: invalid frequency "OFTEN"',
    ],
    [
      'a Google occurrence of no known start',
      google({ recurringEventId: 'abc', id: 'abc_x' }),
      'event.originalStartTime: is missing',
    ],
    ['Google with a start that is a number', google({ start: 7 }), 'event.start: must be an object, got 7'],
    ['Graph without a start', graph({ start: null }), 'event.start: is missing'],
    [
      'Graph with an unknown zone',
      graph({ start: { dateTime: '2027-01-15T09:00:00', timeZone: 'Moon Standard Time' } }),
      'event.start: its time zone must be the name of a Windows or an IANA time zone, got "Moon Standard Time"',
    ],
    [
      'Graph with an unknown pattern',
      graph({ recurrence: { pattern: { type: 'hourly', interval: 1 }, range: { type: 'noEnd' } } }),
      'event.recurrence.pattern.type: must be "daily" or "weekly"',
    ],
    [
      'a Graph occurrence that says nothing of its start',
      graph({ seriesMasterId: 'm', isCancelled: true, start: null }),
      'event.originalStart: an occurrence must say when it was planned to start',
    ],
    [
      'a booking without a start',
      { triggerEvent: 'BOOKING_CREATED', payload: { uid: 'a' } },
      'event.payload.startTime: is missing',
    ],
    [
      'a booking without a uid',
      { triggerEvent: 'BOOKING_CREATED', payload: {} },
      'event.payload.uid: is missing',
    ],
    [
      'a booking at a local time',
      {
        triggerEvent: 'BOOKING_CREATED',
        payload: { uid: 'a', startTime: '2027-01-15T09:00:00', endTime: '2027-01-15T10:00:00Z' },
      },
      'event.payload.startTime: 2027-01-15T09:00:00 is a local time without a time zone',
    ],
    [
      'a calendar of an unknown zone',
      { timeZone: 'Moon', ...ics(START) },
      'detail.timeZone: must be the name of an IANA time zone, got "Moon"',
    ],
  ])('%s', async (_, detail, reason) => {
    expect(await refusal(detail)).toContain(reason);
  });
});

test('the zone that an event is given beside its text holds before that of the calendar and of the deployment', async () => {
  const text = (...lines: string[]) => calendar(...lines, vevent('DTSTART:20270115T090000', 'DURATION:PT1H'));
  const parse = async (detail: object) => {
    const { requests } = await parseMessage(message(busEvent('Calendar Event Created', detail)), {
      calendar: { ...EXACT, timeZone: 'Asia/Tokyo' },
    });
    return new Date(requests[0]?.spec?.expiresAt ?? 0).toISOString();
  };
  expect(await parse({ icalendar: text() })).toBe('2027-01-15T01:00:00.000Z');
  expect(await parse({ icalendar: text('X-WR-TIMEZONE:America/New_York') })).toBe('2027-01-15T15:00:00.000Z');
  expect(await parse({ timeZone: 'Europe/Berlin', icalendar: text('X-WR-TIMEZONE:America/New_York') })).toBe(
    '2027-01-15T09:00:00.000Z',
  );
});

test("an attendee's answer asks for nothing, and says so", async () => {
  const reply = calendar('METHOD:REPLY', vevent(START));
  const { requests, split, skipped } = await parseMessage(
    message(busEvent('Calendar Event Updated', { icalendar: reply })),
    { calendar: EXACT },
  );
  expect([requests, split]).toEqual([[], []]);
  expect(skipped).toBe("a REPLY is an attendee's answer and does not change the event");
});
