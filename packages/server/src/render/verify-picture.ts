import { estimateDecodeBytes } from './memory-estimate.ts';
import type { InputLimits, PictureFacts, RenderInput } from './protocol.ts';
import type { Renderer } from './renderer.ts';

/**
 * Decodes a new original whole, to find out whether it is a picture: its facts, or a rejection with what it deserves.
 * Its header is read by a job of its own first, so that the decoding is admitted by the memory that it will take.
 */
export async function verifyPicture(work: {
  renderer: Renderer;
  input: RenderInput;
  limits: InputLimits;
  pictureId: string;
  signal: AbortSignal;
}): Promise<PictureFacts> {
  const { renderer, input, limits, pictureId, signal } = work;
  const header = await renderer.run(
    { kind: 'probe', input, limits },
    { pictureId, estimatedBytes: 0, signal },
  );
  const estimatedBytes = estimateDecodeBytes(header.facts);
  const { facts } = await renderer.run(
    { kind: 'verify', input, limits },
    { pictureId, estimatedBytes, signal },
  );
  return facts;
}
