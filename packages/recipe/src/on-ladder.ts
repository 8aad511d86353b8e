import type { Recipe } from './recipe.ts';
import { scaleSteps } from './scale-steps.ts';
import { snapSteps } from './snap-steps.ts';

/**
 * The recipe with its sizes on a ladder (pixels, ascending; undefined where there is none): what it comes to is the same,
 * and is said in the steps. `dpr` is taken into them, since it comes before the ladder.
 */
export function onLadder(recipe: Recipe, sizes: readonly number[] | undefined): Recipe {
  if (sizes === undefined) return recipe;
  const { dpr = 1, ...settings } = recipe.settings;
  return { steps: snapSteps(scaleSteps(recipe.steps, dpr), sizes), settings };
}
