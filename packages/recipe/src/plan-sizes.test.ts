import { describe, expect, it } from 'vitest';
import { parseRecipe } from './parse-recipe.ts';
import { planSizes } from './plan-sizes.ts';

describe('planSizes', () => {
  it('gives the size of the source and the one after each step', () => {
    const { steps } = parseRecipe(['resize', '200x', 'rotate', '90', 'crop', '100x100', 'flip', 'h']);
    expect(planSizes(steps, { width: 400, height: 300 })).toEqual([
      { width: 400, height: 300 },
      { width: 200, height: 150 },
      { width: 150, height: 200 },
      { width: 100, height: 100 },
      { width: 100, height: 100 },
    ]);
  });

  it('knows no size after a step that only the pixels tell', () => {
    const steps = [
      { operation: 'flip', values: { horizontal: true, vertical: false } },
      { operation: 'not in the table', values: {} },
      { operation: 'rotate', values: { degrees: 90 } },
    ];
    expect(planSizes(steps, { width: 4, height: 3 })).toEqual([
      { width: 4, height: 3 },
      { width: 4, height: 3 },
      undefined,
      undefined,
    ]);
  });
});
