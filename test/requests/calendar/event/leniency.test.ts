import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../../functions/requests/parse.ts';
import { RequestRefusedError } from '../../../../functions/rooms/model/errors.ts';
import { mergeUpdate, requiredUntil } from '../../../../functions/rooms/model/occurrences.ts';
import { busEvent, message } from '../../incoming.ts';
import { calendar, calendarRequests, EXACT, neededUntil, vevent } from '../texts.ts';

/** Lenient in what can only make a room live longer, strict in what could end one early. */

const AT_NINE = 'DTSTART;TZID=Europe/Berlin:20270301T090000';
const FOR_AN_HOUR = [AT_NINE, 'DTEND;TZID=Europe/Berlin:20270301T100000'];

const BERLIN = [
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:19700329T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'END:DAYLIGHT',
];
const zone = (name: string, lines = BERLIN) =>
  ['BEGIN:VTIMEZONE', name, ...lines, 'END:VTIMEZONE'].join('\r\n');

async function read(icalendar: string, detail: object = {}) {
  const event = busEvent('Calendar Event Updated', { ...detail, icalendar });
  return parseMessage(message(event), { calendar: EXACT });
}

async function warningsOf(icalendar: string, detail: object = {}): Promise<string> {
  const { requests, warnings = [] } = await read(icalendar, detail);
  expect(requests).toHaveLength(1);
  return warnings.join('\n');
}

