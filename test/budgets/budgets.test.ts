import { beforeAll, expect, test } from 'vitest';
import { dynoxideBinary } from '../../local/engines/table-engines.ts';
import { BUDGETS } from './budgets.ts';
import { bundleFigures } from './bundles.ts';
import { assertWithin, type Figures } from './figures.ts';
import { signatureFigures, trafficFigures, visitFigures } from './traffic.ts';

let figures: Figures;
beforeAll(async () => {
  figures = {
    ...(await bundleFigures()),
    ...(await trafficFigures()),
    ...(await visitFigures()),
    ...(await signatureFigures()),
  };
}, 240_000);

test('every figure is within its budget', () => {
  assertWithin(figures, BUDGETS);
});

test('a figure that doubles breaks its budget, and the error names both', () => {
  for (const [what, figure] of Object.entries(figures)) {
    if (figure === 0) continue;
    const doubled = 2 * figure;
    expect(() => assertWithin({ [what]: doubled }, BUDGETS)).toThrow(
      `${what}: ${doubled}, over the budget of ${BUDGETS[what]}`,
    );
  }
});

test('a figure that was nothing and is something breaks its budget', () => {
  const nothing = Object.entries(figures).filter(([, figure]) => figure === 0);
  expect(nothing).not.toEqual([]);
  for (const [what] of nothing) expect(() => assertWithin({ [what]: 1 }, BUDGETS)).toThrow('budget of 0');
});

test('no budget is left without its figure', () => {
  const measured = Object.keys(BUDGETS).filter((what) => dynoxideBinary() || !what.endsWith(' units'));
  expect(Object.keys(figures).sort()).toEqual(measured.sort());
});

test('a figure that nobody has given a budget is not let through', () => {
  expect(() => assertWithin({ 'a room painted: litres': 1 }, BUDGETS)).toThrow('give it one');
});
