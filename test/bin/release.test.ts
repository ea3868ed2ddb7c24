import { describe, expect, test } from 'vitest';
import { differences } from '../../bin/packed.ts';
import { assertFollows, notesOf, numbered } from '../../bin/version.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- First.\n';

describe('the changelog of a release', () => {
  test('gives what is unreleased its number, and leaves the rest', () => {
    const text = numbered(CHANGELOG, '0.2.0');
    expect(text).toBe('# Changelog\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n\n- First.\n');
    expect(numbered(text, '0.2.0')).toBe(text);
  });

  test('has the notes of each version, and none of a version that it does not name', () => {
    expect(notesOf(CHANGELOG, '0.1.0')).toBe('- First.');
    expect(notesOf(CHANGELOG, 'Unreleased')).toBe('- New.');
    expect(notesOf(CHANGELOG, '0.1')).toBe('');
  });

  test('is refused where it says nothing, or says it twice', () => {
    expect(() => numbered('# Changelog\n\n## 0.1.0\n\n- First.\n', '0.2.0')).toThrow('says nothing of 0.2.0');
    expect(() => numbered('# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- First.\n', '0.2.0')).toThrow(
      'says nothing',
    );
    expect(() => numbered(CHANGELOG, '0.1.0')).toThrow('give 0.1.0 one section');
  });
});

describe('a version', () => {
  test.each([
    ['0.1.0', '0.1.0'],
    ['0.1.1', '0.1.0'],
    ['0.10.0', '0.9.9'],
    ['1.0.0', '0.99.99'],
  ])('%s follows %s', (version, current) => {
    expect(() => assertFollows(version, current, ['v0.0.9'])).not.toThrow();
  });

  test.each([
    ['0.1.0', '0.2.0', 'is lower than 0.2.0'],
    ['0.9.9', '0.10.0', 'is lower than 0.10.0'],
    ['0.0.9', '0.0.9', 'is a tag already'],
    ['v1.0.0', '0.1.0', 'must be three numbers'],
    ['1.0', '0.1.0', 'must be three numbers'],
    ['1.0.0-rc.1', '0.1.0', 'must be three numbers'],
    ['01.0.0', '0.1.0', 'must be three numbers'],
  ])('%s does not follow %s: it %s', (version, current, reason) => {
    expect(() => assertFollows(version, current, ['v0.0.9'])).toThrow(reason);
  });
});

test('a package that is not what was tested is told file by file', () => {
  const tested = new Map([
    ['a.mjs', '1'],
    ['b.mjs', '2'],
    ['c.mjs', '3'],
  ]);
  const installed = new Map([
    ['a.mjs', '1'],
    ['b.mjs', 'other'],
    ['d.mjs', '4'],
  ]);
  expect(differences(tested, tested)).toEqual([]);
  expect(differences(tested, installed)).toEqual([
    'b.mjs is not the one that was tested',
    'c.mjs was tested, and is not in the package',
    'd.mjs is in the package, and was not tested',
  ]);
});
