import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { CallError } from './errors.ts';

/** Reads the file that a person names; `-` is standard input. */
export async function readText(file: string): Promise<string> {
  try {
    return await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'));
  } catch (cause) {
    throw new CallError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
