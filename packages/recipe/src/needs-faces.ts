import { findOperation } from './operations/find-operation.ts';
import type { Step } from './recipe.ts';

/** True where a step has to know the faces in the original, so that they have to be looked for before. */
export function needsFaces(steps: readonly Step[]): boolean {
  return steps.some(({ operation, values }) => findOperation(operation)?.needsFaces?.(values) ?? false);
}
