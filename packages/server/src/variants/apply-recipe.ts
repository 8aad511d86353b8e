import { operationsSegments, parseRecipe } from '@images-server/recipe';
import type { Original } from '../sources/source.ts';
import type { Client } from './client.ts';
import type { ServeVariant } from './serve-variant.ts';
import { createStageTimer } from './stage-timer.ts';

/** Makes a picture of another one, for keeps: no client has a say in it. `serveVariant` is one that keeps nothing. */
export function createApplyRecipe({ serveVariant }: { serveVariant: ServeVariant }) {
  return async function applyRecipe(
    recipe: string,
    original: Original,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { variant } = await serveVariant({
      recipe: parseRecipe(operationsSegments(recipe)),
      client: NOBODY,
      resolve: async () => original,
      holds: () => false,
      timer: createStageTimer(),
      signal,
    });
    if (variant === undefined) throw new Error('a variant that nobody holds was not made');
    return variant.bytes;
  };
}

const NOBODY: Client = { accepted: new Map(), savesData: false, dpr: undefined, widthPx: undefined };
