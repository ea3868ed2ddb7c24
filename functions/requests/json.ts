import { RequestRefusedError } from '../rooms/errors.ts';

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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RequestRefusedError(`body: must be JSON, ${complaintIn((error as Error).message)}`);
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
