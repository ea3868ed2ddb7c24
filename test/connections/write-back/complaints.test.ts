import { describe, expect, test } from 'vitest';
import type { EventContent } from '../../../functions/connections/system.ts';
import { changeOf } from '../../../functions/connections/write-back/change.ts';
import { GRAPH_MARK } from '../../../functions/connections/write-back/graph.ts';
import { FIRST_LINE, linkTo, NOW, times, written } from './written-events.ts';

const FIRST = 'https://rooms.example.org/AAAAAAAAAAAAAAAAAAAAAA';
const SECOND = 'https://rooms.example.org/BBBBBBBBBBBBBBBBBBBBBB';

const GOOGLE = {
  id: 'e1',
  etag: '"1"',
  status: 'confirmed',
  summary: 'Weekly',
  description: 'Agenda:\n1. last week\n2. R&D',
  colorId: '7',
  attendees: [{ email: 'anna@example.org', responseStatus: 'accepted', comment: 'late' }],
  attachments: [{ fileUrl: 'https://drive.example.com/1', title: 'Plan' }],
  reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
  conferenceData: { conferenceId: 'abc-defg-hij', conferenceSolution: { name: 'Google Meet' } },
  extendedProperties: { private: { crm: '42' }, shared: { team: 'a' } },
};

const TEAMS =
  '<div class="me-email-text"><span>____________</span><div><b>Microsoft Teams</b>\r\n' +
  '<a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_x">Join the meeting now</a></div></div>';

const GRAPH = {
  id: 'AAMk1',
  '@odata.etag': 'W/"1"',
  subject: 'Weekly',
  body: {
    contentType: 'html',
    content: `<html><head>\r\n<meta charset="utf-8"></head>\r\n<body>\r\n<p>Agenda &amp; plan</p>\r\n${TEAMS}\r\n</body>\r\n</html>\r\n`,
  },
  location: {
    displayName: '',
    locationType: 'default',
    uniqueIdType: 'unknown',
    address: {},
    coordinates: {},
  },
  attendees: [{ type: 'required', emailAddress: { address: 'anna@example.org', name: 'Anna' } }],
  isReminderOn: true,
  reminderMinutesBeforeStart: 15,
  categories: ['Red category'],
  isOnlineMeeting: true,
  onlineMeeting: { joinUrl: 'https://teams.microsoft.com/l/meetup-join/19%3ameeting_x' },
  singleValueExtendedProperties: [],
};

const ICALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Somebody//EN',
  'BEGIN:VEVENT',
  'UID:u1',
  'DTSTAMP:20260101T000000Z',
  'LAST-MODIFIED:20260101T000000Z',
  'SEQUENCE:3',
  'DTSTART;TZID="Europe/Berlin":20261201T100000',
  'RRULE:FREQ=WEEKLY',
  'SUMMARY:Weekly\\, as ever',
  'DESCRIPTION:Agenda:\\n1. last week\\; and a line that its writer folded at a pl',
  ' ace of its own\\n2. R&D',
  'ORGANIZER;CN=Anna:mailto:anna@example.org',
  'ATTENDEE;SCHEDULE-AGENT=SERVER;PARTSTAT=ACCEPTED;CN="Bob; of sales":mailto:bo',
  ' b@example.org',
  'ATTACH:https://drive.example.com/1',
  'CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.com/other',
  'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="A, b":geo:1,2',
  'X-TORN;A:',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'DESCRIPTION:Reminder',
  'TRIGGER:-PT5M',
  'END:VALARM',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:u1',
  'RECURRENCE-ID;TZID="Europe/Berlin":20261208T100000',
  'DTSTAMP:20260101T000000Z',
  'DTSTART;TZID="Europe/Berlin":20261208T110000',
  'LOCATION:Town hall',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

const EVENTS: readonly (readonly [string, EventContent])[] = [
  ['google', { format: 'google', event: GOOGLE }],
  ['graph', { format: 'graph', event: GRAPH }],
  ['icalendar', { format: 'icalendar', text: ICALENDAR }],
];

/**
 * Google: place, text, mark. Graph: name and address of the place, text and target of the link, mark. iCalendar: place,
 * text, conference, mark, and without the place in the exception, which has one.
 */
const LINKS: Readonly<Record<string, number>> = { google: 3, graph: 5, icalendar: 7 };

function unfolded(content: EventContent): string {
  return content.format === 'icalendar' ? content.text.replace(/\r\n[ \t]/g, '') : '';
}

