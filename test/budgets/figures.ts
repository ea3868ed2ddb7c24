/** Figures by what they count. */
export type Figures = Readonly<Record<string, number>>;

/** @throws Error that names every figure which breaks its budget, and every one that has none */
export function assertWithin(figures: Figures, budgets: Figures): void {
  const complaints = Object.entries(figures).flatMap(([what, figure]) => {
    const budget = budgets[what];
    if (budget === undefined) return [`${what}: ${figure}, and it has no budget: give it one`];
    if (figure > budget) {
      return [
        `${what}: ${figure}, over the budget of ${budget}: make it cheaper, or raise the budget and say why`,
      ];
    }
    return [];
  });
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}
