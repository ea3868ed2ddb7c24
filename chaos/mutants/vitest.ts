import { expect as jestExpect } from 'expect';

/**
 * The part of vitest that the tests use which a mutant is shown to. The tests are loaded once and run again for every
 * mutant, because loading takes most of the time of a run.
 */

export { vi } from './vi.ts';
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

type Step = () => unknown;

/** The hooks of a file, which run around the tests of all its groups. */
interface Hooks {
  readonly first: Step[];
  readonly before: Step[];
  readonly after: Step[];
}

const hooks = new Map<string, Hooks>();
let finishing: Step[] = [];

function hooksOf(of: string): Hooks {
  const known = hooks.get(of) ?? { first: [], before: [], after: [] };
  hooks.set(of, known);
  return known;
}

export const beforeAll = (step: Step): void => void hooksOf(file).first.push(step);
export const beforeEach = (step: Step): void => void hooksOf(file).before.push(step);
export const afterEach = (step: Step): void => void hooksOf(file).after.unshift(step);
export const onTestFinished = (step: Step): void => void finishing.unshift(step);

async function run(body: Body, { first, before, after }: Hooks): Promise<void> {
  for (const step of first.splice(0)) await step();
  for (const step of before) await step();
  try {
    await body();
  } finally {
    const steps = [...finishing, ...after];
    finishing = [];
    for (const step of steps) await step();
  }
}

/** Loads files of tests. */
export async function collect(files: readonly string[]): Promise<readonly Test[]> {
  for (file of files) await import(file);
  return collected;
}

function it(title: string, body: Body, _timeout?: number): void {
  const name = [...titles, title].join(' > ');
  const own = hooksOf(file);
  collected.push({ id: `${file}#${collected.length} ${name}`, name, file, body: () => run(body, own) });
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
