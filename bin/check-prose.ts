import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** The documents that are checked. `API.md` has the public docblocks. */
const DOCUMENTS = ['*.md', 'docs/**/*.md'];
/** Signatures only. */
const GENERATED = ['docs/api-report.md'];

/** The sources whose comments are checked. Files of tests are not among them. */
const SOURCES = [
  '{functions,lib,cli,doctor,local,emulators,bin,chaos,bench}/**/*.ts',
  'test/support/**/*.ts',
];

/** Words in a sentence. Code counts as one word. */
const LONGEST_SENTENCE = 30;

/** Phrases that need a second reading, each with the plain form. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bat once\b/i, 'immediately, or at the same time'],
  [/\bnobody\b/i, 'no one, or say what does not happen'],
  [/\bwhoever\b/i, 'anybody who, or the person'],
  [/\bwhatever\b/i, 'any, or all'],
  [/\b(is|are|was|were) told\b/i, 'say who reports what'],
  [/\bhears?\b|\bheard of\b/i, 'receives, or learns'],
  [/\bwhat (becomes|became) of\b/i, 'what happens to'],
  [/\bput(s|ting)? right\b/i, 'fixes, or repairs'],
  [/\banew\b/i, 'again'],
  [/\bbrought along\b|\bcomes? along\b/i, 'of your own, or is included'],
  [/\bworked out\b/i, 'calculated, or computed'],
  [/\ball the same\b/i, 'anyway, or still'],
  [/\bnothing to speak of\b/i, 'negligible'],
  [/\bas ever\b|\bas it was\b/i, 'as usual, or unchanged'],
  [/\bgives? way to\b/i, 'has a lower priority than'],
  [/\band (is|are) none\b/i, 'say what it is not'],
  [/\bof ours\b|\bnone of ours\b/i, "this deployment's"],
  [/\bof somebody else's\b/i, "other people's"],
  [/\bmend(s|ed|ing)?\b/, 'fix, or repair'],
  [/\b(thus|hence|whence|thereby|therein|henceforth|lest|ere|amiss|alike)\b/i, 'so, or leave it out'],
  [/\bin vain\b/i, 'without effect'],
  [/\bby itself alone\b/i, 'by itself'],
  [/\bso far as\b/i, 'as far as'],
  [/\bhas (it|them) that\b/i, 'says that'],
  [/\bit is told\b|\btold of\b/i, 'reported'],
  [/\bheed(s|ed|ing)?\b/i, 'applies, or follows'],
  [/\bbur(y|ies|ied)\b/i, 'moves to the dead-letter queue, or keeps a tombstone'],
  [/\bledgers?\b|\bcensus\b/i, 'inventory, or gauge'],
  [/\bfarewells?\b/i, 'removal'],
  [/\bwish(es)?\b/i, 'request'],
  [/\bpatien(t|ce)\b/i, 'throttling, or a longer wait'],
  [/\bspeaks? (of|to)\b/i, 'describes, or calls'],
  [/\b(shall|ought|whilst|amongst|albeit|hitherto|wherein|thereof|nought|upon)\b/i, 'a plain word'],
  [/\b(is|are) to be\b/i, 'must be, or an imperative'],
  [/\bbeside\b/i, 'next to, besides, or in addition to'],
  [/\bbut for\b/i, 'except for, or without'],
  [/\bat hand\b/i, 'available'],
  [/\bbe had\b/i, 'is available, or is possible'],
  [/\bof one's own\b/i, 'own, or custom'],
  [/(?<!there )\b(is|are) none\b/i, 'say what it is not'],
  [/\bnor (do|does|is|are|can|has|have)\b/i, 'a sentence with "not"'],
];

/** Sentences whose order is not subject, verb, object. */
const INVERSIONS: readonly (readonly [RegExp, string])[] = [
  [/^(Is|Are|Was|Were|Has|Have|Does|Can|Should|Had)\b[^?]*[^?]$/, 'begin the condition with "if"'],
  [
    /^What\b[^?]* (is|are|was|has|have|does|goes|comes|stays|limits|matters)\b[^?]*[^?:]$/,
    'name the subject',
  ],
  [/^(Of|Nor)\b/, 'begin with the subject'],
  [/^Among [^,]{0,60} (each|all|none|only)\b/, 'begin with the subject'],
  [/^Never (before|is|was)\b/, 'begin with the subject'],
];

