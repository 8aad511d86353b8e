import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRecipe } from '../test/support/arbitrary-recipe.ts';
import { effectiveSteps } from './effective-steps.ts';
import { onLadder } from './on-ladder.ts';
import { parseRecipe } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import { printRecipe } from './print-recipe.ts';

describe('onLadder', () => {
  it('says in the steps what becomes of them', () => {
    const recipe = parseRecipe(operationsSegments('resize/60x/dpr/2/pad/3/format/png'));
    expect(printRecipe(onLadder(recipe, [100, 200]))).toBe('resize/200x/pad/6/format/png');
    expect(onLadder(recipe, undefined)).toBe(recipe);
  });

  it('law: what comes of it is what comes of the recipe, and it is on the ladder already', () => {
    const ladder = fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(arbitraryRecipe, ladder, fc.boolean(), (recipe, unsorted, enlarges) => {
        const sizes = unsorted.sort((one, other) => one - other);
        const settled = onLadder(recipe, sizes);
        expect(effectiveSteps(settled, { enlarges, sizes })).toStrictEqual(
          effectiveSteps(recipe, { enlarges, sizes }),
        );
        expect(onLadder(settled, sizes)).toStrictEqual(settled);
      }),
    );
  });
});
