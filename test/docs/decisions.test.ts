import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../docs/decisions/', import.meta.url));
const RECORDS = globSync('[0-9]*.md', { cwd: FOLDER })
  .map((file) => basename(file))
  .toSorted();

const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const rows = [...read('README.md').matchAll(/^\| \[(\d+)\]\((\S+)\) \| (.+) \| (\S+) \| (.+) \|$/gm)];
const titleOf = (record: string) => /^# (?:\d+\. )?(.+)$/m.exec(read(record))?.[1];

describe('docs/decisions/README.md', () => {
  test('has each record once, in order, by its number and its title', () => {
    expect(rows.map(([, number, file, title]) => [Number(number), file, title])).toEqual(
      RECORDS.map((record) => [Number.parseInt(record, 10), record, titleOf(record)]),
    );
  });

  test('numbers no two records alike, and leaves no number out', () => {
    expect(RECORDS.map((record) => Number.parseInt(record, 10))).toEqual(
      RECORDS.map((_, index) => index + 1),
    );
  });

  test('has dates that exist, none before the one above it', () => {
    const dates = rows.map(([, , , , date = '']) => date);
    expect(dates.map((date) => new Date(date).toISOString().slice(0, 10))).toEqual(dates);
    expect(dates).toEqual(dates.toSorted());
  });

  test('has a status that is known, and names a record that is there', () => {
    for (const [row, number, , , , status = ''] of rows) {
      const [, by] = /^(?:accepted|replaced by (\d+))$/.exec(status) ?? [];
      expect(status, row).toMatch(/^(accepted|replaced by \d+)$/);
      if (by !== undefined) {
        expect(Number(by), row).toBeGreaterThan(Number(number));
        expect(Number(by), row).toBeLessThanOrEqual(RECORDS.length);
      }
    }
  });
});
