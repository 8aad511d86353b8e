import { findOperation } from './operations/find-operation.ts';
import type { Step } from './recipe.ts';

/**
 * The steps with every side that `resize`, `cover` and `contain` give in pixels raised to the next of `sizes`
 * (ascending, at least one), each side by itself; what is above the largest comes down to it.
 */
export function snapSteps(steps: readonly Step[], sizes: readonly number[]): readonly Step[] {
  const largest = sizes.at(-1);
  const snapped = (lengthPx: number) => sizes.find((size) => size >= lengthPx) ?? largest ?? lengthPx;
  return steps.map(({ operation, values }) => ({
    operation,
    values: findOperation(operation)?.snap?.(values, snapped) ?? values,
  }));
}
