import type { Coalescer } from '../async/coalesce.ts';
import type { Renderer } from '../render/renderer.ts';
import { type AskDependencies, type AskOfVariant, createAskOfVariant } from './ask-of-variant.ts';
import type { FailureMemory } from './failure-memory.ts';
import { analysePicture, DESCRIPTION_REVISION, type PictureDescription } from './picture-description.ts';

/** Describes a variant: analysed once, and kept beside it. */
export type DescribeVariant = AskOfVariant<PictureDescription>;

/** Creates it on the flow that makes variants. */
export function createDescribeVariant(
  dependencies: AskDependencies & {
    readonly renderer: Renderer;
    readonly coalescer: Coalescer<PictureDescription>;
    readonly failures: FailureMemory;
  },
): DescribeVariant {
  return createAskOfVariant({
    ...dependencies,
    name: `info-${DESCRIPTION_REVISION}`,
    look: (picture, signal) => analysePicture(dependencies.renderer, picture, signal),
  });
}
