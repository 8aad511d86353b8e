import type { InputLimits, MaxPixels } from '../render/protocol.ts';

const MAX_SIDE_PX = 16_384;
const MAX_FRAMES = 100;

/** The limits on what comes in, of which only the pixels and whether SVG is taken are configured. */
export function inputLimits({ maxPixels, svg }: { maxPixels: MaxPixels; svg: boolean }): InputLimits {
  return { maxPixels, maxSidePx: MAX_SIDE_PX, maxFrames: MAX_FRAMES, svg };
}
