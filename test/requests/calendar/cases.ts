import { calendar, vevent } from './texts.ts';

/** A clock of its own making: the rules of the European Union under a name that nobody knows. */
const OWN_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Head Office',
  'BEGIN:STANDARD',
  'DTSTART:16011028T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010325T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
].join('\r\n');

function fixedZone(name: string, offset: string): string {
  return [
    'BEGIN:VTIMEZONE',
    `TZID:${name}`,
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    'END:STANDARD',
    'END:VTIMEZONE',
  ].join('\r\n');
}

/** The rules of the United States before and since 2007, the older with its end. */
const AMERICAN_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Branch',
  'BEGIN:DAYLIGHT',
  'DTSTART:19870405T020000',
  'TZOFFSETFROM:-0500',
  'TZOFFSETTO:-0400',
  'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z',
  'END:DAYLIGHT',
  'BEGIN:DAYLIGHT',
  'DTSTART:20070311T020000',
  'TZOFFSETFROM:-0500',
  'TZOFFSETTO:-0400',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
  'END:DAYLIGHT',
  'BEGIN:STANDARD',
  'DTSTART:19671029T020000',
  'TZOFFSETFROM:-0400',
  'TZOFFSETTO:-0500',
  'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z',
  'END:STANDARD',
  'BEGIN:STANDARD',
  'DTSTART:20071104T020000',
  'TZOFFSETFROM:-0400',
  'TZOFFSETTO:-0500',
  'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n');

/** The same as `OWN_ZONE`, but summer time comes for the last time in 2027. */
const LAST_SUMMER = OWN_ZONE.replace('Head Office', 'Old Office').replace(
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
  'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20270328T010000Z',
);

/** A clock that was changed once, on a day that is named. */
const DATED_ZONE = [
  'BEGIN:VTIMEZONE',
  'TZID:Island',
  'BEGIN:STANDARD',
  'DTSTART:20260101T000000',
  'TZOFFSETFROM:-1000',
  'TZOFFSETTO:-1000',
  'END:STANDARD',
  'BEGIN:STANDARD',
  'DTSTART:20270601T000000',
  'TZOFFSETFROM:-1000',
  'TZOFFSETTO:+1400',
  'RDATE:20270601T000000',
  'END:STANDARD',
  'END:VTIMEZONE',
].join('\r\n');

const BERLIN = 'DTSTART;TZID=Europe/Berlin';
const IN_BERLIN = 'X-WR-TIMEZONE:Europe/Berlin';
const HOUR = 'DURATION:PT1H';

/** The examples of RFC 5545 are in New York, where the clocks were set back on 26 October 1997. */
const rfc = (start: string, ...lines: string[]) =>
  calendar(vevent(`DTSTART;TZID=America/New_York:${start}T090000`, HOUR, ...lines));

/** Fridays at nine, UTC, from 15 January 2027. */
const utc = (...lines: string[]) => calendar(vevent('DTSTART:20270115T090000Z', HOUR, ...lines));

/** Fridays at ten in Berlin, from 15 January 2027; summer time begins on 28 March. */
const berlin = (...lines: string[]) => calendar(vevent(`${BERLIN}:20270115T100000`, HOUR, ...lines));

export type Case = readonly [title: string, text: string, until: string];

