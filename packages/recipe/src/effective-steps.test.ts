import { describe, expect, it } from 'vitest';
import { effectiveSteps } from './effective-steps.ts';
import { parseRecipe } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import { printSteps } from './print-recipe.ts';

function effective(recipe: string, enlarges = true): string {
  return printSteps(effectiveSteps(parseRecipe(operationsSegments(recipe)), { enlarges }));
}

describe('effectiveSteps', () => {
  it('takes dpr into the steps, wherever it stands', () => {
    expect(effective('resize/100x/dpr/2')).toBe('resize/200x');
    expect(effective('dpr/.5/cover/300x300>/pad/10')).toBe('cover/150x150%3E/pad/5');
  });

  it('keeps every step from enlarging where the recipe says so', () => {
    expect(effective('enlarge/off/resize/100x/contain/n50x50/cover/10x10/pad/5')).toBe(
      'resize/100x%3E/contain/n50x50%3E/cover/10x10%3E/pad/5',
    );
  });

  it('raises sizes to the ladder, after dpr', () => {
    const { steps, settings } = parseRecipe(operationsSegments('dpr/2/resize/60x/enlarge/off'));
    const effective = effectiveSteps({ steps, settings }, { enlarges: true, sizes: [100, 200] });
    expect(printSteps(effective)).toBe('resize/200x%3E');
  });

  it('goes by the given default only where the recipe does not say', () => {
    expect(effective('resize/100x', false)).toBe('resize/100x%3E');
    expect(effective('resize/100x/enlarge/on', false)).toBe('resize/100x');
  });
});
