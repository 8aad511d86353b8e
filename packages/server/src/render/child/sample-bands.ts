import type { Pixels } from '@images-server/recipe';

/** Whole blocks of every encoder, and tall enough that the seams between two bands count little. */
const BAND_ROWS = 64;

/**
 * The picture itself where it has no more than so many pixels, else bands of 64 rows from all over it, laid one below the
 * other, of about so many. The data may be the picture's own.
 */
export function sampleBands(pixels: Pixels, maxPixels: number): Pixels {
  const { data, width, height, channels } = pixels;
  const bands = Math.max(1, Math.floor(maxPixels / (width * BAND_ROWS)));
  if (width * height <= maxPixels || height <= bands * BAND_ROWS) return pixels;
  const rowBytes = width * channels;
  const sampled = new Uint8Array(bands * BAND_ROWS * rowBytes);
  for (let band = 0; band < bands; band += 1) {
    const firstRow = Math.floor(((height - BAND_ROWS) * (band + 0.5)) / bands);
    const rows = data.subarray(firstRow * rowBytes, (firstRow + BAND_ROWS) * rowBytes);
    sampled.set(rows, band * BAND_ROWS * rowBytes);
  }
  return { data: sampled, width, height: bands * BAND_ROWS, channels };
}
