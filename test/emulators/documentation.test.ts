import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as caldav from '../../emulators/caldav/choices.ts';
import * as daily from '../../emulators/daily/choices.ts';
import * as googleCalendar from '../../emulators/google-calendar/choices.ts';
import * as graph from '../../emulators/graph/choices.ts';
import { FAULT_KINDS } from '../../emulators/http/fault.ts';
import * as meetingsApi from '../../emulators/meetings-api/choices.ts';
import * as whereby from '../../emulators/whereby/choices.ts';
import * as zoom from '../../emulators/zoom/choices.ts';

const document = readFileSync(new URL('../../docs/emulators.md', import.meta.url), 'utf8');
const rowsUnder = (heading: string): string[] => {
  const [, after = ''] = document.split(`## ${heading}\n`);
  return (after.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
};

describe.each([
  ['the Meetings API', meetingsApi],
  ['Daily', daily],
  ['Whereby', whereby],
  ['Zoom', zoom],
  ['CalDAV', caldav],
  ['Google Calendar', googleCalendar],
  ['Microsoft Graph', graph],
])('docs/emulators.md says of %s', (name, { POSITIONS, CHOICES }) => {
  const rows = rowsUnder(`What was chosen: ${name}`);
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word),
  );

  test('every switch and every choice, and none that is not there', () => {
    expect(named.toSorted()).toEqual([...Object.keys(POSITIONS), ...Object.keys(CHOICES)].toSorted());
  });

  test('the positions of each switch, the default first', () => {
    for (const [name, positions] of Object.entries(POSITIONS)) {
      const row = rows.find((each) => each.startsWith(`| \`${name}\``)) ?? '';
      const told = [...(row.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, position]) => position);
      expect([name, ...told]).toEqual([name, ...positions.map(String)]);
    }
  });
});

describe.each([
  ['the Meetings API', meetingsApi],
  ['Daily', daily],
  ['Whereby', whereby],
  ['Zoom', zoom],
])('docs/emulators.md says of %s', (name, { POSITIONS }) => {
  const rows = rowsUnder(`What was chosen: ${name}`);

  test.each(Object.entries(POSITIONS))(
    'what each position of %s changes for rooms',
    (name, [, ...others]: readonly unknown[]) => {
      const row = rows.find((each) => each.startsWith(`| \`${name}\``)) ?? '';
      const effect = row.split('|')[4]?.trim() ?? '';
      const silent = others.filter((position) => !effect.includes(`\`${position}\``));
      expect([effect, effect.startsWith('none: ') ? [] : silent]).toEqual([expect.stringMatching(/: ./), []]);
    },
  );
});

test('docs/emulators.md has every kind of fault', () => {
  const kinds = rowsUnder('Faults').map((row) => /^\| `([\w-]+)`/.exec(row)?.[1]);
  expect(kinds).toEqual(expect.arrayContaining([...FAULT_KINDS]));
});
