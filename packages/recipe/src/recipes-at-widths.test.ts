import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryRecipe } from '../test/support/arbitrary-recipe.ts';
import { effectiveSteps } from './effective-steps.ts';
import type { Size } from './operations/operation.ts';
import { parseRecipe } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import { planSizes } from './plan-sizes.ts';
import { printRecipe } from './print-recipe.ts';
import { recipesAtWidths } from './recipes-at-widths.ts';

const SOURCE: Size = { width: 1200, height: 800 };

function at(recipe: string, widths: readonly number[], source: Size | undefined = SOURCE): string[] {
  const parsed = parseRecipe(operationsSegments(recipe));
  return recipesAtWidths(parsed, widths, { source, enlarges: true }).map(
    ({ recipe: sized, width }) => `${printRecipe(sized)} ${width}w`,
  );
}

describe('recipesAtWidths', () => {
  it.each([
    ['', ['resize/100x 100w', 'resize/200x 200w']],
    ['crop/1:1', ['crop/1:1/resize/100x 100w', 'crop/1:1/resize/200x 200w']],
    ['resize/600x', ['resize/100x 100w', 'resize/200x 200w']],
    ['resize/600x400!', ['resize/100x67! 100w', 'resize/200x133! 200w']],
    ['resize/50%25', ['resize/50%25/resize/100x 100w', 'resize/50%25/resize/200x 200w']],
    ['cover/800x600', ['cover/100x75 100w', 'cover/200x150 200w']],
    [
      'crop/600x600/resize/300x/round/9',
      ['crop/600x600/resize/100x/round/3 100w', 'crop/600x600/resize/200x/round/6 200w'],
    ],
    [
      'resize/600x400/crop/n400x400',
      ['resize/150x100/crop/n100x100 100w', 'resize/300x200/crop/n200x200 200w'],
    ],
    ['dpr/2/resize/100x/pad/10', ['resize/83x/pad/8 99w', 'resize/167x/pad/17 201w']],
    ['format/webp/cover/40x20', ['cover/100x50/format/webp 100w', 'cover/200x100/format/webp 200w']],
    ['trim/0', ['trim/0/resize/100x 100w', 'trim/0/resize/200x 200w']],
  ])('%s at 100 and 200', (recipe, expected) => {
    expect(at(recipe, [200, 100])).toEqual(expected);
  });

  it('goes no further than the source without enlarging it', () => {
    expect(at('', [1000, 1600, 2000])).toEqual(['resize/1000x 1000w', 'resize/1200x 1200w']);
    expect(at('cover/300x300', [400, 1000])).toEqual(['cover/400x400 400w', 'cover/800x800 800w']);
    expect(at('crop/300x300/resize/100x', [1000])).toEqual(['crop/300x300/resize/300x 300w']);
    expect(at('resize/2400x', [2000])).toEqual(['resize/1200x 1200w']);
    expect(at('trim/0', [2000])).toEqual(['trim/0/resize/1200x 1200w']);
  });

  it('goes by the recipe alone where the source is not known', () => {
    const unknown = (recipe: string, widths: number[]) => {
      const parsed = parseRecipe(operationsSegments(recipe));
      return recipesAtWidths(parsed, widths, { enlarges: true }).map(
        ({ recipe: sized, width }) => `${printRecipe(sized)} ${width}w`,
      );
    };
    expect(unknown('cover/800x600', [400, 9000])).toEqual(['cover/400x300 400w', 'cover/9000x6750 9000w']);
    expect(unknown('resize/800x600', [400])).toEqual(['resize/800x600/resize/400x 400w']);
    expect(unknown('', [400])).toEqual(['resize/400x 400w']);
  });

  it('law: the width that it says is the width that is planned, and no wider than asked but for rounding', () => {
    const side = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(
        arbitraryRecipe,
        fc.record({ width: side, height: side }),
        fc.array(side, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (recipe, source, widths, enlarges) => {
          const candidates = recipesAtWidths(recipe, widths, { source, enlarges });
          expect(candidates.length).toBeGreaterThan(0);
          expect(candidates.length).toBeLessThanOrEqual(widths.length);
          for (const { recipe: sized, width } of candidates) {
            const planned = planSizes(effectiveSteps(sized, { enlarges }), source).at(-1)?.width;
            if (planned !== undefined) expect(width).toBe(planned);
          }
        },
      ),
    );
  });
});