describe('what is clear is read', () => {
  test.each<[string, string, string]>([
    ['a rule that says nothing', calendar(vevent(...FOR_AN_HOUR, 'RRULE:')), '2027-03-01T09:00Z'],
    ['a rule of a semicolon', calendar(vevent(...FOR_AN_HOUR, 'RRULE:;')), '2027-03-01T09:00Z'],
    [
      'a rule that ends in a semicolon',
      calendar(vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;COUNT=2;')),
      '2027-03-02T09:00Z',
    ],
    [
      'blanks in a rule',
      calendar(vevent(...FOR_AN_HOUR, 'RRULE: FREQ=WEEKLY; BYDAY=MO, WE ;COUNT=2')),
      '2027-03-03T09:00Z',
    ],
    [
      'an UNTIL without seconds',
      calendar(vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;UNTIL=20270302T0800Z')),
      '2027-03-02T09:00Z',
    ],
    [
      'blanks and a mark before the text',
      `\ufeff \r\n\t ${calendar(vevent(...FOR_AN_HOUR))}`,
      '2027-03-01T09:00Z',
    ],
    [
      'a comma too many in EXDATE',
      calendar(
        vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;TZID=Europe/Berlin:20270303T090000,'),
      ),
      '2027-03-02T09:00Z',
    ],
    [
      'semicolons between dates',
      calendar(
        vevent(
          ...FOR_AN_HOUR,
          'RRULE:FREQ=DAILY;COUNT=3',
          'EXDATE;TZID=Europe/Berlin:20270303T090000;20270302T090000',
        ),
      ),
      '2027-03-01T09:00Z',
    ],
    [
      'a comma too many in RDATE',
      calendar(vevent(...FOR_AN_HOUR, 'RDATE;TZID=Europe/Berlin:,20270305T090000')),
      '2027-03-05T09:00Z',
    ],
    [
      'blanks before and between dates',
      calendar(
        vevent(
          ...FOR_AN_HOUR,
          'RRULE:FREQ=DAILY;COUNT=3',
          'EXDATE;TZID=Europe/Berlin: 20270303T090000 , 20270302T090000 ',
        ),
      ),
      '2027-03-01T09:00Z',
    ],
    [
      'times in small letters',
      calendar(vevent('DTSTART:20270301t080000z', 'DTEND:20270301t090000z')),
      '2027-03-01T09:00Z',
    ],
    [
      'times with hyphens and colons, and parts of a second',
      calendar(vevent('DTSTART:2027-03-01T08:00:00Z', 'DTEND:20270301T090000.000Z')),
      '2027-03-01T09:00Z',
    ],
    [
      'times with an offset, which holds before any zone',
      calendar(
        'X-WR-TIMEZONE:Asia/Tokyo',
        vevent('DTSTART:20270301T090000+0100', 'DTEND:20270301T020000-08:00'),
      ),
      '2027-03-01T10:00Z',
    ],
    [
      'an UNTIL with an offset',
      calendar(vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;UNTIL=20270303T000000-0800')),
      '2027-03-03T09:00Z',
    ],
    [
      'empty parts of a rule, and empty places in its lists',
      calendar(vevent(...FOR_AN_HOUR, 'RRULE:FREQ=WEEKLY;WKST=;BYSETPOS=;BYDAY=MO,,TU,;COUNT=2')),
      '2027-03-02T09:00Z',
    ],
    [
      'an EXDATE without a zone beside a start that has one',
      calendar(
        'X-WR-TIMEZONE:Asia/Tokyo',
        vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20270303T090000'),
      ),
      '2027-03-02T09:00Z',
    ],
    [
      'an RDATE without a zone beside a start that has one',
      calendar('X-WR-TIMEZONE:Asia/Tokyo', vevent(...FOR_AN_HOUR, 'RDATE:20270305T090000')),
      '2027-03-05T09:00Z',
    ],
    [
      'an exception without a zone in a series that has one',
      calendar(
        'X-WR-TIMEZONE:Asia/Tokyo',
        vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;COUNT=3'),
        vevent('RECURRENCE-ID:20270303T090000', 'DTSTART:20270303T110000', 'DURATION:PT1H'),
      ),
      '2027-03-03T11:00Z',
    ],
    [
      'whole days taken out at midnight in UTC',
      calendar(
        'X-WR-TIMEZONE:Europe/Berlin',
        vevent('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE:20270303T000000Z'),
      ),
      '2027-03-02T23:00Z',
    ],
    [
      'a zone that is defined, and named once more without a definition',
      calendar(
        zone('TZID:Ours'),
        zone('TZID:Ours', []),
        vevent('DTSTART;TZID=Ours:20270301T090000', 'DURATION:PT1H'),
      ),
      '2027-03-01T09:00Z',
    ],
    [
      "a zone as Outlook showed it before, with its offset's dot",
      calendar(
        vevent('DTSTART;TZID="(GMT-06.00) Central Time (US & Canada)":20270701T090000', 'DURATION:PT1H'),
      ),
      '2027-07-01T15:00Z',
    ],
    [
      'whole days until midnight in UTC, west of it',
      calendar(
        'X-WR-TIMEZONE:America/New_York',
        vevent('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;UNTIL=20270303T000000Z'),
      ),
      '2027-03-04T05:00Z',
    ],
    [
      'whole days until midnight of a place in the east',
      calendar(
        'X-WR-TIMEZONE:Europe/Berlin',
        vevent('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;UNTIL=20270302T230000Z'),
      ),
      '2027-03-03T23:00Z',
    ],
    ...['RDATE:20270310T000000Z', 'RDATE;TZID=Europe/Berlin:20270310T000000'].map(
      (line): [string, string, string] => [
        `an extra whole day by the midnight of another place, ${line}`,
        calendar('X-WR-TIMEZONE:America/New_York', vevent('DTSTART;VALUE=DATE:20270301', line)),
        '2027-03-11T05:00Z',
      ],
    ),
    ['an empty end', calendar(vevent(AT_NINE, 'DTEND:', 'DURATION:PT1H')), '2027-03-01T09:00Z'],
    [
      'a blank behind a name',
      calendar(vevent(AT_NINE, 'DTEND ;TZID=Europe/Berlin:20270301T100000', 'RRULE :FREQ=DAILY;COUNT=2')),
      '2027-03-02T09:00Z',
    ],
    [
      'a cancelled event of which only the times make no sense',
      calendar(vevent('DTSTART:someday', 'STATUS:CANCELLED')),
      'no room',
    ],
    ['a duration without its T', calendar(vevent(AT_NINE, 'DURATION:P2H')), '2027-03-01T10:00Z'],
    ['a duration of weeks after a T', calendar(vevent(AT_NINE, 'DURATION:PT1W')), '2027-03-08T08:00Z'],
    ['a duration in small letters', calendar(vevent(AT_NINE, 'DURATION:pt30m')), '2027-03-01T08:30Z'],
    [
      'a duration of nothing beside an end',
      calendar(
        vevent(
          'DTSTART;VALUE=DATE;TZID=Europe/Berlin:20270301',
          'DTEND;VALUE=DATE;TZID=Europe/Berlin:20270304',
          'DURATION:PT0S',
        ),
      ),
      '2027-03-03T23:00Z',
    ],
    [
      'a duration that cannot be read beside an end',
      calendar(vevent(...FOR_AN_HOUR, 'DURATION:an hour')),
      '2027-03-01T09:00Z',
    ],
    [
      'an end before its start beside a duration',
      calendar(vevent(AT_NINE, 'DTEND;TZID=Europe/Berlin:20270228T090000', 'DURATION:PT2H')),
      '2027-03-01T10:00Z',
    ],
    [
      'a duration of nothing of a whole day',
      calendar(vevent('DTSTART;VALUE=DATE;TZID=Europe/Berlin:20270301', 'DURATION:PT0S')),
      '2027-03-01T23:00Z',
    ],
    [
      'an end without a zone beside a start that has one',
      calendar(vevent(AT_NINE, 'DTEND:20270301T100000')),
      '2027-03-01T09:00Z',
    ],
    [
      'a start without a zone beside an end that has one',
      calendar(vevent('DTSTART:20270301T090000', 'DTEND;TZID=Europe/Berlin:20270301T100000')),
      '2027-03-01T09:00Z',
    ],
    [
      'a date that names its zone',
      calendar(vevent('DTSTART;VALUE=DATE;TZID=America/New_York:20270301')),
      '2027-03-02T05:00Z',
    ],
    [
      'a start that the clocks skip',
      calendar(
        vevent('DTSTART;TZID=Europe/Berlin:20270328T023000', 'DTEND;TZID=Europe/Berlin:20270328T031500'),
      ),
      '2027-03-28T02:15Z',
    ],
    [
      'the midnight at the end of a day',
      calendar(vevent(AT_NINE, 'DTEND;TZID=Europe/Berlin:20270301T240000')),
      '2027-03-01T23:00Z',
    ],
    [
      'times without seconds',
      calendar(vevent('DTSTART:20270301T0900Z', 'DTEND:20270301T1030Z')),
      '2027-03-01T10:30Z',
    ],
    [
      'a Windows name in other letters',
      calendar(vevent('DTSTART;TZID=w. europe STANDARD time:20270301T090000')),
      '2027-03-01T08:00Z',
    ],
    [
      'a name with a blank before it',
      calendar(zone('TZID: Our Own'), vevent('DTSTART;TZID= Our Own:20270701T090000')),
      '2027-07-01T07:00Z',
    ],
    [
      'a definition without a name beside UTC',
      calendar(zone('X-NAME:none'), vevent('DTSTART:20270301T090000Z')),
      '2027-03-01T09:00Z',
    ],
    [
      'a definition of nothing under a Windows name',
      calendar(
        zone('TZID:Romance Standard Time', []),
        vevent('DTSTART;TZID=Romance Standard Time:20270301T090000'),
      ),
      '2027-03-01T08:00Z',
    ],
    [
      'a definition of nothing that X-WR-TIMEZONE names',
      calendar('X-WR-TIMEZONE:Own', zone('TZID:Own', []), vevent('DTSTART:20270301T090000Z')),
      '2027-03-01T09:00Z',
    ],
    [
      'the one zone that is defined, for a time without one',
      calendar(zone('TZID:Own'), vevent('DTSTART:20270701T090000')),
      '2027-07-01T07:00Z',
    ],
    [
      "Outlook's cities",
      calendar(vevent('DTSTART;TZID="(UTC+01:00) Amsterdam, Berlin, Bern":20270701T090000')),
      '2027-07-01T07:00Z',
    ],
    [
      "Outlook's regions",
      calendar(vevent('DTSTART;TZID="(UTC-05:00) Eastern Time (US & Canada)":20270701T090000')),
      '2027-07-01T13:00Z',
    ],
    [
      "a place of Outlook's that nobody knows, by its winter",
      calendar(vevent('DTSTART;TZID="(UTC+01:00) Middle Earth":20270701T090000')),
      '2027-07-01T08:00Z',
    ],
    [
      'a day taken out of whole days by another clock',
      calendar(
        vevent(
          'DTSTART;VALUE=DATE;TZID=America/New_York:20270301',
          'RRULE:FREQ=DAILY;COUNT=3',
          'EXDATE;TZID=Europe/Berlin:20270303T000000',
        ),
      ),
      '2027-03-03T05:00Z',
    ],
  ])('%s', async (_, text, until) => {
    expect(await neededUntil(text)).toBe(until);
  });

  test('a zone that is unknown to all but the event, by the zone beside it', async () => {
    const event = { id: 'AAMk=', subject: 'Budget', lastModifiedDateTime: '2027-01-04T08:00:00Z' };
    const time = (text: string) => ({ dateTime: text, timeZone: 'tzone://Microsoft/Utc-ish' });
    const times = { start: time('2027-03-01T09:00:00'), end: time('2027-03-01T10:00:00') };
    const [request] = await calendarRequests({ timeZone: 'Europe/Berlin', event: { ...event, ...times } });
    expect(request?.spec?.expiresAt).toBe(Date.parse('2027-03-01T09:00:00Z'));
    await expect(calendarRequests({ event: { ...event, ...times } })).rejects.toThrow(
      'its time zone must be',
    );
  });

  test.each([
    ['an empty rule', ['RRULE:'], '2027-03-01T10:00Z'],
    [
      'semicolons and empty lists',
      [
        'RRULE:FREQ=DAILY;COUNT=3;',
        'EXDATE;TZID=Europe/Berlin:',
        'EXDATE;TZID=Europe/Berlin:20270303T100000,',
      ],
      '2027-03-02T10:00Z',
    ],
  ])("%s among Google's lines", async (_, recurrence, until) => {
    const time = (hour: number) => ({
      dateTime: `2027-03-01T${hour}:00:00+01:00`,
      timeZone: 'Europe/Berlin',
    });
    const event = { kind: 'calendar#event', id: 'g1', start: time(10), end: time(11), recurrence };
    const [request] = await calendarRequests({ event });
    expect(request?.spec?.expiresAt).toBe(Date.parse(until));
  });
});

describe('a part that can only shorten is left out where it cannot be read', () => {
  test.each([
    ['EXDATE', 'EXDATE:tomorrow'],
    ['EXDATE in an unknown zone', 'EXDATE;TZID=Nowhere Land:20270302T090000'],
    ['EXDATE with more than a time', 'EXDATE;TZID=Europe/Berlin:20270302T0900001'],
    ['EXRULE', 'EXRULE:FREQ=FORTNIGHTLY'],
  ])('%s', async (_, line) => {
    const text = calendar(vevent(...FOR_AN_HOUR, 'RRULE:FREQ=DAILY;COUNT=2', line));
    expect(await neededUntil(text)).toBe('2027-03-02T09:00Z');
    expect(await warningsOf(text)).toContain('left out: ');
  });

  test('an EXDATE by an unknown clock', async () => {
    const text = calendar(
      vevent(
        'DTSTART:20270301T080000Z',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;COUNT=2',
        'EXDATE:20270302T080000',
      ),
    );
    expect(await neededUntil(text)).toBe('2027-03-02T09:00Z');
    expect(await warningsOf(text)).toContain('left out: EXDATE: 2027-03-02T08:00:00 is a local time');
  });

  test.each([
    'RDATE:tomorrow',
    'RDATE:20270305T0900001',
    'RDATE;VALUE=PERIOD:20270305T090000Z/20270305T080000Z',
    'RRULE:FREQ=FORTNIGHTLY',
    'RRULE:FREQ=DAILY;UNTIL=20270305T090000+1',
  ])('but a part that lengthens is not: %s', async (line) => {
    await expect(read(calendar(vevent(...FOR_AN_HOUR, line)))).rejects.toThrow(RequestRefusedError);
  });

  test.each(['RRULE;FREQ=DAILY', 'RDATE;TZID="Europe/Berlin:20270305T090000', 'DURATION;PT2H'])(
    'nor is a line without a value that can be found: %s',
    async (line) => {
      await expect(read(calendar(vevent(AT_NINE, line)))).rejects.toThrow(RequestRefusedError);
    },
  );

  test('nor is a time with something behind it that would be lost', async () => {
    const zone = { timeZone: 'Asia/Tokyo' };
    for (const start of ['20270301T090000 EST', '20270301T0900003', '20270301T090000+1']) {
      const text = calendar(vevent(`DTSTART:${start}`, 'DURATION:PT1H'));
      await expect(read(text, zone)).rejects.toThrow('DTSTART: must be a date or a time');
    }
  });
});

describe('one bad exception does not take its series with it', () => {
  const series = vevent('DTSTART:20270301T090000Z', 'DTEND:20270301T100000Z', 'RRULE:FREQ=WEEKLY;COUNT=10');
  const exception = (...lines: string[]) =>
    calendar(series, vevent('RECURRENCE-ID:20270503T090000Z', ...lines));

  test.each<[string, string[], string]>([
    [
      'that ends before it starts',
      ['DTSTART:20270504T090000Z', 'DTEND:20270503T100000Z'],
      '2027-05-04T10:00Z',
    ],
    [
      'in an unknown zone',
      ['DTSTART;TZID=Nowhere:20270504T090000', 'DTEND;TZID=Nowhere:20270504T110000'],
      '2027-05-04T11:00Z',
    ],
    [
      'that is moved to an earlier end by a guess',
      ['DTSTART;TZID=Nowhere:20270502T090000'],
      '2027-05-03T10:00Z',
    ],
    ['with a duration of nothing', ['DTSTART:20270504T090000Z', 'DURATION:PT0S'], '2027-05-04T10:00Z'],
    [
      'with an end that cannot be read',
      ['DTSTART:20270504T090000Z', 'DTEND:20270504T10:00late'],
      '2027-05-04T10:00Z',
    ],
    ['that ends as it starts', ['DTSTART:20270504T090000Z', 'DTEND:20270504T090000Z'], '2027-05-04T10:00Z'],
    ['that is cancelled at no time', ['DTSTART:someday', 'STATUS:CANCELLED'], '2027-04-26T10:00Z'],
    ['with a quote that is not closed', ['DTSTART;TZID="Nowhere:20270504T090000'], '2027-05-03T10:00Z'],
    ['without a start', ['SUMMARY:Other'], '2027-05-03T10:00Z'],
    ['on no day of the calendar', ['DTSTART:20270231T090000Z'], '2027-05-03T10:00Z'],
  ])('%s', async (_, lines, until) => {
    expect(await neededUntil(exception(...lines))).toBe(until);
  });

  test('each of several for the same reason', async () => {
    const early = (day: string) =>
      vevent(`RECURRENCE-ID:${day}T090000Z`, 'DTSTART;TZID=Nowhere:20270420T090000', 'DURATION:PT1H');
    expect(await neededUntil(calendar(series, early('20270426'), early('20270503')))).toBe(
      '2027-05-03T10:00Z',
    );
  });

  test('nor what follows it', async () => {
    const following = (...lines: string[]) =>
      calendar(series, vevent('RECURRENCE-ID;RANGE=THISANDFUTURE:20270426T090000Z', ...lines));
    const earlier = ['DTSTART:20270426T080000Z', 'DTEND:20270426T070000Z'];
    expect(await neededUntil(following(...earlier))).toBe('2027-05-03T10:00Z');
    const later = ['DTSTART;TZID=Nowhere:20270426T110000', 'DURATION:PT30M'];
    expect(await neededUntil(following(...later))).toBe('2027-05-03T12:00Z');
  });

  test('and is told as a warning', async () => {
    expect(await warningsOf(exception('DTSTART:20270231T090000Z'))).toContain('left out: DTSTART');
  });

  test('whatever names the occurrence', async () => {
    for (const name of ['RECURRENCE-ID:someday', 'RECURRENCE-ID;TZID="Nowhere:20270503T090000']) {
      const bad = vevent(name, 'DTSTART:20270204T090000Z', 'SEQUENCE:3');
      expect(await neededUntil(calendar(series, bad))).toBe('2027-05-03T10:00Z');
    }
    const several = vevent('DTSTART:20270115T090000Z', 'RRULE:FREQ=DAILY;BYHOUR=9,15;COUNT=4');
    const ofDay = vevent('RECURRENCE-ID;VALUE=DATE:20270116', 'STATUS:CANCELLED');
    expect(await neededUntil(calendar(several, ofDay))).toBe('2027-01-16T15:00Z');
  });

  test('but one that is told of alone is refused, and changes nothing', async () => {
    const alone = vevent(
      'RECURRENCE-ID:20270503T090000Z',
      'DTSTART:20270504T090000Z',
      'DTEND:20270503T100000Z',
    );
    await expect(read(calendar(alone))).rejects.toThrow('DTEND: must not be before DTSTART');
  });
});

describe('of several events with one UID', () => {
  const on = (day: string, ...lines: string[]) =>
    vevent(`DTSTART:202703${day}T090000Z`, 'DURATION:PT1H', ...lines);

  test.each<[string, string[], string]>([
    [
      'the higher SEQUENCE counts, where it stands first',
      [on('05', 'SEQUENCE:2'), on('20', 'SEQUENCE:1')],
      '2027-03-05T10:00Z',
    ],
    [
      'the higher SEQUENCE counts, where it stands last',
      [on('20', 'SEQUENCE:1'), on('05', 'SEQUENCE:2')],
      '2027-03-05T10:00Z',
    ],
    ['the latest end counts among equals, where it stands first', [on('20'), on('05')], '2027-03-20T10:00Z'],
    ['the latest end counts among equals, where it stands last', [on('05'), on('20')], '2027-03-20T10:00Z'],
    [
      'one of a lower SEQUENCE need not make sense',
      [vevent('DTSTART:someday', 'SEQUENCE:1'), on('05', 'SEQUENCE:2')],
      '2027-03-05T10:00Z',
    ],
    ['an endless one ends last', [on('05', 'RRULE:FREQ=DAILY'), on('20')], 'for ever'],
  ])('%s', async (_, events, until) => {
    expect(await neededUntil(calendar(...events))).toBe(until);
  });

  test('the same holds for what is said twice of one occurrence', async () => {
    const moved = (day: string, sequence: number) =>
      vevent(
        'RECURRENCE-ID:20270301T090000Z',
        `DTSTART:202703${day}T090000Z`,
        'DURATION:PT1H',
        `SEQUENCE:${sequence}`,
      );
    const series = vevent('DTSTART:20270301T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=2');
    for (const [one, other, until] of [
      [moved('25', 1), moved('20', 0), '2027-03-25T10:00Z'],
      [moved('20', 2), moved('25', 1), '2027-03-20T10:00Z'],
      [moved('25', 0), moved('20', 0), '2027-03-25T10:00Z'],
    ] as const) {
      expect(await neededUntil(calendar(series, one, other))).toBe(until);
      expect(await neededUntil(calendar(series, other, one))).toBe(until);
    }
  });
});

describe('what a row has no place for never shortens a room', () => {
  const day = (number: number) =>
    new Date(Date.UTC(2027, 2, 1 + number, 9)).toISOString().replace(/[-:]|\.\d+/g, '');
  const daily = vevent(`DTSTART:${day(0)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=90');
  const moved = (number: number, to: string) =>
    vevent(`RECURRENCE-ID:${day(number)}`, `DTSTART:${to}`, 'DURATION:PT1H');
  const off = (number: number) =>
    vevent(`RECURRENCE-ID:${day(number)}`, `DTSTART:${day(number)}`, 'STATUS:CANCELLED');
  const endOf = (number: number) =>
    `${new Date(Date.UTC(2027, 2, 1 + number, 10)).toISOString().slice(0, 16)}Z`;
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  test.each([33, 60, 89])('a daily series of 90 whose last %i are cancelled, in one text', async (count) => {
    const text = calendar(daily, moved(0, day(0)), ...numbers(90 - count, 90).map(off));
    expect(await neededUntil(text)).toBe(endOf(90 - count - 1));
  });

  test.each([33, 60, 80])(
    'a daily series of 90 whose last %i are cancelled, one message each',
    async (count) => {
      const time = (number: number, hour: number) => ({
        dateTime: `${new Date(Date.UTC(2027, 2, 1 + number, hour)).toISOString()}`,
      });
      const series = {
        kind: 'calendar#event',
        id: 's',
        sequence: 0,
        start: time(0, 9),
        end: time(0, 10),
        recurrence: ['RRULE:FREQ=DAILY;COUNT=90'],
      };
      const one = (number: number, more: object) => ({
        kind: 'calendar#event',
        id: `s_${day(number)}`,
        recurringEventId: 's',
        originalStartTime: time(number, 9),
        ...more,
      });
      const early = one(1, { status: 'confirmed', sequence: 0, start: time(1, 12), end: time(1, 13) });
      const events = [
        series,
        early,
        ...numbers(90 - count, 90).map((number) => one(number, { status: 'cancelled', sequence: 0 })),
      ];
      let memory: Parameters<typeof mergeUpdate>[0];
      for (const event of events) {
        const [request] = await calendarRequests({ event });
        memory = mergeUpdate(memory, request?.news ?? { occurrences: [] });
      }
      const needed = memory && requiredUntil(memory);
      expect(needed).toMatchObject({ until: Date.parse(endOf(90 - count - 1).replace('Z', ':00Z')) });
    },
  );

  test('200 exceptions, the first of which was moved behind all others', async () => {
    const long = vevent(`DTSTART:${day(0)}`, 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=250');
    const exceptions = numbers(1, 200).map((number) => moved(number, day(number)));
    const text = calendar(long, moved(0, day(300)), ...exceptions);
    expect(await neededUntil(text)).toBe(endOf(300));
  });
});

describe('Google and Microsoft Graph', () => {
  type Time = Readonly<{ dateTime?: string; date?: string; timeZone?: string }>;
  const ZONE = 'Europe/Berlin';
  const at = (dateTime: string, timeZone: string | undefined = ZONE): Time => ({
    dateTime,
    ...(timeZone && { timeZone }),
  });
  const google = (start: Time, end: Time, more: object = {}) => ({
    kind: 'calendar#event',
    id: 'g1',
    updated: '2027-01-01T00:00:00Z',
    start,
    end,
    ...more,
  });
  const graph = (start: Time, end: Time, more: object = {}) => ({
    id: 'm1',
    subject: 'Planning',
    lastModifiedDateTime: '2027-01-01T00:00:00Z',
    start,
    end,
    ...more,
  });
  const NINE = at('2027-03-01T09:00:00');
  const TEN = at('2027-03-01T10:00:00');

  async function endOf(detail: object): Promise<string> {
    const [request] = await calendarRequests(detail);
    return new Date(request?.spec?.expiresAt ?? 0).toISOString().replace(':00.000Z', 'Z');
  }

  test.each([
    ['Google', google],
    ['Graph', graph],
  ])('%s: a start that the clocks skip or show twice does not shorten what it starts', async (_, event) => {
    const skipped = event(at('2027-03-28T02:30:00'), at('2027-03-28T03:15:00'));
    expect(await endOf(skipped)).toBe('2027-03-28T02:15Z');
    const second = event(at('2027-10-31T02:30:00+01:00'), at('2027-10-31T03:30:00+01:00'));
    expect(await endOf(second)).toBe('2027-10-31T02:30Z');
    await expect(endOf(event(TEN, NINE))).rejects.toThrow('event.end: must not be before event.start');
  });

  test('an end without a zone goes by that of its start', async () => {
    expect(await endOf(google(NINE, { dateTime: '2027-03-01T10:00:00' }))).toBe('2027-03-01T09:00Z');
    expect(await endOf(graph(NINE, { dateTime: '2027-03-01T10:00:00' }))).toBe('2027-03-01T09:00Z');
  });

  test('a date that ends before it starts is refused', async () => {
    const backwards = google({ date: '2027-03-02' }, { date: '2027-03-01' });
    await expect(endOf({ event: backwards, timeZone: ZONE })).rejects.toThrow(
      'event.end: must not be before',
    );
  });

  describe('a bad exception of Graph does not take its series with it', () => {
    const series = (exceptionOccurrences: unknown[], cancelledOccurrences: string[] = []) =>
      graph(NINE, TEN, {
        type: 'seriesMaster',
        recurrence: {
          pattern: { type: 'daily', interval: 1 },
          range: {
            type: 'numbered',
            startDate: '2027-03-01',
            numberOfOccurrences: 3,
            recurrenceTimeZone: ZONE,
          },
        },
        exceptionOccurrences,
        cancelledOccurrences,
      });
    const exception = (start: Time, end: Time) =>
      graph(start, end, { id: 'm1-3', seriesMasterId: 'm1', originalStart: '2027-03-03T08:00:00Z' });

    test.each<[string, unknown, string]>([
      [
        'that ends before it starts',
        exception(at('2027-03-03T15:00:00'), at('2027-03-03T14:00:00')),
        '2027-03-03T15:00Z',
      ],
      [
        'in an unknown zone',
        exception(at('2027-03-03T15:00:00', 'Nowhere'), at('2027-03-03T16:00:00', 'Nowhere')),
        '2027-03-03T15:00Z',
      ],
      [
        'that is moved to an earlier end by a guess',
        exception(at('2027-03-02T15:00:00', 'Nowhere'), at('2027-03-02T16:00:00', 'Nowhere')),
        '2027-03-03T09:00Z',
      ],
      [
        'without a length',
        exception(at('2027-03-03T15:00:00'), at('2027-03-03T15:00:00')),
        '2027-03-03T15:00Z',
      ],
      ['that is none', null, '2027-03-03T09:00Z'],
    ])('%s', async (_, bad, until) => {
      expect(await endOf(series([bad]))).toBe(until);
    });

    test('nor does a cancelled day that cannot be read', async () => {
      const cancelled = ['OID.m1.someday', '', 'OID.m1.2027-03-03'];
      expect(await endOf(series([], cancelled))).toBe('2027-03-02T09:00Z');
    });
  });

  test('a deleted event of Graph is known by its id alone', async () => {
    for (const detail of [{ id: 'm1' }, { id: 'm1', calendarId: 'team' }, { event: { id: 'm1' } }]) {
      const [request] = await calendarRequests(detail, { type: 'Cancelled' });
      expect(request).toMatchObject({ action: 'cancel', key: expect.stringMatching(/^graph:(team)?:m1$/) });
    }
    await expect(calendarRequests({ id: 'm1' })).rejects.toThrow('event.start: is missing');
  });
});

describe('cal.com', () => {
  const booking = (uid: string, more: object = {}) => ({
    uid,
    title: 'Office hour',
    startTime: '2027-03-01T09:00:00Z',
    endTime: '2027-03-01T10:00:00Z',
    organizer: { name: 'Host H', email: 'host@example.org' },
    attendees: [{ name: 'A A', email: 'a@example.org' }],
    ...more,
  });

  /** Until when each room is needed, once all webhooks were read. */
  async function roomsAfter(...webhooks: readonly (readonly [trigger: string, payload: object])[]) {
    const rows = new Map<string, ReturnType<typeof mergeUpdate>>();
    for (const [index, [trigger, payload]] of webhooks.entries()) {
      const createdAt = new Date(Date.UTC(2027, 0, 4, 8, index)).toISOString();
      for (const { key, news } of await calendarRequests({
        triggerEvent: `BOOKING_${trigger}`,
        createdAt,
        payload,
      })) {
        if (news) rows.set(key, mergeUpdate(rows.get(key), news));
      }
    }
    const needs = [...rows].map(([key, memory]) => [key, requiredUntil(memory)] as const);
    return Object.fromEntries(
      needs.flatMap(([key, needed]) =>
        needed === 'none' ? [] : [[key, new Date(needed.until ?? 0).toISOString()]],
      ),
    );
  }

  const END = '2027-03-01T10:00:00.000Z';

  test('an attendee who gives up a seat ends no room, and the cancelled booking does', async () => {
    const seated = booking('s', { seatsPerTimeSlot: 5, attendees: [{ name: 'Ann' }, { name: 'Ben' }] });
    const seat = { ...seated, attendees: [{ name: 'Ben', id: 2, bookingId: 7 }], status: 'CANCELLED' };
    expect(await roomsAfter(['CREATED', seated], ['CANCELLED', seat])).toEqual({ 'cal.com::s': END });
    const whole = { ...seated, cancelledBy: 'host@example.org', status: 'CANCELLED' };
    expect(await roomsAfter(['CREATED', seated], ['CANCELLED', whole])).toEqual({});
    expect(await roomsAfter(['CREATED', seated], ['CANCELLED', { ...seated, status: 'CANCELLED' }])).toEqual(
      {},
    );
  });

  test.each(['ann@example.org', 'ANN@Example.org'])(
    'an attendee who gives up a seat may be named as who cancelled it: %s',
    async (cancelledBy) => {
      const seated = booking('s', { seatsPerTimeSlot: 5, attendees: [{ email: 'ann@example.org' }] });
      expect(await roomsAfter(['CREATED', seated], ['CANCELLED', { ...seated, cancelledBy }])).toEqual({
        'cal.com::s': END,
      });
      const unnamed = { ...seated, attendees: null };
      expect(await roomsAfter(['CREATED', seated], ['CANCELLED', unnamed])).toEqual({ 'cal.com::s': END });
    },
  );

  test('an attendee who takes a seat at another time leaves the room to the others', async () => {
    const seated = booking('s', { seatsPerTimeSlot: 5, attendees: [{ name: 'Ann' }, { name: 'Ben' }] });
    const moved = { ...seated, uid: 't', rescheduleUid: 's' };
    const seat = { ...moved, attendees: [{ name: 'Ben' }] };
    expect(await roomsAfter(['CREATED', seated], ['RESCHEDULED', seat])).toEqual({
      'cal.com::s': END,
      'cal.com::t': END,
    });
    expect(await roomsAfter(['CREATED', seated], ['RESCHEDULED', moved])).toEqual({ 'cal.com::t': END });
  });

  test.each(['', ' '])('an empty iCalUID is none: "%s"', async (iCalUID) => {
    expect(await roomsAfter(['CREATED', booking('a', { iCalUID })], ['CANCELLED', booking('a')])).toEqual({});
    expect(await roomsAfter(['CREATED', booking('a')], ['CANCELLED', booking('a', { iCalUID })])).toEqual({});
  });

  test('a cancellation under the first id ends what was rescheduled without it', async () => {
    const first = booking('a', { iCalUID: 'a@cal.com' });
    const second = booking('b', {
      rescheduleUid: 'a',
      startTime: '2027-03-05T09:00:00Z',
      endTime: '2027-03-05T10:00:00Z',
    });
    expect(await roomsAfter(['CREATED', first], ['RESCHEDULED', second])).toEqual({
      'cal.com::b': '2027-03-05T10:00:00.000Z',
    });
    const third = booking('b', { iCalUID: 'a@cal.com' });
    expect(await roomsAfter(['CREATED', first], ['RESCHEDULED', second], ['CANCELLED', third])).toEqual({});
    const again = booking('c', { iCalUID: 'a@cal.com', rescheduleUid: 'b' });
    expect(await roomsAfter(['CREATED', first], ['RESCHEDULED', second], ['RESCHEDULED', again])).toEqual({
      'cal.com::a': END,
    });
  });

  test('a domain of their own is as good as that of cal.com; the id of another calendar stays whole', async () => {
    const own = booking('a', { iCalUID: 'a@book.acme.example' });
    expect(await roomsAfter(['CREATED', own], ['RESCHEDULED', booking('b', { rescheduleUid: 'a' })])).toEqual(
      { 'cal.com::b': END },
    );
    expect(await roomsAfter(['CREATED', booking('a', { iCalUID: 'x1@google.com' })])).toEqual({
      'cal.com::x1@google.com': END,
    });
  });

  test('bookings that recur share a room, which one webhook ends from a booking on', async () => {
    const recurringEvent = { freq: 2, count: 3, interval: 1 };
    const on = (day: number) =>
      booking(`r${day}`, {
        recurringEvent,
        startTime: `2027-03-0${day}T09:00:00Z`,
        endTime: `2027-03-0${day}T10:00:00Z`,
      });
    const created = [1, 2, 3].map((day) => ['CREATED', on(day)] as const);
    expect(Object.values(await roomsAfter(...created))).toEqual(['2027-03-03T10:00:00.000Z']);
    expect(Object.values(await roomsAfter(...created, ['CANCELLED', on(2)]))).toEqual([END]);
    expect(await roomsAfter(...created, ['CANCELLED', on(1)])).toEqual({});
    // one of them alone is cancelled without `recurringEvent`: the room stays for the others
    expect(
      Object.values(await roomsAfter(...created, ['CANCELLED', { ...on(1), recurringEvent: undefined }])),
    ).toEqual(['2027-03-03T10:00:00.000Z']);
  });
});
