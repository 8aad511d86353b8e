import type { Box, Pixels } from '@images-server/recipe';

/** RGBA of a place; those outside are the nearest inside. Colours 0-255, alpha 0-1. */
export interface Sample {
  readonly color: readonly number[];
  readonly alpha: number;
}

export function sampler({ data, width, height }: Pixels): (x: number, y: number) => Sample {
  return (x, y) => {
    const [column, row] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    const at = (row * width + column) * 4;
    return { color: [...data.subarray(at, at + 3)], alpha: (data[at + 3] ?? 0) / 255 };
  };
}

/** A picture of what a formula gives for each place. */
export function drawn({ width, height }: Pixels, at: (x: number, y: number) => Sample): Pixels {
  const result = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { color, alpha } = at(x, y);
      const levels = [...color, alpha * 255].map((level) => Math.floor(level + 0.5));
      result.set(levels, (y * width + x) * 4);
    }
  }
  return { data: Uint8Array.from(result), width, height, channels: 4 };
}

/** The weighted mean of samples: colours weighted with alpha too. */
export function mean(samples: readonly (Sample & { readonly weight: number })[]): Sample {
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const alpha = samples.reduce((sum, sample) => sum + sample.weight * sample.alpha, 0);
  const color = [0, 1, 2].map((channel) => {
    const sum = samples.reduce((s, { color: c, alpha: a, weight }) => s + weight * a * (c[channel] ?? 0), 0);
    return alpha === 0 ? 0 : sum / alpha;
  });
  return { color, alpha: alpha / total };
}

/** The mean of the pixels of a box. */
export function blockMean(pixels: Pixels, { left, top, width, height }: Box): Sample {
  const sample = sampler(pixels);
  const places = Array.from({ length: width * height }, (_, at) => ({
    ...sample(left + (at % width), top + Math.floor(at / width)),
    weight: 1,
  }));
  return mean(places);
}
