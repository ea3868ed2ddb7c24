import { arnLength } from '../storage/empty-secret.ts';

export interface ListInEnvironment {
  /** The name of the list, such as `feeds`. */
  readonly what: string;
  /** Each has a secret of its own, whose ARN is known only at deployment. */
  readonly entries: readonly { readonly name: string }[];
  /** The part of the 4 KB of a function's environment that remains for the list. */
  readonly bytes: number;
  /** The advice if it does not fit. */
  readonly remedy: string;
}

/**
 * @throws Error if a list does not fit into the environment of a function; AWS would report it only at
 * deployment
 */
export function mustFitEnvironment({ what, entries, bytes, remedy }: ListInEnvironment): void {
  const written = entries.map((entry) => ({ ...entry, secret: 'x'.repeat(arnLength(entry.name)) }));
  const needed = JSON.stringify(written).length;
  if (needed <= bytes) return;
  throw new Error(
    `${what} are ${entries.length}, and the environment of a function holds about ` +
      `${Math.floor((entries.length * bytes) / needed)} like these; ${remedy}`,
  );
}
