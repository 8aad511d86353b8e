import type { Face } from '@images-server/recipe';
import type { Coalescer } from '../async/coalesce.ts';
import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';

/**
 * The faces in an original, in fractions of its upright width and height, the surest first: those of its first frame, or
 * of the one frame or page that is named, from 1. Rejects as renders do.
 */
export type FindFaces = (
  original: Original,
  page: number | undefined,
  signal: AbortSignal,
) => Promise<readonly Face[]>;

/** Raised whenever other faces are found in the same picture than before. */
export const FACES_REVISION = 1;

/** What the network takes beside the decoded picture, in bytes; measured. */
export const NETWORK_BYTES = 96 * 1024 * 1024;

/** Creates it: they are looked for once, by a render process, and kept with `recall`, so that every size has the same. */
export function createFindFaces(dependencies: {
  renderer: Renderer;
  limits: InputLimits;
  recall: (
    original: Original,
    name: string,
    find: () => Promise<readonly Face[]>,
  ) => Promise<readonly Face[]>;
  coalescer: Coalescer<readonly Face[]>;
}): FindFaces {
  const { renderer, limits, recall, coalescer } = dependencies;

  return async function findFaces(original, page = 1, signal) {
    const name = `faces-${FACES_REVISION}-${page}`;
    return coalescer.run(`${original.group}/${original.id}/${name}`, signal, (runSignal) =>
      recall(original, name, () => look(original, page, runSignal)),
    );
  };

  async function look(original: Original, page: number, signal: AbortSignal): Promise<readonly Face[]> {
    const local = await original.open(signal);
    try {
      const input = { path: local.path, offset: local.offset, length: local.length };
      const estimatedBytes = estimateDecodeBytes(original.facts) + NETWORK_BYTES;
      const job = { kind: 'faces' as const, input, limits, page };
      const { faces } = await renderer.run(job, { pictureId: original.id, estimatedBytes, signal });
      return faces;
    } finally {
      await local.release();
    }
  }
}
