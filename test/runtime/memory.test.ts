import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LARGEST_BODY } from '../../functions/requests/message.ts';
import { calendar, vevent } from '../requests/calendar/texts.ts';
import { busEvent } from '../requests/incoming.ts';

/** What the construct gives to the functions that read messages and feeds. */
const READERS_MB = Math.min(memoryOf('requests'), memoryOf('calendars'));

/** What it gives to the function that compares lists with the table. */
const COMPARER_MB = memoryOf('reconciliation');

/** What Node.js itself and the loaded code take of a function's memory, before a message comes. */
const AT_REST_MB = 96;

function memoryOf(part: string): number {
  const source = readFileSync(new URL(`../../lib/parts/${part}.ts`, import.meta.url), 'utf8');
  return Number(/memorySize: (\d+)/.exec(source)?.[1]);
}

/** The share of the memory that Node.js has for new objects in Lambda. */
const YOUNG = 0.1;

/** @returns how a process ended whose heap is limited */
async function endOf(
  kind: 'message' | 'feed' | 'list',
  text: string,
  heapMegabytes: number,
): Promise<number | string | null> {
  const limit = `--max-old-space-size=${Math.floor(heapMegabytes)}`;
  const work = fileURLToPath(new URL('../support/heavy-work.ts', import.meta.url));
  const child = spawn(process.execPath, [limit, work], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify({ kind, text }));
  return new Promise((ended) => child.on('close', (code, signal) => ended(signal ?? code)));
}

/** As many items as a message has room for. */
function listOf(item: string, timeZone: string): string {
  const rest = JSON.stringify(
    busEvent('Calendar Event Updated', { kind: 'calendar#events', timeZone, items: [] }),
  );
  const count = Math.floor((LARGEST_BODY - rest.length) / (item.length + 1));
  return rest.replace('"items":[]', `"items":[${Array.from({ length: count }, () => item).join()}]`);
}

const zone = (observances: number) => [
  'BEGIN:VTIMEZONE',
  'TZID:Far',
  ...Array.from({ length: observances }, (_, nth) =>
    [
      'BEGIN:STANDARD',
      `DTSTART:${1000 + (nth % 1000)}0101T000000`,
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:STANDARD',
    ].join('\r\n'),
  ),
  'END:VTIMEZONE',
];

const meetings = (count: number) =>
  Array.from({ length: count }, (_, nth) =>
    vevent(`UID:meeting-${nth}`, 'DTSTART;TZID=Far:20270301T090000', 'DURATION:PT1H'),
  );

describe('half of the memory of its function is enough for', () => {
  test.each<[string, 'message' | 'feed' | 'list', () => string]>([
    ['a message of empty events beside a large field', 'message', () => listOf('{}', 'x'.repeat(120_000))],
    ['a message of as many small events as fit', 'message', () => listOf('{"id":"a","summary":"b"}', 'UTC')],
    [
      'a feed of 4,900 events of a zone of 100 KB',
      'feed',
      () => calendar(zone(900).join('\r\n'), ...meetings(4900)),
    ],
    ['a feed of 20,000 events', 'feed', () => calendar(...meetings(20_000))],
  ])('%s', async (_, kind, text) => {
    expect(await endOf(kind, text(), READERS_MB / 2 - AT_REST_MB)).toBe(0);
  });
});

test('the memory of its function, less a quarter, is enough for a comparison of 100,000 rooms with 100,000 rows, all of them wrong', async () => {
  expect(await endOf('list', '100000', (COMPARER_MB * (1 - YOUNG) - AT_REST_MB) * (3 / 4))).toBe(0);
});
