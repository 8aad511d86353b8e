import { findOperation } from './operations/find-operation.ts';
import type { Size } from './operations/operation.ts';
import type { Step } from './recipe.ts';

/**
 * The sizes between the steps, without a pixel: the source's (upright) first, then the one after each step, so one more
 * than there are steps. Undefined from the first step on whose size only the pixels tell.
 */
export function planSizes(steps: readonly Step[], source: Size): readonly (Size | undefined)[] {
  const sizes: (Size | undefined)[] = [source];
  let size: Size | undefined = source;
  for (const { operation, values } of steps) {
    size = size === undefined ? undefined : findOperation(operation)?.size(values, size);
    sizes.push(size);
  }
  return sizes;
}
