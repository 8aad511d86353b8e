import { findOperation } from './operations/find-operation.ts';
import type { Step } from './recipe.ts';

/** The other stored pictures that the steps lay on the picture, each hash once. */
export function planOverlays(steps: readonly Step[]): readonly string[] {
  return [
    ...new Set(steps.flatMap(({ operation, values }) => findOperation(operation)?.overlays?.(values) ?? [])),
  ];
}

/** The fonts that the steps set words in, each once; undefined among them is the server's own. */
export function planFonts(steps: readonly Step[]): readonly (string | undefined)[] {
  return [
    ...new Set(
      steps.flatMap(({ operation, values }) => {
        const font = findOperation(operation)?.font;
        return font === undefined ? [] : [font(values)];
      }),
    ),
  ];
}
