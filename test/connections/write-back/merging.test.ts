import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventContent } from '../../../functions/connections/system.ts';
import { changeOf } from '../../../functions/connections/write-back/change.ts';
import { calendar, vevent } from '../../requests/calendar/texts.ts';
import { FIRST_LINE, linkTo, NOW, times, written } from './written-events.ts';

/** How an event of each system holds a description. */
const HOLDERS = {
  google: {
    hold: (description: string): EventContent => ({ format: 'google', event: { id: 'e1', description } }),
    read: (content: EventContent) => textIn(content, (event) => event.description),
  },
  graph: {
    hold: (content: string): EventContent => ({
      format: 'graph',
      event: { id: 'e1', location: { displayName: '' }, body: { contentType: 'html', content } },
    }),
    read: (content: EventContent) => textIn(content, (event) => (event.body as { content: string }).content),
  },
} as const;

function textIn(content: EventContent, pick: (event: Record<string, unknown>) => unknown): string {
  return content.format === 'icalendar' ? content.text : String(pick(content.event));
}

/** What people write: words, line breaks, tags, other invitations, signs that mean something somewhere. */
const word = fc.oneof(
  fc.constantFrom(
    'Agenda',
    'R&D',
    '1 < 2',
    '🎉',
    'é',
    '~~~',
    '-~-',
    '"',
    '\\',
    ';',
    ',',
    'Join the meeting',
    ':',
  ),
  fc.constantFrom('<b>bold</b>', '<br>', '<p>', '</p>', '<div>', '</div>', '&amp;', '&nbsp;'),
  fc.constantFrom(
    'https://zoom.example.com/j/1',
    '<a href="https://a.example.com">a</a>',
    'Join the meeting: https://zoom.example.com/j/1',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const gap = fc.constantFrom(' ', '\n', '\n\n', '\r\n', '<br>');
const description = fc
  .array(fc.tuple(word, gap), { maxLength: 12 })
  .map((words) => words.map(([one, between]) => one + between).join(''));

const holder = fc.constantFrom<keyof typeof HOLDERS>('google', 'graph');

const RUNS = { seed: 20261127, numRuns: 150 };
const URLS = [
  'https://rooms.example.org/one',
  'https://rooms.example.org/two?a=1&b=2',
  'https://rooms.example.org/three',
];

const [FIRST = '', SECOND = ''] = URLS;

test.each<[string, EventContent]>([
  ['Google', { format: 'google', event: { id: 'e1' } }],
  ['Microsoft', HOLDERS.graph.hold('<p>Agenda</p>')],
  ['CalDAV', { format: 'icalendar', text: calendar(vevent('UID:1', 'DESCRIPTION:Agenda')) }],
])(
  'an event of %s that a person copied, with the link of another meeting, leads to its own room',
  async (_, event) => {
    const original = await written(event, linkTo(FIRST));
    // a copy may lack the field for programs
    const copy: EventContent =
      original.format === 'icalendar'
        ? { ...original, text: original.text.replace(/^X-EVERGREEN-ROOM.*\r?\n/m, '') }
        : {
            ...original,
            event: { ...original.event, extendedProperties: {}, singleValueExtendedProperties: [] },
          };
    const own = await written(copy, linkTo(SECOND, { isOurs: () => false }));
    expect(times(FIRST, own)).toBe(0);
    expect(times(SECOND.split('&')[0] ?? '', own)).toBeGreaterThanOrEqual(3);
  },
);

test('an address of another site that a person wrote into the block and the place stays in the place', async () => {
  const zoom = 'https://zoom.example.com/j/1';
  const own = HOLDERS.google.read(await written(HOLDERS.google.hold(''), linkTo(FIRST)));
  const edited = own.replace(FIRST, zoom);
  const event = { id: 'e1', location: zoom, description: edited };
  const again = await written({ format: 'google', event }, linkTo(FIRST, { isOurs: () => false }));
  expect(again).toMatchObject({ event: { location: zoom } });
});

test('after a cancellation a description is what it was before, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(holder, description, async (kind, before) => {
      const { hold, read } = HOLDERS[kind];
      let content = hold(before);
      for (const url of URLS) content = await written(content, linkTo(url));
      expect(read(await written(content, linkTo(undefined)))).toBe(before);
    }),
    RUNS,
  );
});

