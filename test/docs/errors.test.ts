import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../../functions/rooms/model/error-codes.ts';

const PROJECT = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, PROJECT), 'utf8');

test('docs/errors.md explains every error code, each once and no other', () => {
  const explained = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \|(.*)$/gm)];
  expect(explained.map(([, code]) => code).toSorted()).toEqual([...ERROR_CODES].toSorted());
  for (const [row, , cells = ''] of explained) {
    const [found, message, advice] = cells.split(' | ').map((cell) => cell.replace(/\|$/, '').trim());
    expect(
      [found, message, advice].every((cell) => cell),
      row,
    ).toBe(true);
  }
});

test('every error code is one that the code can give, and each error has one', () => {
  const given = globSync('functions/**/*.ts', { cwd: PROJECT })
    .map(read)
    .flatMap((source) => [...source.matchAll(/extends \w+Error \{[^}]*? code(?:: ErrorCode)? = '(\w+)'/g)])
    .map(([, code]) => code)
    .filter((code) => code !== 'PRIVATE_ADDRESS');
  expect([...given, 'unexpected'].toSorted()).toEqual([...ERROR_CODES].toSorted());
});
