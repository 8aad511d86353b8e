import type { InputLimits, PictureAnalysis, PictureFacts, RenderInput } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';

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
