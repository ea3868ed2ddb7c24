import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands/commands.ts';
import { parse } from '../../cli/frame/parse.ts';

const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md')];

/** Every call of the command that a document writes down, with its arguments. */
function callsIn(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const written = [...text.matchAll(/(?:npx evergreen-rooms|npm run evergreen-rooms --) ([^`\n]+)/g)];
  return written.map(([, call = '']) => call.trim());
}

const documented = DOCUMENTS.flatMap((file) => callsIn(file).map((call) => [file, call] as const));

describe('a command that a document names', () => {
  test('there are many', () => {
    expect(documented.length).toBeGreaterThan(40);
  });

  test.each(documented)('%s: %s', (_, call) => {
    const [name = '', ...argv] = call.replaceAll('"$STACK"', 'STACK').split(' ');
    const command = COMMANDS.find((each) => each.name === name);
    if (!command) throw new Error(`there is no command ${name}`);
    expect(() => parse(command, argv)).not.toThrow();
  });
});

test('every command has its row in the guide', () => {
  const guide = readFileSync('docs/guide/command.md', 'utf8');
  expect(COMMANDS.map(({ name }) => name).filter((name) => !guide.includes(`\`${name}`))).toEqual([]);
});
