import { findOperation } from './operations/find-operation.ts';
import type { Step } from './recipe.ts';

/**
 * The steps with every length that is given in pixels multiplied by `dpr` (0.1-8): percentages, ratios and areas stay as
 * they are. Each length is rounded half up, exactly, and is at least 1: `resize/100x` times 2 is `resize/200x`.
 */
export function scaleSteps(steps: readonly Step[], dpr: number): readonly Step[] {
  return steps.map(({ operation, values }) => ({
    operation,
    values: findOperation(operation)?.scale?.(values, dpr) ?? values,
  }));
}
