import {
  findOperation,
  MAX_STEPS,
  parseSteps,
  printSteps,
  type Recipe,
  scaleSteps,
} from '@images-server/recipe';
import type { Client, ClientTrait } from './client.ts';

/** A recipe with what the client's hints add to it, and by which of them it would be another one. */
export interface HintedRecipe {
  readonly recipe: Recipe;
  readonly variesBy: readonly ClientTrait[];
}

/**
 * Lets the client's hints decide what the recipe says nothing of: `dpr`, where a step has lengths in pixels, and a width
 * that is not exceeded, where no step resizes.
 */
export function withClientHints(recipe: Recipe, { dpr, widthPx }: Client): HintedRecipe {
  const { steps, settings } = recipe;
  const takesDpr = settings.dpr === undefined && printSteps(scaleSteps(steps, 2)) !== printSteps(steps);
  const resizes = steps.some(({ operation }) => findOperation(operation)?.shrinkOnly !== undefined);
  const takesWidth = !resizes && steps.length < MAX_STEPS;
  // A width is in device pixels already: it is no length that `dpr` is still to multiply.
  const scaled = takesDpr && dpr !== undefined ? scaleSteps(steps, dpr) : steps;
  const fitted = takesWidth && widthPx !== undefined ? parseSteps(`resize/${widthPx}x%3E`) : [];
  return {
    recipe: { settings, steps: [...scaled, ...fitted] },
    variesBy: [...(takesDpr ? (['dpr'] as const) : []), ...(takesWidth ? (['widthPx'] as const) : [])],
  };
}
