import type { Size } from '@images-server/recipe';
import type { PictureFacts } from './protocol.ts';

/**
 * Peak bytes per decoded pixel (width x height x frames) at 8 bits per channel. Measured as resident memory above the
 * idle process, libvips 8.18, 25-megapixel pictures scaled to 300 px, and rounded up: baseline JPEG 0.5, progressive
 * JPEG 3.5, TIFF 3.6, PNG 4.2, lossless WebP 6.2 (the facts do not tell it from lossy), GIF 6.5, interlaced PNG 6.9,
 * AVIF 19.1. (SVG depends on what is drawn: 8 is what two layers take.)
 */
const BYTES_PER_PIXEL = { jpeg: 1, png: 5, tiff: 5, webp: 8, gif: 8, svg: 8, avif: 20 } as const;
const PROGRESSIVE_BYTES_PER_PIXEL = { ...BYTES_PER_PIXEL, jpeg: 5, png: 8 } as const;

/** The pixels before and after a pass, RGBA each: steps that end a pass hold both. */
const RESULT_BYTES_PER_PIXEL = 8;

/**
 * What a render is reckoned to take above its idle process, in bytes: the encoded original, its decoded pixels, and
 * (where given) the largest picture between or after the steps. It decides how many run at once; the process's own
 * memory limit is what holds when it is wrong.
 */
export function estimateDecodeBytes(facts: PictureFacts, result?: Size): number {
  const table = facts.progressive ? PROGRESSIVE_BYTES_PER_PIXEL : BYTES_PER_PIXEL;
  const depthFactor = facts.depth > 8 ? 2 : 1;
  const pixels = facts.width * facts.height * facts.frames;
  const resultPixels = result === undefined ? 0 : result.width * result.height;
  return facts.bytes + pixels * table[facts.format] * depthFactor + resultPixels * RESULT_BYTES_PER_PIXEL;
}