/** All that is in an event, but for the places in which our link may stand. */
function rest(content: EventContent): unknown {
  if (content.format === 'icalendar') {
    const lines = content.text.match(/[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n/g) ?? [];
    return lines.filter(
      (line) =>
        !/^(?:LOCATION:https|X-EVERGREEN-ROOM|CONFERENCE;FEATURE=VIDEO;LABEL|DTSTAMP|LAST-MOD|DESCRIPTION:(?!Rem))/s.test(
          line,
        ),
    );
  }
  const { location, body, description, extendedProperties, singleValueExtendedProperties, ...others } =
    content.event;
  return others;
}

describe.each(EVENTS)('the link in an event of %s', (format, before) => {
  test('is in the place, the description and the field for programs, beside all that was there', async () => {
    const after = await written(before, linkTo(FIRST));
    expect(times(FIRST_LINE, after)).toBe(format === 'icalendar' ? 2 : 1);
    expect(times(FIRST, after)).toBe(LINKS[format]);
    expect(rest(after)).toEqual(rest(before));
  });

  test('is written once: a second run changes nothing', async () => {
    const after = await written(before, linkTo(FIRST));
    expect(await changeOf(after, linkTo(FIRST), NOW)).toBeUndefined();
    // nor does one that knows nothing of what was written
    expect(await changeOf(after, linkTo(FIRST, { isOurs: () => false }), NOW)).toBeUndefined();
  });

  test('is another one everywhere when it changes', async () => {
    const first = await written(before, linkTo(FIRST));
    const second = await written(first, linkTo(SECOND));
    expect(times(FIRST, second)).toBe(0);
    expect(times(SECOND, second)).toBe(times(FIRST, first));
    expect(second).toEqual(await written(before, linkTo(SECOND)));
  });

  test('follows by the mark alone, where nothing else is known of earlier links', async () => {
    const first = await written(before, linkTo('https://old.example.net/r1'));
    const second = await written(first, linkTo(SECOND));
    expect(times('https://old.example.net/r1', second)).toBe(0);
  });

  test('never stacks, however often it changes', async () => {
    let content = before;
    for (let week = 0; week < 20; week += 1) {
      content = await written(content, linkTo(`https://rooms.example.org/week-${week}`));
    }
    expect(times(FIRST_LINE, content)).toBe(format === 'icalendar' ? 2 : 1);
    expect(times('https://rooms.example.org/', content)).toBe(
      times('https://rooms.example.org/', await written(before, linkTo(FIRST))),
    );
  });

  test('is gone after a cancellation, and all else is as it was, byte for byte', async () => {
    const after = await written(await written(before, linkTo(FIRST)), linkTo(undefined));
    if (before.format === 'icalendar' && after.format === 'icalendar') {
      const unstamped = (content: EventContent) =>
        unfolded(content).replace(/(DTSTAMP|LAST-MODIFIED):\w+/g, '$1');
      expect(unstamped(after)).toBe(unstamped(before));
    } else if (before.format !== 'icalendar' && after.format !== 'icalendar') {
      const { singleValueExtendedProperties: _, location, ...event } = after.event;
      const { singleValueExtendedProperties: __, location: was, ...expected } = before.event;
      expect(event).toEqual(expected);
      expect(location || undefined).toEqual(
        format === 'graph' ? { ...(was as object), locationUri: '' } : was,
      );
    }
    expect(await changeOf(after, linkTo(undefined), NOW)).toBeUndefined();
  });

  test('is in the place alone with `location`, also where it was everywhere before', async () => {
    const alone = await written(before, linkTo(FIRST, { writeBack: 'location' }));
    expect(times(FIRST_LINE, alone)).toBe(0);
    expect(times(FIRST, alone)).toBe(format === 'graph' ? 2 : 1);
    const everywhere = await written(before, linkTo(FIRST));
    const less = await written(everywhere, linkTo(SECOND, { writeBack: 'location' }));
    expect(times(FIRST, less)).toBe(0);
    expect(times(FIRST_LINE, less)).toBe(0);
    expect(times(SECOND, less)).toBe(times(FIRST, alone));
  });

  test('is never written where nothing of ours is and none is wanted', async () => {
    expect(await changeOf(before, linkTo(undefined), NOW)).toBeUndefined();
  });

  test('is introduced in the language of the calendar, and only once if that changes', async () => {
    const german = await written(before, linkTo(FIRST, { language: 'de' }));
    expect(times('Am Treffen teilnehmen: ', german)).toBeGreaterThan(0);
    const french = await written(german, linkTo(SECOND, { language: 'fr' }));
    expect(times('Am Treffen teilnehmen', french)).toBe(0);
    expect(times(FIRST_LINE, french)).toBe(times(FIRST_LINE, german));
  });
});

describe('what is sent to a system', () => {
  test.each(EVENTS.slice(0, 2))('%s gets no guest, reminder, attachment or conference', async (_, before) => {
    const change = await changeOf(before, linkTo(FIRST), NOW);
    if (!change || change.format === 'icalendar') throw new Error('no change of fields');
    const allowed = [
      'location',
      'description',
      'extendedProperties',
      'body',
      'singleValueExtendedProperties',
    ];
    expect(Object.keys(change.event).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  test("Google's other properties stay", async () => {
    const after = await written({ format: 'google', event: GOOGLE }, linkTo(FIRST));
    expect(after).toMatchObject({
      event: {
        extendedProperties: { private: { crm: '42', evergreenRoom: FIRST }, shared: { team: 'a' } },
      },
    });
  });

  test('the block of Teams comes back with the body, byte for byte', async () => {
    const first = await written({ format: 'graph', event: GRAPH }, linkTo(FIRST));
    const second = await written(first, linkTo(SECOND));
    for (const content of [first, second]) {
      const { body } = content.format === 'graph' ? content.event : {};
      expect((body as { content: string }).content).toContain(TEAMS);
    }
  });

  test("an event of Graph that came without its marks is not written for the mark's sake", async () => {
    const { singleValueExtendedProperties: _, ...event } = GRAPH;
    const after = await written({ format: 'graph', event }, linkTo(FIRST));
    const { singleValueExtendedProperties: __, ...unmarked } = after.format === 'graph' ? after.event : {};
    expect(await changeOf({ format: 'graph', event: unmarked }, linkTo(FIRST), NOW)).toBeUndefined();
  });

  test('Graph gives the mark back in other letters', async () => {
    const marks = [{ id: GRAPH_MARK.toUpperCase(), value: FIRST }];
    const after = await written({ format: 'graph', event: GRAPH }, linkTo(FIRST));
    const event = { ...(after.format === 'graph' ? after.event : {}), singleValueExtendedProperties: marks };
    expect(await changeOf({ format: 'graph', event }, linkTo(FIRST), NOW)).toBeUndefined();
  });

  test('a cancelled occurrence of Google gets nothing', async () => {
    const event = { id: 'e1_20261208T090000Z', recurringEventId: 'e1', status: 'cancelled' };
    expect(await changeOf({ format: 'google', event }, linkTo(FIRST), NOW)).toBeUndefined();
  });
});

describe('the place', () => {
  test.each([
    ['', FIRST],
    ['  ', FIRST],
    [SECOND, FIRST],
    ['Room 5', 'Room 5'],
    [`Room 5, ${SECOND}`, `Room 5, ${FIRST}`],
    [`(${SECOND}), 2nd floor`, `(${FIRST}), 2nd floor`],
    [`${SECOND}/more`, `${FIRST}`],
    ['https://zoom.example.com/j/1', 'https://zoom.example.com/j/1'],
  ])('%j becomes %j', async (location, expected) => {
    const after = await written({ format: 'google', event: { id: 'e1', location } }, linkTo(FIRST));
    expect(after).toMatchObject({ event: { location: expected } });
  });

  test.each([
    [FIRST, ''],
    [`Room 5, ${FIRST}`, 'Room 5,'],
    ['Room 5', 'Room 5'],
    ['', ''],
  ])('%j becomes %j after a cancellation', async (location, expected) => {
    const after = await written({ format: 'google', event: { id: 'e1', location } }, linkTo(undefined));
    expect(after).toMatchObject({ event: { location: expected } });
  });

  test("a name that a person gave stays, while Graph's address for programs follows the link", async () => {
    const location = { displayName: 'Room 5', locationUri: FIRST, uniqueId: 'x' };
    const after = await written({ format: 'graph', event: { ...GRAPH, location } }, linkTo(SECOND));
    expect(after).toMatchObject({ event: { location: { ...location, locationUri: SECOND } } });
  });
});

describe('a description that others have written anew', () => {
  const block = `${FIRST_LINE}\nJoin the meeting: ${FIRST}\n-~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~-`;

  const rewritten: readonly (readonly [string, string, string])[] = [
    ['text as HTML', `a<br><br>${block.replaceAll('\n', '<br>')}`, 'a'],
    [
      'with the address as a link',
      `a<br>${block.replaceAll('\n', '<br />').replace(FIRST, `<a href="${FIRST}" id="ow1" target="_blank">${FIRST}</a>`)}`,
      'a',
    ],
    ['in paragraphs', `<p>a</p><p>${block.split('\n').join('</p>\r\n<p>')}</p><p>b</p>`, '<p>a</p><p>b</p>'],
    [
      'in an element of its own',
      `<p>a</p><div class="x">${block.replaceAll('\n', '<br>')}</div>`,
      '<p>a</p>',
    ],
    [
      'with lines broken anew',
      `<p>a</p>${block.replaceAll('\n', '<br>').replaceAll(' ', '\r\n')}`,
      '<p>a</p>',
    ],
    [
      'in bold that begins in it',
      `a<br>${block.replaceAll('\n', '<br>').replace('Join', '<b>Join')}</b> b`,
      'a<b></b> b',
    ],
    ['with breaks of CR and LF', `a\r\n\r\n${block.replaceAll('\n', '\r\n')}\r\nb`, 'a\r\nb'],
    ['twice', `a\n\n${block}\n\n${block}\nb`, 'a\nb'],
    ['without its last line', `a\n\n${block.split('\n').slice(0, 2).join('\n')}\nb`, 'a\nb'],
    ['without its first line', `a\n\n${block.split('\n').slice(1).join('\n')}\nb`, 'a\nb'],
    ['without its address', `a\n\n${block.split('\n').toSpliced(1, 1).join('\n')}\nb`, 'a\nb'],
    [
      'with a line of a person in it',
      `a\n\n${block.split('\n').toSpliced(1, 0, 'Bring cake').join('\n')}\nb`,
      'a\nBring cake\nb',
    ],
  ];

  test.each(rewritten)('%s: has one block again', async (_, description) => {
    const after = await written({ format: 'google', event: { id: 'e1', description } }, linkTo(SECOND));
    expect(times(FIRST_LINE, after)).toBe(1);
    expect(times(FIRST, after)).toBe(0);
    expect(await changeOf(after, linkTo(SECOND), NOW)).toBeUndefined();
  });

  test.each(rewritten)('%s: has nothing of ours after a cancellation', async (_, description, expected) => {
    const after = await written({ format: 'google', event: { id: 'e1', description } }, linkTo(undefined));
    expect(after).toEqual({ format: 'google', event: { id: 'e1', description: expected } });
  });

  test('is not touched where it has the block with the link, however it is written', async () => {
    for (const [name, description] of rewritten.slice(0, 7)) {
      const event = {
        id: 'e1',
        location: FIRST,
        description,
        extendedProperties: { private: { evergreenRoom: FIRST } },
      };
      expect(await changeOf({ format: 'google', event }, linkTo(FIRST), NOW), name).toBeUndefined();
    }
  });

  test('keeps the invitation to another meeting', async () => {
    const description = 'Join the meeting: https://zoom.example.com/j/1';
    const after = await written({ format: 'google', event: { id: 'e1', description } }, linkTo(FIRST));
    expect(after).toMatchObject({ event: { description: expect.stringContaining(`${description}\n\n`) } });
  });

  test('has the link once, where the event is a copy of another one with a link', async () => {
    const copied = await written(
      { format: 'google', event: GOOGLE },
      linkTo('https://elsewhere.example.net/x'),
    );
    const after = await written(copied, linkTo(FIRST));
    expect(times('elsewhere', after)).toBe(0);
    expect(times(FIRST_LINE, after)).toBe(1);
  });
});

describe('an iCalendar description with HTML beside it', () => {
  const withHtml = (lines: readonly string[]) =>
    ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:u1', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');

  test.each([
    [
      'Outlook',
      [
        'DESCRIPTION:Hello\\, all',
        'X-ALT-DESC;FMTTYPE=text/html:<html><body><p>Hello\\, all</p></body></html>',
      ],
    ],
    ['Thunderbird', ['DESCRIPTION;ALTREP="data:text/html,%3Cp%3EHello%2C%20all%3C%2Fp%3E":Hello\\, all']],
  ])('%s shows the link, and loses it after a cancellation', async (_, lines) => {
    const before: EventContent = { format: 'icalendar', text: withHtml(lines) };
    const after = await written(before, linkTo(FIRST));
    const seen = after.format === 'icalendar' ? decodeURIComponent(after.text.replace(/\r\n /g, '')) : '';
    expect(seen.split(FIRST_LINE).length - 1).toBe(2);
    expect(await changeOf(after, linkTo(FIRST), NOW)).toBeUndefined();
    expect(unfolded(await written(after, linkTo(undefined)))).toBe(unfolded(before));
  });
});

test('a server that writes the text anew does not make news of it', async () => {
  const before: EventContent = { format: 'icalendar', text: ICALENDAR };
  const odd = 'https://rooms.example.org/r?a=1;b=2,3';
  const after = await written(before, linkTo(odd));
  const text = after.format === 'icalendar' ? after.text.replace(/\r\n /g, '') : '';
  // one sorts the properties, the other one puts backslashes into addresses
  const sorted = text.replace(
    /(BEGIN:VEVENT\r\n)([\s\S]*?)(?=BEGIN:VALARM|END:VEVENT)/g,
    (_, begin, own: string) => [begin, ...own.split(/(?<=\r\n)/).toSorted()].join(''),
  );
  for (const anew of [text, sorted]) {
    expect(await changeOf({ format: 'icalendar', text: anew }, linkTo(odd), NOW)).toBeUndefined();
  }
});
