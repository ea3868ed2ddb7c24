import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documents } from '../../bin/docs.ts';
import { publicSurface } from '../../bin/public-surface.ts';

const PROJECT = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, PROJECT), 'utf8');

test.each(Object.entries(documents))('%s is what the code generates: npm run docs', (file, generate) => {
  // the formatter lays out JSON
  const content = (text: string) => (file.endsWith('.json') ? JSON.parse(text) : text);
  expect(content(read(file)), `npm run docs writes ${file} anew`).toEqual(content(generate()));
});

describe('the public surface', () => {
  const surface = publicSurface();
  const entry = (name: string) => surface.find((each) => each.name === name);

  test('has the construct with all its rules and metrics, and nothing private', () => {
    const members = entry('EvergreenRooms')?.members.map(({ name }) => name) ?? [];
    expect(members).toEqual(
      expect.arrayContaining(['constructor', 'table', 'onRoomRotated', 'metricEmergencies']),
    );
    expect(members).not.toContain('onNews');
    expect(members).not.toContain('metrics');
  });

  test('writes out what a type takes from a value, so that a change of it shows', () => {
    expect(entry('ErrorCode')?.signature).toContain('"claim_held"');
    expect(entry('ApiKeyApplication')?.members[0]?.signature).toBe('readonly provider: "daily" | "whereby"');
  });

  test('exports every type of the project that its types name', () => {
    const exported = new Set(surface.map(({ name }) => name));
    const text = read('docs/api-report.md');
    const own = new Set(
      [...read('functions/rooms/model/events.ts').matchAll(/^export (?:type|interface) (\w+)/gm)]
        .concat([...read('lib/compute/function-name.ts').matchAll(/^export (?:type|interface) (\w+)/gm)])
        .concat([...read('lib/settings/props.ts').matchAll(/^export (?:type|interface) (\w+)/gm)])
        .map(([, name = '']) => name),
    );
    const named = [...own].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });
});
