import type { Coalescer } from '../async/coalesce.ts';
import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { FailureMemory } from './failure-memory.ts';
import { analysePicture, DESCRIPTION_REVISION, type PictureDescription } from './picture-description.ts';

/** Describes an original: analysed once, and kept. Rejects as renders do. */
export type DescribeOriginal = (original: Original, signal: AbortSignal) => Promise<PictureDescription>;

/** Creates it; `recall` keeps what was found out about originals. */
export function createDescribeOriginal(dependencies: {
  renderer: Renderer;
  limits: InputLimits;
  coalescer: Coalescer<PictureDescription>;
  failures: FailureMemory;
  recall: (
    original: Original,
    name: string,
    find: () => Promise<PictureDescription>,
  ) => Promise<PictureDescription>;
}): DescribeOriginal {
  const { renderer, limits, coalescer, failures, recall } = dependencies;

  return async function describeOriginal(original, signal) {
    const run = `${original.group}/${original.id}`;
    failures.rethrow(run);
    const { analysis } = await coalescer.run(run, signal, (runSignal) =>
      recall(original, `info-${DESCRIPTION_REVISION}`, () =>
        failures.remember(run, analyse(original, runSignal)),
      ),
    );
    // Those of the original know its pages, too.
    return { facts: original.facts, analysis };
  };

  async function analyse(original: Original, signal: AbortSignal): Promise<PictureDescription> {
    const local = await original.open(signal);
    try {
      const { path, offset, length } = local;
      const estimatedBytes = estimateDecodeBytes(original.facts);
      const picture = { input: { path, offset, length }, limits, pictureId: original.id, estimatedBytes };
      return await analysePicture(renderer, picture, signal);
    } finally {
      await local.release();
    }
  }
}
