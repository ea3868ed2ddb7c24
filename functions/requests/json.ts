import { RequestRefusedError, toError } from '../rooms/model/errors.ts';
import { shown } from './refusal.ts';

/** Deeper than any calendar or person writes, and safe for recursive functions. */
const DEEPEST = 100;

/**
 * Parses a body.
 *
 * @throws RequestRefusedError neither the error nor its causes contain text of the body
 */
export function readJson(text: string): unknown {
  const value = parsed(text);
  if (!isDeeperThan(DEEPEST, value)) return value;
  throw new RequestRefusedError(
    `body: must have at most ${DEEPEST} levels of objects and lists in each other, got more`,
  );
}

/** A JSON string, or a character that begins, ends or separates the parts of an object or list. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],]/g;

/**
 * Refuses an object with two fields of one name: only the last one would count, and the other would be lost
 * without notice.
 *
 * @param text JSON
 * @throws RequestRefusedError
 */
export function mustNotRepeatFields(text: string): void {
  // the field names of each open object; undefined for a list
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

/** V8 quotes the text in some errors: for those, only the position is kept. */
function complaintIn(message: string): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  if (line) return `but is invalid at line ${line}, column ${column}`;
  if (message === 'Unexpected end of JSON input') return 'and ends before it is complete';
  return 'with double quotes around names and texts';
}

/** Checks level by level: recursion into many thousands of levels would overflow the stack. */
function isDeeperThan(levels: number, value: unknown): boolean {
  let parts: readonly unknown[] = [value];
  for (let level = 0; level <= levels && parts.length > 0; level += 1) {
    parts = parts.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []));
  }
  return parts.length > 0;
}