/** Lines that are quoted from elsewhere: a test compares them with their source. */
const QUOTED = /read units, alike \|$/;

export interface Problem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

/** Returns the problems in the prose of a document, by line. Code, links and headings are not prose. */
export function checkProse(markdown: string): readonly Problem[] {
  return paragraphsOf(markdown).flatMap(({ line, text }) => [
    ...PHRASES.flatMap(([phrase, plain]) => {
      const [found] = phrase.exec(text) ?? [];
      return found === undefined ? [] : [{ line, problem: `"${found}": write ${plain}` }];
    }),
    ...sentencesOf(text).flatMap((sentence) =>
      INVERSIONS.filter(([inversion]) => inversion.test(sentence)).map(([, plain]) => ({
        line,
        problem: `"${sentence.slice(0, 60)}...": ${plain}`,
      })),
    ),
    ...sentencesOf(text)
      .map((sentence) => ({
        sentence,
        words: sentence.split(/\s+/).filter((word) => /\w/.test(word)).length,
      }))
      .filter(({ words }) => words > LONGEST_SENTENCE)
      .map(({ sentence, words }) => ({
        line,
        problem: `a sentence of ${words} words, at most ${LONGEST_SENTENCE}: "${sentence.slice(0, 60)}..."`,
      })),
  ]);
}

/**
 * The comments of a source as a document with the same lines: everything else is blank. A tag begins a point of
 * a list. A comment after code on the same line is not included.
 */
export function commentsOf(source: string): string {
  let inBlock = false;
  const lines = source.split('\n').map((line) => {
    const text = line.trim();
    const begins = !inBlock && text.startsWith('/**');
    const isComment = inBlock || begins || text.startsWith('// ');
    if (begins) inBlock = true;
    if (inBlock && text.endsWith('*/')) inBlock = false;
    return isComment && !DIRECTIVE.test(text)
      ? text.replace(/^(\/\*\*|\*\/|\*|\/\/) ?/, '').replace(/ ?\*\/$/, '')
      : '';
  });
  return lines.join('\n').replace(/^@(param \S+|throws \w+|\w+)( -)?(?= |$)/gm, '-');
}

/** Comments for a tool. */
const DIRECTIVE = /^\/\/ (biome-|@ts-)/;

interface Paragraph {
  readonly line: number;
  readonly text: string;
}

/** Returns paragraphs, list items and table cells, each on one line, with code as one word. */
function paragraphsOf(markdown: string): readonly Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let open: { line: number; parts: string[] } | undefined;
  const close = () => {
    if (open) paragraphs.push({ line: open.line, text: plain(open.parts.join(' ')) });
    open = undefined;
  };
  let inCode = false;
  markdown.split('\n').forEach((text, index) => {
    const fence = /^\s*```/.test(text);
    if (fence) inCode = !inCode;
    const ends = fence || inCode || /^\s*(#|$)/.test(text) || text.startsWith('|');
    if (ends || /^\s*(-|\*|\d+\.) /.test(text)) close();
    if (text.startsWith('|') && !inCode && !QUOTED.test(text)) {
      for (const cell of text.split(' | ')) paragraphs.push({ line: index + 1, text: plain(cell) });
    } else if (!ends) {
      open ??= { line: index + 1, parts: [] };
      open.parts.push(text);
    }
  });
  close();
  return paragraphs;
}

const plain = (text: string) =>
  text
    .replace(/`[^`]*`/g, 'Code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\S+/g, 'Link')
    .replace(/[*_>|]/g, ' ')
    .trim();

/** A sentence ends with a stop, a colon or a semicolon; the parts of such a list are read one by one. */
const sentencesOf = (text: string) => text.split(/(?<=[.:;!?]["')]?)\s+/);

if (import.meta.main) {
  const found = (patterns: readonly string[]) =>
    patterns.flatMap((pattern) => globSync(pattern, { cwd: PROJECT })).toSorted();
  const documents = found(DOCUMENTS).filter((file) => !GENERATED.includes(file));
  const sources = found(SOURCES);
  const problems = [...documents, ...sources].flatMap((file) => {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    const prose = file.endsWith('.ts') ? commentsOf(text) : text;
    return checkProse(prose).map(({ line, problem }) => `${file}:${line} ${problem}`);
  });
  for (const problem of problems) console.error(problem);
  console.log(`${documents.length} documents, ${sources.length} sources, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}
