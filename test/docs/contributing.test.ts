import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(PROJECT, 'CONTRIBUTING.md'), 'utf8');
const section = (heading: string) => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

/** What no commit has. */
const ignored = readFileSync(join(PROJECT, '.gitignore'), 'utf8').split('\n');

const foldersIn = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => `${name}/`)
    .filter((name) => !ignored.includes(name));

describe('the source tree', () => {
  const [, block = ''] = /```text\n([\s\S]*?)```/.exec(section('The source tree')) ?? [];
  const lines = block.trimEnd().split('\n');

  /** Each line as a path: a line that is indented is a folder of the last one that is not. */
  let parent = '';
  const listed = lines.map((line) => {
    const [, indent = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
    if (indent !== '') return parent + name;
    parent = name;
    return name;
  });

  test('has every folder of two levels, in order, and no other', () => {
    const folders = foldersIn('.').flatMap((top) => [
      top,
      ...foldersIn(top)
        .filter((name) => globSync(`${top}${name}**/*.*`, { cwd: PROJECT }).length > 0)
        .map((name) => top + name),
    ]);
    expect(listed).toEqual(folders.toSorted());
  });

  test('says in a line what each folder has', () => {
    for (const line of lines) expect(line).toMatch(/^ *[\w-]+\/ {2,}\S.{10,}$/);
  });
});

test('has at most twenty terms, each once', () => {
  const terms = [...section('Terms').matchAll(/^\| ([^|]+) \|/gm)]
    .map(([, term = '']) => term)
    .filter((term) => term !== 'term');
  expect(terms.length).toBeGreaterThan(10);
  expect(terms.length).toBeLessThanOrEqual(20);
  expect(new Set(terms).size).toBe(terms.length);
});

describe('which files a change touches', () => {
  const changes = section('Which files a change touches').split('\n### ').slice(1);

  test.each(changes.map((change) => [change.split('\n')[0] ?? '', change]))(
    '%s: every file is there',
    (_, change) => {
      const named = [...change.matchAll(/`([\w.-]+(?:\/[\w.-]*)+|\w+\.md)`/g)].map(([, path = '']) => path);
      expect(named.length).toBeGreaterThan(3);
      expect(named.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
    },
  );

  /** A file that names providers for another reason than that there is one more. */
  const OTHERS = ['local/rooms/keeping.ts', 'cli/commands/import.ts'];

  test('A provider: every file that names one is in the table, or in a folder of one', () => {
    const change = changes.find((each) => each.startsWith('A provider')) ?? '';
    const named = globSync(['{bench,chaos,cli,doctor,emulators,functions,lib,local}/**/*.ts', 'biome.json'], {
      cwd: PROJECT,
    })
      .filter((file) => !/^(emulators|functions\/adapters)\/(daily|meetings-api|whereby|zoom)\//.test(file))
      .filter((file) => /['/](whereby|zoom)['/]|^ +zoom\b/m.test(readFileSync(join(PROJECT, file), 'utf8')));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !change.includes(`\`${file}\``) && !OTHERS.includes(file))).toEqual([]);
  });

  test('covers what people add', () => {
    expect(changes.map((change) => change.split('\n')[0])).toEqual(
      expect.arrayContaining([
        'A provider',
        'A calendar format',
        'An alarm',
        'A request action',
        'An event field',
        'A setting',
        'A function',
      ]),
    );
  });
});
