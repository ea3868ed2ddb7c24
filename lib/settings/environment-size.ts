import { arnLength } from '../storage/empty-secret.ts';

export interface ListInEnvironment {
  /** The name of the list, such as `feeds`. */
  readonly what: string;
  /** Each with a secret of its own, whose ARN only the deployment will know. */
  readonly entries: readonly { readonly name: string }[];
  /** Of the 4 KB that the environment of a function may hold, what all else leaves. */
  readonly bytes: number;
  /** What to do if it does not fit. */
  readonly remedy: string;
}

/** @throws Error where a list is longer than the environment of a function holds, which AWS would say at the deployment */
export function mustFitEnvironment({ what, entries, bytes, remedy }: ListInEnvironment): void {
  const written = entries.map((entry) => ({ ...entry, secret: 'x'.repeat(arnLength(entry.name)) }));
  const needed = JSON.stringify(written).length;
  if (needed <= bytes) return;
  throw new Error(
    `${what} are ${entries.length}, and the environment of a function holds about ` +
      `${Math.floor((entries.length * bytes) / needed)} like these; ${remedy}`,
  );
}
