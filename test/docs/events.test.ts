import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';

const PROJECT = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, PROJECT), 'utf8');

const page = read('docs/guide/events.md');
const schema = JSON.parse(read('docs/event.schema.json'));
const ajv = new Ajv2020({ strict: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
const isEvent = ajv.compile(schema);

const types: readonly string[] = schema.oneOf.map(({ title }: { title: string }) => title);
const fieldsOf = (definition: string) => Object.keys(schema.$defs[definition].properties);
const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');

const roomEvent = (detail: object, type = 'Room Rotated') => ({
  version: '0',
  source: 'evergreen-rooms',
  'detail-type': type,
  detail,
});

/** The words in code type in the first column of a table whose heading begins with this cell. */
function firstColumn(heading: string): string[] {
  const [, rows = ''] = page.split(`| ${heading} |`, 2);
  const table = /^[^\n]*\n\|---[^\n]*\n((?:\|[^\n]*\n)+)/.exec(rows)?.[1] ?? '';
  return table
    .split('\n')
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

describe('docs/event.schema.json', () => {
  test('takes the example of the guide, under each type of a room', () => {
    for (const type of types.filter((each) => each.startsWith('Room '))) {
      expect(isEvent(roomEvent(example, type)), type).toBe(true);
    }
  });

  test.each<[string, object]>([
    ['a field that no event has', { ...example, colour: 'red' }],
    ['a host link', { ...example, room: { ...example.room, hostUrl: 'https://meetings.example' } }],
    ['no key', { ...example, key: undefined }],
    ['no revision', { ...example, revision: undefined }],
    ['half a revision', { ...example, revision: 1.5 }],
    ['a count of generations below zero', { ...example, generation: -1 }],
    ['a state that does not exist', { ...example, state: 'asleep' }],
    ['an instant that is none', { ...example, renewAt: 'tomorrow' }],
    ['a link that is no address', { ...example, room: { ...example.room, guestUrl: 'over there' } }],
    ['an empty list of warnings', { ...example, warnings: [] }],
    ['the id of a whole stack for a deployment', { ...example, deployment: 'K3X7Q' }],
  ])('refuses %s', (_, detail) => {
    expect(isEvent(JSON.parse(JSON.stringify(roomEvent(detail))))).toBe(false);
  });

  test('refuses a type that does not exist, and the detail of another', () => {
    expect(isEvent(roomEvent(example, 'Room Painted'))).toBe(false);
    expect(isEvent(roomEvent(example, 'Request Refused'))).toBe(false);
    expect(isEvent({ ...roomEvent(example), source: 'team.test' })).toBe(false);
  });
});

describe('docs/guide/events.md', () => {
  test('has every type in its table, and no other', () => {
    expect(firstColumn('`detail-type`').toSorted()).toEqual([...types].toSorted());
  });

  test("has every field of a room's event in its table, and no other", () => {
    expect(firstColumn('field').toSorted()).toEqual(fieldsOf('roomDetail').toSorted());
  });

  test.each([
    ['`Request Refused` and `Request Failed` have', 'requestDetail'],
    ['`Rooms Reconciled` has', 'reconciliationDetail'],
    ['`Rooms Reconciled` has', 'counts'],
    ['`Link Not Written` has', 'linkDetail'],
  ])('names in the paragraph "%s ..." every field of %s', (beginning, definition) => {
    const paragraph = page.split('\n\n').find((each) => each.startsWith(beginning)) ?? '';
    const unnamed = fieldsOf(definition).filter((field) => !paragraph.includes(`\`${field}\``));
    // the table is compared by application
    expect(unnamed.filter((field) => field !== 'applications')).toEqual([]);
  });
});
