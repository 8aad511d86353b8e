import { findOperation } from './operations/find-operation.ts';
import type { Recipe, Step } from './recipe.ts';
import { scaleSteps } from './scale-steps.ts';
import { snapSteps } from './snap-steps.ts';

/**
 * The steps that a recipe comes to once `dpr`, `enlarge` and the ladder of sizes are taken into them: sizes, the canonical
 * text and the key follow from these. `enlarges` stands for an `enlarge` that the recipe does not say; `sizes` (pixels,
 * ascending) are those that asked sizes snap to, any where there are none.
 */
export function effectiveSteps(
  recipe: Recipe,
  { enlarges, sizes }: { readonly enlarges: boolean; readonly sizes?: readonly number[] | undefined },
): readonly Step[] {
  const { dpr = 1, enlarge = enlarges } = recipe.settings;
  const scaled = scaleSteps(recipe.steps, dpr);
  const snapped = sizes === undefined ? scaled : snapSteps(scaled, sizes);
  return enlarge ? snapped : shrinkOnlySteps(snapped);
}

function shrinkOnlySteps(steps: readonly Step[]): readonly Step[] {
  return steps.map(({ operation, values }) => ({
    operation,
    values: findOperation(operation)?.shrinkOnly?.(values) ?? values,
  }));
}
