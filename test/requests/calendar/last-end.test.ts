import { describe, expect, test } from 'vitest';
import { DATES, EXCEPTIONS, RULES, SINGLE, WRITING } from './cases.ts';
import { neededUntil } from './texts.ts';

describe.each([
  ['a single event', SINGLE],
  ['a rule', RULES],
  ['dates beside the rule', DATES],
  ['an exception', EXCEPTIONS],
  ['a way of writing', WRITING],
])('%s', (_, cases) => {
  test.each(cases)('%s', async (_title, text, until) => {
    expect(await neededUntil(text)).toBe(until);
  });
});
