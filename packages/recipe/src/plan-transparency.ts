import { findOperation } from './operations/find-operation.ts';
import type { Size, Transparency } from './operations/operation.ts';
import { planSizes } from './plan-sizes.ts';
import type { Step } from './recipe.ts';

/** True where the steps may leave transparent pixels, of a source of that size that has an alpha channel or has none. */
export function planTransparency(
  steps: readonly Step[],
  source: Size & { readonly hasAlpha: boolean },
): boolean {
  const sizes = planSizes(steps, source);
  let known: Transparency = { hasAlpha: source.hasAlpha, background: undefined };
  for (const [index, { operation, values }] of steps.entries()) {
    known = findOperation(operation)?.transparency?.(values, known, sizes[index]) ?? known;
  }
  return known.hasAlpha;
}
