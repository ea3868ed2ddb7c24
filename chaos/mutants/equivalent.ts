/** A change of the code that cannot be noticed, since the code does the same with it. */
export interface Equivalent {
  readonly file: string;
  /** The line as it stands, and what the mutation puts in the place of a part of it. */
  readonly before: string;
  readonly replacement: string;
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'functions/rooms/model/renewal.ts',
    before: 'if (preferred >= twoRuns) return preferred;',
    replacement: 'preferred > twoRuns',
    reason: 'where both are equal, the next line gives the same',
  },
];

export function isEquivalent(
  file: string,
  change: Pick<Equivalent, 'before' | 'replacement'>,
  known: readonly Equivalent[],
): boolean {
  return known.some(
    (each) => each.file === file && each.before === change.before && each.replacement === change.replacement,
  );
}