test('whatever people add around the block stays, and there is one block with the link of today', async () => {
  const edit = fc.record({
    added: fc.constantFrom('Bring cake', 'Bob brings tea', '<b>Room is cold</b>'),
    atEnd: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(holder, description, fc.array(edit, { maxLength: 6 }), async (kind, before, edits) => {
      const { hold, read } = HOLDERS[kind];
      let content = await written(hold(before), linkTo(URLS[0]));
      const added: string[] = [];
      for (const [index, { added: text, atEnd }] of edits.entries()) {
        const now = read(content);
        added.push(text);
        content = hold(atEnd ? `${now} ${text}` : `${text} ${now}`);
        const url = URLS[index % URLS.length];
        content = await written(content, linkTo(url));
        expect(times(FIRST_LINE, content)).toBe(1);
        expect(await changeOf(unmarked(content), linkTo(url), NOW)).toBeUndefined();
      }
      const left = read(await written(content, linkTo(undefined)));
      const expected = edits.reduce(
        (text, { added: each, atEnd }) => (atEnd ? text + each : each + text),
        before,
      );
      expect(left.replace(/\s/g, '')).toBe(expected.replace(/\s/g, ''));
    }),
    RUNS,
  );
});

test('a line that somebody writes into the block stays, wherever it is, and the block is whole again', async () => {
  await fc.assert(
    fc.asyncProperty(holder, description, fc.nat(), async (kind, before, place) => {
      const { hold, read } = HOLDERS[kind];
      const text = read(await written(hold(before), linkTo(URLS[0])));
      const start = text.indexOf(FIRST_LINE);
      // between two words, as an editor lets one write
      const gaps = [...text.matchAll(/(?<=[^<\s]) (?=[^"<>]*(?:<|$))|\n|<br>/g)]
        .map(({ index, 0: { length } }) => index + length)
        .filter((index) => index > start);
      const at = gaps[place % Math.max(gaps.length, 1)] ?? text.length;
      const torn = hold(`${text.slice(0, at)} Bring cake ${text.slice(at)}`);
      const mended = await written(torn, linkTo(URLS[1]));
      expect(read(mended)).toContain('Bring cake');
      expect(times(FIRST_LINE, mended)).toBe(1);
      expect(await changeOf(unmarked(mended), linkTo(URLS[1]), NOW)).toBeUndefined();
    }),
    RUNS,
  );
});

test('in a calendar object nothing but our lines changes, whatever else is in it', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'SUMMARY:Weekly\\, as ever',
      'ATTENDEE;SCHEDULE-AGENT=SERVER;CN="A; b":mailto:a@example.org',
      'X-ANY;A="b:c";D=e,f:g;h,i\\nj',
      'ATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA',
      'CONFERENCE;VALUE=URI:https://meet.example.com/x',
      'COMMENT:a folded\r\n  comment',
      'X-TORN;',
      'BEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nLOCATION:here\r\nEND:VALARM',
    ),
    fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((text) => `X-TEXT:${text.replace(/[\r\n\u0085\u2028\u2029]/g, '')}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom('\r\n', '\n'),
      async (lines, lineBreak) => {
        const event = ['BEGIN:VEVENT', 'UID:u1', ...lines, 'END:VEVENT'];
        const text = ['BEGIN:VCALENDAR', ...event, ...event, 'END:VCALENDAR', '']
          .join('\r\n')
          .replaceAll('\r\n', lineBreak);
        let content: EventContent = { format: 'icalendar', text };
        for (const url of URLS) {
          content = await written(content, linkTo(url));
          expect(times('X-EVERGREEN-ROOM', content)).toBe(2);
          expect(await changeOf(content, linkTo(url), NOW)).toBeUndefined();
        }
        expect(await written(content, linkTo(undefined))).toEqual({ format: 'icalendar', text });
      },
    ),
    RUNS,
  );
});

/** The marks of Graph come only with an event that was asked for them. */
function unmarked(content: EventContent): EventContent {
  if (content.format !== 'graph') return content;
  const { singleValueExtendedProperties: _, ...event } = content.event;
  return { format: 'graph', event };
}
