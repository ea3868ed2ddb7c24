/** Exit codes of the command: documented, and the same for every command. */
export const EXIT = { done: 0, wrong: 1, call: 2, unreachable: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The call is wrong: an argument, an option, or a file that cannot be read. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** The deployment, or a resource that the command needs, cannot be reached. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** The most problems that one error names. */
const NAMED = 20;

/**
 * Converts every item. An item that is wrong does not stop the others.
 *
 * @throws CallError that names all that is wrong
 */
export function forEveryOne<T, R>(items: readonly T[], work: (item: T) => R): R[] {
  const wrong: string[] = [];
  const results = items.flatMap((item) => {
    try {
      return [work(item)];
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      wrong.push(error.message);
      return [];
    }
  });
  const more = wrong.length > NAMED ? [`and ${wrong.length - NAMED} more`] : [];
  if (wrong.length > 0) throw new CallError([...wrong.slice(0, NAMED), ...more].join('\n'));
  return results;
}

export const HELP_HINT = '--help shows what there is';

/** Runs work whose own errors mean that the call was wrong. Errors of AWS stay unchanged. */
export async function orCallError<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { name, message } = cause as Error;
    throw name === 'Error' ? new CallError(message, { cause }) : cause;
  }
}
