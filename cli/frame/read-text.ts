import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { CallError } from './errors.ts';

/** Reads the file that a person names; `-` is standard input. */
export async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'));
  } catch (cause) {
    throw new CallError(`${sourceName(file)} cannot be read: ${reasonOf(cause as NodeJS.ErrnoException)}`, {
      cause,
    });
  }
}

/** Names in a message the file that a person names. */
export const sourceName = (file: string) => (file === '-' ? 'standard input' : file);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string => REASONS[code] ?? message;
