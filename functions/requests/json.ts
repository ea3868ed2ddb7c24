import { RequestRefusedError, toError } from '../rooms/model/errors.ts';
import { shown } from './refusal.ts';

/** Deeper than anything that a calendar or a person writes, and no trouble for what goes down into it later. */
const DEEPEST = 100;

/**
 * The value that a body stands for.
 *
 * @throws RequestRefusedError with no word of the body in it, nor in its causes
 */
export function readJson(text: string): unknown {
  const value = parsed(text);
  if (!isDeeperThan(DEEPEST, value)) return value;
  throw new RequestRefusedError(
    `body: must have at most ${DEEPEST} levels of objects and lists in each other, got more`,
  );
}

/** A text of JSON, or a character that begins or ends an object or list, or goes between its parts. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],]/g;

/**
 * Of two fields of one name the last one would count, and the other be lost in silence.
 *
 * @param text JSON
 * @throws RequestRefusedError
 */
export function mustNotRepeatFields(text: string): void {
  // the names of each object that is open; a list has none
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('"')) {
      if (isName) noteName(token, open.at(-1));
      isName = false;
      continue;
    }
    if (token === '{') open.push(new Set());
    if (token === '[') open.push(undefined);
    if (token === '}' || token === ']') open.pop();
    isName = '{,'.includes(token) && open.at(-1) !== undefined;
  }
}

function noteName(token: string, names: Set<string> | undefined): void {
  const name: string = JSON.parse(token);
  if (names?.has(name)) {
    throw new RequestRefusedError(`body: has the field ${shown(name)} twice in one object; take one out`);
  }
  names?.add(name);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestRefusedError(`body: must be JSON, ${complaintIn(toError(error).message)}`);
  }
}

/** V8 quotes from what it complains of; where that is, it says only of some. */
function complaintIn(message: string): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  if (line) return `and is none at line ${line}, column ${column}`;
  if (message === 'Unexpected end of JSON input') return 'and ends before it is complete';
  return 'with double quotes around names and texts';
}

/** Level by level, since a call for each of many thousands has no place on the stack. */
function isDeeperThan(levels: number, value: unknown): boolean {
  let parts: readonly unknown[] = [value];
  for (let level = 0; level <= levels && parts.length > 0; level += 1) {
    parts = parts.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return parts.length > 0;
}
