import type { Coalescer } from '../async/coalesce.ts';
import type { InputLimits, PictureAnalysis, PictureFacts, RenderInput } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { FailureMemory } from './failure-memory.ts';

/** What a picture is, without its pixels. */
export interface PictureDescription {
  readonly facts: PictureFacts;
  readonly analysis: PictureAnalysis;
}

/** Raised whenever the same picture is described otherwise than before. */
export const DESCRIPTION_REVISION = 1;

/** One picture to look at. */
export interface PictureAtHand {
  readonly input: RenderInput;
  readonly limits: InputLimits;
  readonly pictureId: string;
  readonly estimatedBytes: number;
}

/** Has a render process look at a picture; rejects as renders do. */
export async function analysePicture(
  renderer: Renderer,
  { input, limits, pictureId, estimatedBytes }: PictureAtHand,
  signal: AbortSignal,
): Promise<PictureDescription> {
  const { facts, analysis } = await renderer.run(
    { kind: 'analyse', input, limits },
    { pictureId, estimatedBytes, signal },
  );
  return { facts, analysis };
}

/** Finds out once for all who ask for the same name at the same time; a failure that a second try would repeat is kept. */
export type FindOnce = (
  name: string,
  signal: AbortSignal,
  find: (runSignal: AbortSignal) => Promise<PictureDescription>,
) => Promise<PictureDescription>;

/** Creates it on a coalescer and a memory of failures that are used for nothing else. */
export function createFindOnce(dependencies: {
  coalescer: Coalescer<PictureDescription>;
  failures: FailureMemory;
}): FindOnce {
  const { coalescer, failures } = dependencies;

  return async function findOnce(name, signal, find) {
    failures.rethrow(name);
    return coalescer.run(name, signal, (runSignal) => failures.remember(name, find(runSignal)));
  };
}
