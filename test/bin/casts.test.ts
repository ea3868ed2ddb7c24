import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// local/stack reads the template that the CDK wrote: what a property is follows from its type there
const SOURCES = globSync('{functions,lib,cli,doctor,local,emulators,bin,bench,chaos}/**/*.ts').filter(
  (file) => !file.startsWith('local/stack/'),
);

const CAST = /\bas (?!const\b)(unknown|never|any|string|number|readonly|keyof|typeof|[A-Z([{])/;

/** Casts that say their reason themselves: CONTRIBUTING lists these kinds. */
const KINDS = [
  /JSON\.parse\(/,
  /\.json\(\)\) as/,
  /as AddressInfo\b/,
  /as NodeJS\.ErrnoException\b/,
  /Object\.(keys|entries|fromEntries)\(/,
  /\b(error|cause) as Error\b/,
  /await import\(|within\(/,
  /\.includes\(\w+ as string\)/,
];

/** Lines of code in which `as` changes a type; imports, comments and texts also have the word. */
function castsOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const code = line.replace(/'[^']*'|`[^`]*`|"[^"]*"/g, "''");
    const isCode =
      !/^\s*(\/\/|\/?\*|import\b|export [{*]|\} from)/.test(code) && !/^\s*(type )?\w+ as \w+,?$/.test(code);
    if (!isCode || !CAST.test(code) || KINDS.some((kind) => kind.test(code))) return [];
    const near = [line, ...lines.slice(Math.max(0, index - 6), index)];
    return near.some((each) => /\/\/|^\s*\/?\*/.test(each)) ? [] : [`${file}:${index + 1} ${line.trim()}`];
  });
}

test('a cast has its reason above it, or is of a kind that says it', () => {
  expect(SOURCES.length).toBeGreaterThan(500);
  expect(SOURCES.flatMap(castsOf)).toEqual([]);
});
