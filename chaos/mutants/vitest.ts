import { expect as jestExpect } from 'expect';

/**
 * The part of vitest that the tests of the domain use. The tests are loaded once and run again for every
 * mutant, because loading takes most of the time of a run.
 */

export { describe, it, it as test };

/** vitest also accepts a message, which only people read. */
export const expect = Object.assign((value: unknown, _message?: string) => jestExpect(value), jestExpect);

type Body = (...values: unknown[]) => unknown;

export interface Test {
  /** Unique: the file, the titles, and the test's position in the file. */
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly body: () => unknown;
}

const collected: Test[] = [];
let file = '';
let titles: readonly string[] = [];

/** Loads files of tests. */
export async function collect(files: readonly string[]): Promise<readonly Test[]> {
  for (file of files) await import(file);
  return collected;
}

function it(title: string, body: Body, _timeout?: number): void {
  const name = [...titles, title].join(' > ');
  collected.push({ id: `${file}#${collected.length} ${name}`, name, file, body: () => body() });
}

function describe(title: string, body: Body): void {
  const outside = titles;
  titles = [...outside, title];
  body();
  titles = outside;
}

it.each = forEachCase(it);
describe.each = forEachCase(describe);

function forEachCase(declare: (title: string, body: Body) => void) {
  return (cases: readonly unknown[]) => (title: string, body: Body) => {
    for (const [index, values] of cases.entries()) {
      declare(`${title} (${index})`, () => body(...(Array.isArray(values) ? values : [values])));
    }
  };
}
