import type { Box, Pixels } from '../../operations/operation.ts';
import { hasAlpha } from './levels.ts';

/** How many pixels of a box have each luma, 0-255; those that are fully transparent are not counted. */
export function lumaHistogram(pixels: Pixels, luma: Uint8Array, box: Box): Uint32Array {
  const { data, width, channels } = pixels;
  const isTranslucent = hasAlpha(pixels);
  const histogram = new Uint32Array(256);
  for (let y = box.top; y < box.top + box.height; y += 1) {
    const first = y * width + box.left;
    for (let pixel = first; pixel < first + box.width; pixel += 1) {
      if (isTranslucent && data[(pixel + 1) * channels - 1] === 0) continue;
      const level = luma[pixel] ?? 0;
      histogram[level] = (histogram[level] ?? 0) + 1;
    }
  }
  return histogram;
}
