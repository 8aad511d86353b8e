import { findOperation } from './operations/find-operation.ts';
import type { Recipe, Step } from './recipe.ts';
import { scaleSteps } from './scale-steps.ts';

/**
 * The steps that a recipe comes to once `dpr` and `enlarge` are taken into them: sizes, the canonical text and the key
 * follow from these. `enlarges` stands for an `enlarge` that the recipe does not say.
 */
export function effectiveSteps(
  recipe: Recipe,
  { enlarges }: { readonly enlarges: boolean },
): readonly Step[] {
  const { dpr = 1, enlarge = enlarges } = recipe.settings;
  const scaled = scaleSteps(recipe.steps, dpr);
  return enlarge ? scaled : shrinkOnlySteps(scaled);
}

function shrinkOnlySteps(steps: readonly Step[]): readonly Step[] {
  return steps.map(({ operation, values }) => ({
    operation,
    values: findOperation(operation)?.shrinkOnly?.(values) ?? values,
  }));
}