export const SINGLE: readonly Case[] = [
  [
    'a time in UTC',
    calendar(vevent('DTSTART:20270115T100000Z', 'DTEND:20270115T103000Z')),
    '2027-01-15T10:30Z',
  ],
  ['a zone in winter', calendar(vevent(`${BERLIN}:20270115T100000`, HOUR)), '2027-01-15T10:00Z'],
  ['a zone in summer', calendar(vevent(`${BERLIN}:20270701T100000`, HOUR)), '2027-07-01T09:00Z'],
  [
    'a day by the calendar, while the clocks go forward',
    calendar(vevent(`${BERLIN}:20270327T120000`, 'DURATION:P1D')),
    '2027-03-28T10:00Z',
  ],
  [
    '24 hours, while the clocks go forward',
    calendar(vevent(`${BERLIN}:20270327T120000`, 'DURATION:PT24H')),
    '2027-03-28T11:00Z',
  ],
  ['a week and a half', calendar(vevent('DTSTART:20270115T100000Z', 'DURATION:P1W')), '2027-01-22T10:00Z'],
  [
    'an end in another zone',
    calendar(vevent(`${BERLIN}:20270115T100000`, 'DTEND;TZID=America/New_York:20270115T050000')),
    '2027-01-15T10:00Z',
  ],
  ['no end at all', calendar(vevent('DTSTART:20270115T100000Z')), '2027-01-15T10:00Z'],
  ['a day', calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270115')), '2027-01-15T23:00Z'],
  [
    'three days',
    calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270115', 'DTEND;VALUE=DATE:20270118')),
    '2027-01-17T23:00Z',
  ],
  [
    'a day that ends on itself',
    calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270115', 'DTEND;VALUE=DATE:20270115')),
    '2027-01-15T23:00Z',
  ],
  [
    'two days while the clocks go forward',
    calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270327', 'DTEND;VALUE=DATE:20270329')),
    '2027-03-28T22:00Z',
  ],
  ['a date that is not marked as one', calendar(IN_BERLIN, vevent('DTSTART:20270115')), '2027-01-15T23:00Z'],
  [
    'a floating time of a calendar with a zone',
    calendar('X-WR-TIMEZONE:America/New_York', vevent('DTSTART:20270115T090000', HOUR)),
    '2027-01-15T15:00Z',
  ],
  [
    'an hour that does not exist',
    calendar(vevent(`${BERLIN}:20270328T023000`, 'DURATION:PT30M')),
    '2027-03-28T02:00Z',
  ],
  [
    'an hour that comes twice',
    calendar(vevent(`${BERLIN}:20271031T023000`, 'DURATION:PT30M')),
    '2027-10-31T01:00Z',
  ],
  [
    'an end in an hour that comes twice',
    calendar(vevent(`${BERLIN}:20271031T021500`, 'DTEND;TZID=Europe/Berlin:20271031T024500')),
    '2027-10-31T00:45Z',
  ],
  [
    'a night in which the clocks are set back',
    calendar(vevent(`${BERLIN}:20271031T013000`, 'DTEND;TZID=Europe/Berlin:20271031T033000')),
    '2027-10-31T02:30Z',
  ],
  [
    'a Windows zone in winter',
    calendar(vevent('DTSTART;TZID=W. Europe Standard Time:20270115T100000', HOUR)),
    '2027-01-15T10:00Z',
  ],
  [
    'a Windows zone in summer',
    calendar(vevent('DTSTART;TZID=Eastern Standard Time:20270701T090000', HOUR)),
    '2027-07-01T14:00Z',
  ],
  [
    'a defined zone in winter',
    calendar(OWN_ZONE, vevent('DTSTART;TZID=Head Office:20270115T100000', HOUR)),
    '2027-01-15T10:00Z',
  ],
  [
    'a defined zone in summer',
    calendar(OWN_ZONE, vevent('DTSTART;TZID=Head Office:20270701T100000', HOUR)),
    '2027-07-01T09:00Z',
  ],
  [
    'a defined zone in the year 2099',
    calendar(OWN_ZONE, vevent('DTSTART;TZID=Head Office:20990701T100000', HOUR)),
    '2099-07-01T09:00Z',
  ],
  [
    'the last summer of a defined zone',
    calendar(LAST_SUMMER, vevent('DTSTART;TZID=Old Office:20270701T100000', HOUR)),
    '2027-07-01T09:00Z',
  ],
  [
    'the summer after it',
    calendar(LAST_SUMMER, vevent('DTSTART;TZID=Old Office:20280701T100000', HOUR)),
    '2028-07-01T10:00Z',
  ],
  [
    'an hour that does not exist in a defined zone',
    calendar(OWN_ZONE, vevent('DTSTART;TZID=Head Office:20270328T023000', HOUR)),
    '2027-03-28T02:30Z',
  ],
  [
    'a defined zone without changes',
    calendar(fixedZone('Plant', '+0330'), vevent('DTSTART;TZID=Plant:20270115T100000', HOUR)),
    '2027-01-15T07:30Z',
  ],
  [
    'a defined zone with older rules that ended',
    calendar(AMERICAN_ZONE, vevent('DTSTART;TZID=Branch:20270320T090000', HOUR)),
    '2027-03-20T14:00Z',
  ],
  [
    'the older rules while they held',
    calendar(AMERICAN_ZONE, vevent('DTSTART;TZID=Branch:20060320T090000', HOUR)),
    '2006-03-20T15:00Z',
  ],
  [
    'the last summer of the older rules',
    calendar(AMERICAN_ZONE, vevent('DTSTART;TZID=Branch:20060501T090000', HOUR)),
    '2006-05-01T14:00Z',
  ],
  [
    'a change on a named day, before it',
    calendar(DATED_ZONE, vevent('DTSTART;TZID=Island:20270501T090000', HOUR)),
    '2027-05-01T20:00Z',
  ],
  [
    'a change on a named day, after it',
    calendar(DATED_ZONE, vevent('DTSTART;TZID=Island:20270701T090000', HOUR)),
    '2027-06-30T20:00Z',
  ],
  [
    'a Windows name with a definition of its own',
    calendar(
      fixedZone('Pacific Standard Time', '+0000'),
      vevent('DTSTART;TZID=Pacific Standard Time:20270115T100000', HOUR),
    ),
    '2027-01-15T11:00Z',
  ],
  [
    'a name whose definition hides its commas',
    calendar(
      OWN_ZONE.replace('Head Office', '(UTC+01:00) Berlin\\, Bern\\, Rome'),
      vevent('DTSTART;TZID="(UTC+01:00) Berlin, Bern, Rome":20270701T100000', HOUR),
    ),
    '2027-07-01T09:00Z',
  ],
  [
    'a parameter in small letters',
    calendar(OWN_ZONE, vevent('DTSTART;tzid=Head Office:20270701T100000', HOUR)),
    '2027-07-01T09:00Z',
  ],
  [
    'an abbreviation that means something else elsewhere',
    calendar(fixedZone('BST', '+0100'), vevent('DTSTART;TZID=BST:20270701T100000', HOUR)),
    '2027-07-01T10:00Z',
  ],
  [
    "an abbreviation of IANA's, with summer time as the calendar defines it",
    calendar(OWN_ZONE.replace('Head Office', 'EST'), vevent('DTSTART;TZID=EST:20270701T100000', HOUR)),
    '2027-07-01T09:00Z',
  ],
  [
    "a vendor's prefix",
    calendar(vevent('DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20270115T100000', HOUR)),
    '2027-01-15T10:00Z',
  ],
  [
    'a quoted name',
    calendar(vevent('DTSTART;TZID="Europe/Berlin":20270115T100000', HOUR)),
    '2027-01-15T10:00Z',
  ],
  [
    'an offset for a name',
    calendar(vevent('DTSTART;TZID=GMT+0530:20270115T100000', HOUR)),
    '2027-01-15T05:30Z',
  ],
  [
    'half an hour beside the rest of the world',
    calendar(vevent('DTSTART;TZID=Asia/Kolkata:20270115T100000', HOUR)),
    '2027-01-15T05:30Z',
  ],
  [
    'summer time by half an hour',
    calendar(vevent('DTSTART;TZID=Australia/Lord_Howe:20270115T100000', HOUR)),
    '2027-01-15T00:00Z',
  ],
  [
    'three quarters of an hour',
    calendar(vevent('DTSTART;TZID=Pacific/Chatham:20270701T100000', HOUR)),
    '2027-06-30T22:15Z',
  ],
];

export const RULES: readonly Case[] = [
  ['ten days', utc('RRULE:FREQ=DAILY;COUNT=10'), '2027-01-24T10:00Z'],
  ['every third day', utc('RRULE:FREQ=DAILY;INTERVAL=3;COUNT=4'), '2027-01-24T10:00Z'],
  ['until a start', utc('RRULE:FREQ=DAILY;UNTIL=20270120T090000Z'), '2027-01-20T10:00Z'],
  ['until a second before a start', utc('RRULE:FREQ=DAILY;UNTIL=20270120T085959Z'), '2027-01-19T10:00Z'],
  ['until a date', utc('RRULE:FREQ=DAILY;UNTIL=20270120'), '2027-01-20T10:00Z'],
  [
    'until a time in UTC, of a series in a zone',
    berlin('RRULE:FREQ=DAILY;UNTIL=20270120T090000Z'),
    '2027-01-20T10:00Z',
  ],
  ['until a local time', berlin('RRULE:FREQ=DAILY;UNTIL=20270120T095959'), '2027-01-19T10:00Z'],
  ['until before the start', utc('RRULE:FREQ=DAILY;UNTIL=20260101T000000Z'), '2027-01-15T10:00Z'],
  ['ten weeks in winter', berlin('RRULE:FREQ=WEEKLY;COUNT=10'), '2027-03-19T10:00Z'],
  ['twelve weeks into summer', berlin('RRULE:FREQ=WEEKLY;COUNT=12'), '2027-04-02T09:00Z'],
  [
    'several days a week',
    calendar(vevent('DTSTART:20270118T090000Z', HOUR, 'RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=7')),
    '2027-02-01T10:00Z',
  ],
  [
    'weeks that start on Monday',
    rfc('19970805', 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO'),
    '1997-08-24T14:00Z',
  ],
  [
    'weeks that start on Sunday',
    rfc('19970805', 'RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU'),
    '1997-08-31T14:00Z',
  ],
  ['the first Friday', rfc('19970905', 'RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1FR'), '1998-06-05T14:00Z'],
  ['the second last Monday', rfc('19970922', 'RRULE:FREQ=MONTHLY;COUNT=6;BYDAY=-2MO'), '1998-02-16T15:00Z'],
  ['the third last day', rfc('19970928', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=6'), '1998-02-26T15:00Z'],
  [
    'the 2nd and the 15th',
    rfc('19970902', 'RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15'),
    '1998-01-15T15:00Z',
  ],
  [
    'the first and the last day',
    rfc('19970930', 'RRULE:FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1'),
    '1998-02-01T15:00Z',
  ],
  [
    'every 18 months',
    rfc('19970910', 'RRULE:FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15'),
    '1999-03-13T15:00Z',
  ],
  [
    'the 31st, where there is one',
    calendar(vevent('DTSTART:20270131T090000Z', HOUR, 'RRULE:FREQ=MONTHLY;COUNT=5')),
    '2027-08-31T10:00Z',
  ],
  [
    'the 15th and the 30th, not in February',
    rfc('20070115', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5'),
    '2007-03-30T14:00Z',
  ],
  ['June and July', rfc('19970610', 'RRULE:FREQ=YEARLY;COUNT=10;BYMONTH=6,7'), '2001-07-10T14:00Z'],
  [
    'the 1st, 100th and 200th day of every third year',
    rfc('19970101', 'RRULE:FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200'),
    '2006-01-01T15:00Z',
  ],
  [
    'the 20th Monday of the year',
    rfc('19970519', 'RRULE:FREQ=YEARLY;BYDAY=20MO;COUNT=3'),
    '1999-05-17T14:00Z',
  ],
  [
    'Monday of week 20',
    rfc('19970512', 'RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3'),
    '1999-05-17T14:00Z',
  ],
  [
    'week 53, in the years that have one',
    calendar(vevent('DTSTART:20261228T090000Z', HOUR, 'RRULE:FREQ=YEARLY;BYWEEKNO=53;COUNT=2')),
    '2032-12-27T10:00Z',
  ],
  [
    'the Thursdays of March',
    rfc('19970313', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=TH;COUNT=11'),
    '1999-03-25T15:00Z',
  ],
  [
    '29 February',
    calendar(vevent('DTSTART:20280229T090000Z', HOUR, 'RRULE:FREQ=YEARLY;COUNT=3')),
    '2036-02-29T10:00Z',
  ],
  [
    'every Friday the 13th',
    rfc(
      '19970902',
      'EXDATE;TZID=America/New_York:19970902T090000',
      'RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5',
    ),
    '2000-10-13T14:00Z',
  ],
  [
    "election day: the Tuesday after November's first Monday",
    rfc('19961105', 'RRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3'),
    '2004-11-02T15:00Z',
  ],
  [
    'the third of Tuesday, Wednesday and Thursday',
    rfc('19970904', 'RRULE:FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3'),
    '1997-11-06T15:00Z',
  ],
  [
    'the second last working day',
    rfc('19970929', 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=7'),
    '1998-03-30T15:00Z',
  ],
  [
    'every three hours of a day',
    rfc('19970902', 'RRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z'),
    '1997-09-02T20:00Z',
  ],
  [
    'every quarter of an hour, six times',
    rfc('19970902', 'RRULE:FREQ=MINUTELY;INTERVAL=15;COUNT=6'),
    '1997-09-02T15:15Z',
  ],
  [
    'every hour and a half, four times',
    rfc('19970902', 'RRULE:FREQ=MINUTELY;INTERVAL=90;COUNT=4'),
    '1997-09-02T18:30Z',
  ],
  [
    'every 20 minutes of office hours',
    rfc('19970902', 'RRULE:FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40;COUNT=25'),
    '1997-09-03T14:00Z',
  ],
  ['every second, ten times', utc('RRULE:FREQ=SECONDLY;COUNT=10'), '2027-01-15T10:00:09.000Z'],
  [
    'a first day that the rule does not name',
    utc('RRULE:FREQ=MONTHLY;BYDAY=1MO;COUNT=2'),
    '2027-03-01T10:00Z',
  ],
  [
    'days of the calendar',
    calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270326', 'RRULE:FREQ=DAILY;COUNT=3')),
    '2027-03-28T22:00Z',
  ],
  [
    'until a date, of days',
    calendar(IN_BERLIN, vevent('DTSTART;VALUE=DATE:20270326', 'RRULE:FREQ=DAILY;UNTIL=20270327')),
    '2027-03-27T23:00Z',
  ],
  ['a hundred years of days but one', utc('RRULE:FREQ=DAILY;UNTIL=21270101T090000Z'), '2127-01-01T10:00Z'],
  [
    'ten years of working days, by count',
    utc('RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=2600'),
    '2037-01-01T10:00Z',
  ],
  ['no end', utc('RRULE:FREQ=WEEKLY'), 'for ever'],
  ['an end in the year 9999', utc('RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z'), 'for ever'],
  [
    'two rules, the longer counts',
    utc('RRULE:FREQ=DAILY;COUNT=3', 'RRULE:FREQ=WEEKLY;COUNT=3'),
    '2027-01-29T10:00Z',
  ],
  ['a rule without end beside one with', utc('RRULE:FREQ=DAILY;COUNT=3', 'RRULE:FREQ=WEEKLY'), 'for ever'],
  [
    'a rule that takes out',
    utc('RRULE:FREQ=DAILY;COUNT=10', 'EXRULE:FREQ=DAILY;BYDAY=SA,SU'),
    '2027-01-22T10:00Z',
  ],
  ['a rule that takes out all', utc('RRULE:FREQ=DAILY;COUNT=10', 'EXRULE:FREQ=DAILY'), 'no room'],
];

export const DATES: readonly Case[] = [
  [
    'the last one taken out',
    utc('RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE:20270205T090000Z'),
    '2027-01-29T10:00Z',
  ],
  [
    'the last two taken out',
    utc('RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE:20270205T090000Z,20270129T090000Z'),
    '2027-01-22T10:00Z',
  ],
  [
    'taken out in UTC, of a series in a zone',
    berlin('RRULE:FREQ=WEEKLY;COUNT=12', 'EXDATE:20270402T080000Z'),
    '2027-03-26T10:00Z',
  ],
  [
    'taken out in another zone',
    berlin('RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;TZID=America/New_York:20270205T040000'),
    '2027-01-29T10:00Z',
  ],
  ['a day taken out', utc('RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;VALUE=DATE:20270205'), '2027-01-29T10:00Z'],
  [
    'another time of the day taken out',
    utc('RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE:20270205T100000Z'),
    '2027-02-05T10:00Z',
  ],
  ['all taken out', utc('RRULE:FREQ=WEEKLY;COUNT=2', 'EXDATE:20270115T090000Z,20270122T090000Z'), 'no room'],
  ['one more', utc('RDATE:20270601T090000Z'), '2027-06-01T10:00Z'],
  [
    'several more, in another zone',
    utc('RDATE;TZID=Europe/Berlin:20270601T100000,20270501T100000'),
    '2027-06-01T09:00Z',
  ],
  ['one more and taken out', utc('RDATE:20270601T090000Z', 'EXDATE:20270601T090000Z'), '2027-01-15T10:00Z'],
  [
    'one more that is longer than the rest',
    utc('RDATE;VALUE=PERIOD:20270601T090000Z/PT8H'),
    '2027-06-01T17:00Z',
  ],
  [
    'an early one that ends last',
    utc('RRULE:FREQ=DAILY;COUNT=3', 'RDATE;VALUE=PERIOD:20270101T090000Z/20270301T090000Z'),
    '2027-03-01T09:00Z',
  ],
  ['another day at the time of the first', utc('RDATE;VALUE=DATE:20270601'), '2027-06-01T10:00Z'],
];

const series = (...lines: string[]) =>
  vevent('DTSTART:20270115T090000Z', HOUR, 'RRULE:FREQ=WEEKLY;COUNT=4', ...lines);

/** Exceptions of the four Fridays 15, 22, 29 January and 5 February. */
export const EXCEPTIONS: readonly Case[] = [
  [
    'the last one moved later',
    calendar(series(), vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270210T150000Z', HOUR)),
    '2027-02-10T16:00Z',
  ],
  [
    'the first one moved behind the last',
    calendar(series(), vevent('RECURRENCE-ID:20270115T090000Z', 'DTSTART:20270301T090000Z', HOUR)),
    '2027-03-01T10:00Z',
  ],
  [
    'the last one moved before the one before',
    calendar(series(), vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270128T090000Z', HOUR)),
    '2027-01-29T10:00Z',
  ],
  [
    'the last one made longer',
    calendar(series(), vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270205T090000Z', 'DURATION:PT5H')),
    '2027-02-05T14:00Z',
  ],
  [
    'the last one cancelled',
    calendar(
      series(),
      vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270205T090000Z', HOUR, 'STATUS:CANCELLED'),
    ),
    '2027-01-29T10:00Z',
  ],
  [
    'the exception told before the series',
    calendar(vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270210T150000Z', HOUR), series()),
    '2027-02-10T16:00Z',
  ],
  [
    'one moved by the clock of another zone',
    calendar(
      series(),
      vevent('RECURRENCE-ID;TZID=Europe/Berlin:20270205T100000', 'DTSTART:20270203T150000Z', HOUR),
    ),
    '2027-02-03T16:00Z',
  ],
  [
    'a series without end and a moved one',
    calendar(
      vevent('DTSTART:20270115T090000Z', HOUR, 'RRULE:FREQ=WEEKLY'),
      vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270210T150000Z', HOUR),
    ),
    'for ever',
  ],
  [
    'all that follow moved by six hours',
    calendar(
      series(),
      vevent(
        'RECURRENCE-ID;RANGE=THISANDFUTURE:20270129T090000Z',
        'DTSTART:20270129T150000Z',
        'DURATION:PT2H',
      ),
    ),
    '2027-02-05T17:00Z',
  ],
  [
    'all that follow moved, while the clocks go forward',
    calendar(
      vevent(`${BERLIN}:20270319T100000`, HOUR, 'RRULE:FREQ=WEEKLY;COUNT=4'),
      vevent(
        'RECURRENCE-ID;TZID=Europe/Berlin;RANGE=THISANDFUTURE:20270326T100000',
        `${BERLIN}:20270326T120000`,
        HOUR,
      ),
    ),
    '2027-04-09T11:00Z',
  ],
  [
    'moved twice, the later holds',
    calendar(
      series(),
      vevent('RECURRENCE-ID;RANGE=THISANDFUTURE:20270122T090000Z', 'DTSTART:20270122T120000Z', HOUR),
      vevent('RECURRENCE-ID;RANGE=THISANDFUTURE:20270205T090000Z', 'DTSTART:20270205T100000Z', HOUR),
    ),
    '2027-02-05T11:00Z',
  ],
  [
    'all that follow cancelled',
    calendar(
      vevent('DTSTART:20270115T090000Z', HOUR, 'RRULE:FREQ=WEEKLY'),
      vevent(
        'RECURRENCE-ID;RANGE=THISANDFUTURE:20270205T090000Z',
        'DTSTART:20270205T090000Z',
        HOUR,
        'STATUS:CANCELLED',
      ),
    ),
    '2027-01-29T10:00Z',
  ],
  [
    'an occurrence alone',
    calendar(vevent('RECURRENCE-ID:20270205T090000Z', 'DTSTART:20270210T150000Z', HOUR)),
    '2027-02-10T16:00Z',
  ],
  [
    'a cancelled occurrence alone',
    calendar('METHOD:CANCEL', vevent('RECURRENCE-ID:20270205T090000Z')),
    'no room',
  ],
  [
    'an occurrence named by its day, cancelled',
    calendar(
      vevent('DTSTART;TZID=America/New_York:20270115T200000', HOUR, 'RRULE:FREQ=DAILY;COUNT=3'),
      vevent('RECURRENCE-ID;VALUE=DATE:20270117', 'STATUS:CANCELLED'),
    ),
    '2027-01-17T02:00Z',
  ],
  [
    'an occurrence of a whole day, cancelled',
    calendar(
      'X-WR-TIMEZONE:Europe/Berlin',
      vevent('DTSTART;VALUE=DATE:20270115', 'RRULE:FREQ=DAILY;COUNT=3'),
      vevent('RECURRENCE-ID;VALUE=DATE:20270117', 'STATUS:CANCELLED'),
    ),
    '2027-01-16T23:00Z',
  ],
  ['cancelled altogether', calendar('METHOD:CANCEL', series()), 'no room'],
  [
    'occurrences that are added',
    calendar('METHOD:ADD', vevent('DTSTART:20270801T090000Z', HOUR)),
    '2027-08-01T10:00Z',
  ],
];

export const WRITING: readonly Case[] = [
  ['lines that end in LF', utc('RRULE:FREQ=DAILY;COUNT=2').replaceAll('\r\n', '\n'), '2027-01-16T10:00Z'],
  ['a byte order mark', `\ufeff${utc()}`, '2027-01-15T10:00Z'],
  ['folded lines', utc('RRULE:FREQ=DAI\r\n LY;CO\r\n\tUNT=2'), '2027-01-16T10:00Z'],
  ['names in small letters', utc('rrule:FREQ=DAILY;COUNT=2'), '2027-01-16T10:00Z'],
  ['a rule in small letters', utc('RRULE:freq=weekly;byday=fr;until=20270129t090000z'), '2027-01-29T10:00Z'],
  ['lists of no dates', utc('RRULE:FREQ=DAILY;COUNT=2', 'EXDATE:', 'RDATE;VALUE=DATE:'), '2027-01-16T10:00Z'],
  [
    "Outlook's zone, with colons and without quotes",
    calendar(
      fixedZone('tzone://Microsoft/Custom', '+0200'),
      vevent(
        'DTSTART;TZID=tzone://Microsoft/Custom:20270115T090000',
        'DTEND;TZID=tzone://Microsoft/Custom;VALUE=DATE-TIME:20270115T100000',
      ),
    ),
    '2027-01-15T08:00Z',
  ],
  [
    'the zone of the calendar, by the name of its own definition',
    calendar('X-WR-TIMEZONE:Head Office', OWN_ZONE, vevent('DTSTART:20270715T090000', HOUR)),
    '2027-07-15T08:00Z',
  ],
  ['lines that say nothing', utc('DESCRIPTION', 'GARBAGE:::', 'X-FOO;BAR', ';;;:'), '2027-01-15T10:00Z'],
  [
    'an alarm with times of its own',
    calendar(
      vevent(
        'DTSTART:20270115T090000Z',
        HOUR,
        'BEGIN:VALARM',
        'TRIGGER:-PT15M',
        'DURATION:PT9H',
        'REPEAT:3',
        'END:VALARM',
      ),
    ),
    '2027-01-15T10:00Z',
  ],
  [
    'a task beside the event',
    calendar(
      ['BEGIN:VTODO', 'UID:task', 'DUE:20280101T000000Z', 'END:VTODO'].join('\r\n'),
      vevent('DTSTART:20270115T090000Z', HOUR),
    ),
    '2027-01-15T10:00Z',
  ],
];
