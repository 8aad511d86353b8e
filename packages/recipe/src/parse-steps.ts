import { parseSegments } from './parse-recipe.ts';
import { operationsSegments } from './path.ts';
import type { Step } from './recipe.ts';

/** Reads what `printSteps` wrote. */
export function parseSteps(text: string): readonly Step[] {
  return parseSegments(operationsSegments(text)).steps;
}
