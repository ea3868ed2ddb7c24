import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { checkProse, commentsOf } from '../../bin/check-prose.ts';

const problems = (markdown: string) => checkProse(markdown).map(({ problem }) => problem);
const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');

describe('a sentence', () => {
  test('has thirty words at most', () => {
    expect(problems(`${words(30)}.`)).toEqual([]);
    expect(problems(`${words(31)}.`)).toEqual([
      expect.stringContaining('a sentence of 31 words, at most 30'),
    ]);
  });

  test('goes on over the end of a line, and ends at a stop, a colon or a semicolon', () => {
    expect(problems(`${words(20)}\n${words(20)}.`)).toHaveLength(1);
    expect(problems(`${words(20)}.\n${words(20)}: ${words(20)}; ${words(20)}`)).toEqual([]);
  });

  test('ends with its point of a list, its cell of a table and its paragraph', () => {
    const half = words(20);
    expect(problems(`- ${half}\n- ${half}\n\n${half}\n\n1. ${half}\n2. ${half}`)).toEqual([]);
    expect(problems(`| ${half} | ${half} |\n|---|---|\n| ${half} | ${half} |`)).toEqual([]);
    expect(problems(`| ${words(31)} | ${half} |`)).toHaveLength(1);
  });

  test('counts code as a word, and the text of a link without its address', () => {
    const code = '`aws sqs receive-message --queue-url https://sqs.example --max-number-of-messages 10`';
    expect(problems(`${words(28)} ${code} [text](an/address.md#that-is-long).`)).toEqual([]);
    expect(problems(`${words(29)} ${code} [text](address.md).`)).toHaveLength(1);
  });
});

test.each([
  ['It comes back at once.', '"at once"'],
  ['Nobody can look there.', '"Nobody"'],
  ['The function is told of an address.', '"is told"'],
  ['What becomes of a message?', '"What becomes of"'],
  ['body: must be JSON, and is none', '"and is none"'],
  ['A file beside the bundle.', '"beside"'],
  ['All rooms but for one.', '"but for"'],
  ['Undefined where it is none.', '"is none"'],
  ['No room can be had.', '"be had"'],
])('names the phrase to avoid and its plain form: %s', (text, phrase) => {
  expect(problems(text)).toContainEqual(expect.stringMatching(`^${phrase}: write .+`));
});

test.each([
  'Is a version pending, the functions try it too.',
  'What limits the system is the answer of the provider.',
  'Of requests on such a bus each takes all.',
  'Never before the fact.',
  'Of two events of a key the one with the higher revision is the newer.',
  'Nor what comes later.',
])('names a sentence that does not begin with its subject: %s', (text) => {
  expect(problems(text)).toEqual([expect.stringMatching(/begin|name the subject/)]);
});

test.each([
  'Is it still going on?',
  'What does a room cost?',
  'If a version is pending, the functions try it too.',
])('passes over a question and a condition with "if": %s', (text) => {
  expect(problems(text)).toEqual([]);
});

test('names the line where the paragraph begins', () => {
  expect(checkProse('# Title\n\nPlain.\n\nIt comes back\nat once.').map(({ line }) => line)).toEqual([5]);
});

test('passes over code, headings and what only looks like a phrase', () => {
  expect(
    problems('```text\nnobody hears at once\n```\n\n## Nobody\n\nThe `whoever` heard. Amend it.'),
  ).toEqual([]);
});

describe('the comments of a source', () => {
  const lines = (...source: string[]) => checkProse(commentsOf(source.join('\n'))).map(({ line }) => line);

  test('are checked as documents are, each on its line, and the code is not', () => {
    expect(
      lines(
        "const nobody = 'whoever hears at once';",
        '/** What nobody sees. */',
        'interface Row {',
        '  /**',
        '   * The key.',
        '   *',
        '   * @default that of whoever asks',
        '   */',
        '  // Of two rows, the newer one.',
        '  key: string; // nobody',
        '}',
      ),
    ).toEqual([2, 7, 9]);
  });

  test('have a point of a list for each tag', () => {
    const half = words(20);
    expect(lines('/**', ` * ${half}`, ` * @param key ${half}`, ` * @throws Error ${half}`, ' */')).toEqual(
      [],
    );
    expect(lines(`/** @returns ${words(31)} */`)).toEqual([1]);
  });

  test('are two where code stands between them, and one over the lines of a block', () => {
    const half = words(20);
    expect(lines(`// ${half}`, 'call();', `// ${half}`)).toEqual([]);
    expect(lines(`// ${half}`, `// ${half}`)).toEqual([1]);
  });

  test('are not those for a tool', () => {
    expect(lines('// biome-ignore lint/a/rule: whatever')).toEqual([]);
  });
});

test('the documents and the comments of the project pass: npm run prose', () => {
  expect(execFileSync(process.execPath, ['bin/check-prose.ts'], { encoding: 'utf8' })).toMatch(
    /, 0 problems$/m,
  );
});
