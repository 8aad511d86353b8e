import type { Box, Pixels } from '../../operations/operation.ts';
import { hasAlpha } from './levels.ts';

/**
 * The mean of a box, not rounded, channel by channel as in the picture: the colours weighted with alpha (0 where all is
 * transparent), alpha itself not.
 */
export function boxMean(pixels: Pixels, box: Box): readonly number[] {
  const { data, width, channels } = pixels;
  const isTranslucent = hasAlpha(pixels);
  const colors = isTranslucent ? channels - 1 : channels;
  const sums = new Float64Array(colors);
  let weights = 0;
  for (let y = box.top; y < box.top + box.height; y += 1) {
    const first = (y * width + box.left) * channels;
    for (let pixel = first; pixel < first + box.width * channels; pixel += channels) {
      const weight = isTranslucent ? (data[pixel + colors] ?? 0) : 1;
      weights += weight;
      for (let color = 0; color < colors; color += 1) {
        sums[color] = (sums[color] ?? 0) + weight * (data[pixel + color] ?? 0);
      }
    }
  }
  const means = Array.from(sums, (sum) => (weights === 0 ? 0 : sum / weights));
  return isTranslucent ? [...means, weights / (box.width * box.height)] : means;
}

/** Gives every pixel of a box the same value, channel by channel, rounded; in place. */
export function fillBox({ data, width, channels }: Pixels, box: Box, value: readonly number[]): void {
  const levels = Uint8Array.from(value, (level) => level + 0.5);
  const row = new Uint8Array(box.width * channels);
  for (let at = 0; at < row.length; at += channels) row.set(levels, at);
  for (let y = box.top; y < box.top + box.height; y += 1) data.set(row, (y * width + box.left) * channels);
}
