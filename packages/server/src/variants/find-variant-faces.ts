import type { Face } from '@images-server/recipe';
import type { Coalescer } from '../async/coalesce.ts';
import type { Renderer } from '../render/renderer.ts';
import { type AskDependencies, type AskOfVariant, createAskOfVariant } from './ask-of-variant.ts';
import type { FailureMemory } from './failure-memory.ts';
import { FACES_REVISION, NETWORK_BYTES } from './find-faces.ts';

/** The faces in a variant, in fractions of its width and height, the surest first: looked for once, kept beside it. */
export type FindVariantFaces = AskOfVariant<readonly Face[]>;

/** Creates it on the flow that makes variants. */
export function createFindVariantFaces(
  dependencies: AskDependencies & {
    readonly renderer: Renderer;
    readonly coalescer: Coalescer<readonly Face[]>;
    readonly failures: FailureMemory;
  },
): FindVariantFaces {
  return createAskOfVariant({
    ...dependencies,
    name: `faces-${FACES_REVISION}`,
    look: async ({ input, limits, pictureId, estimatedBytes }, signal) => {
      const { faces } = await dependencies.renderer.run(
        { kind: 'faces', input, limits },
        { pictureId, estimatedBytes: estimatedBytes + NETWORK_BYTES, signal },
      );
      return faces;
    },
  });
}
