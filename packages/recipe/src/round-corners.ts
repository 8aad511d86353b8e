import type { Pixels } from './operations/operation.ts';

/**
 * The picture with rounded corners, antialiased: alpha is multiplied by min(1, max(0, r - d + 0.5)), d being the distance of
 * a pixel's centre from that of the corner's circle. `radiusPx` is at most half the shorter side. The bytes are new, with
 * an alpha channel; where nothing is seen they are 0.
 */
export function roundCorners(pixels: Pixels, radiusPx: number): Pixels {
  const { data, channels, width, height } = withAlpha(pixels);
  const multiply = (x: number, y: number, coverage: number) => {
    const at = (y * width + x) * channels;
    const alpha = Math.round((data[at + channels - 1] ?? 0) * coverage);
    if (alpha === 0) data.fill(0, at, at + channels);
    else data[at + channels - 1] = alpha;
  };
  // One corner; the others are its mirror images. Beyond the radius by a pixel nothing is cut.
  for (let y = 0; y < Math.min(radiusPx, height / 2); y += 1) {
    for (let x = 0; x < Math.min(radiusPx, width / 2); x += 1) {
      const coverage = cornerCoverage(x, y, radiusPx);
      if (coverage === 1) continue;
      for (const mirroredY of new Set([y, height - 1 - y])) {
        for (const mirroredX of new Set([x, width - 1 - x])) multiply(mirroredX, mirroredY, coverage);
      }
    }
  }
  return { data, channels, width, height };
}

/** How much of a pixel in the left upper corner is inside: 0-1. */
function cornerCoverage(x: number, y: number, radiusPx: number): number {
  const distance = Math.hypot(Math.max(0, radiusPx - x - 0.5), Math.max(0, radiusPx - y - 0.5));
  return Math.min(1, Math.max(0, radiusPx - distance + 0.5));
}

function withAlpha(pixels: Pixels): Pixels {
  const { data, width, height, channels } = pixels;
  if (channels === 2 || channels === 4) return { ...pixels, data: data.slice() };
  const widened = channels === 1 ? 2 : 4;
  const result = new Uint8Array(width * height * widened).fill(255);
  for (let from = 0, to = 0; from < data.length; from += channels, to += widened) {
    for (let channel = 0; channel < channels; channel += 1) result[to + channel] = data[from + channel] ?? 0;
  }
  return { data: result, width, height, channels: widened };
}
