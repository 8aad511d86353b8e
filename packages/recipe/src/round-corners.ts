import type { Pixels } from './operations/operation.ts';

/**
 * The picture with rounded corners, antialiased: alpha is multiplied by min(1, max(0, r - d + 0.5)), d being the distance of
 * a pixel's centre from that of the corner's circle. `radiusPx` is at most half the shorter side. The bytes are new, with
 * an alpha channel; where nothing is seen they are 0.
 */
export function roundCorners(pixels: Pixels, radiusPx: number): Pixels {
  const rounded = withAlpha(pixels);
  const { width, height } = rounded;
  // One corner is reckoned, the others are its mirror images. They never meet where anything is cut.
  for (let y = 0; y < radiusPx; y += 1) {
    for (let x = 0; x < radiusPx; x += 1) {
      const coverage = cornerCoverage(x, y, radiusPx);
      if (coverage === 1) break;
      multiplyAlpha(rounded, x, y, coverage);
      multiplyAlpha(rounded, width - 1 - x, y, coverage);
      multiplyAlpha(rounded, x, height - 1 - y, coverage);
      multiplyAlpha(rounded, width - 1 - x, height - 1 - y, coverage);
    }
  }
  return rounded;
}

/** How much of a pixel in the left upper corner is inside: 0-1. */
function cornerCoverage(x: number, y: number, radiusPx: number): number {
  const distance = Math.hypot(Math.max(0, radiusPx - x - 0.5), Math.max(0, radiusPx - y - 0.5));
  return Math.min(1, Math.max(0, radiusPx - distance + 0.5));
}

function multiplyAlpha({ data, channels, width }: Pixels, x: number, y: number, factor: number): void {
  const at = (y * width + x) * channels;
  const alphaAt = at + channels - 1;
  const alpha = Math.round((data[alphaAt] ?? 0) * factor);
  if (alpha === 0) data.fill(0, at, alphaAt);
  data[alphaAt] = alpha;
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
