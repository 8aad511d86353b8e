import type { Pixels } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { asRgba, filtered, greatestDifference, scattered } from '../../../test/filtered.ts';
import { blockMean, drawn, type Sample, sampler } from '../../../test/samples.ts';

/** Three boxes with soft ends, folded into one kernel. */
function documentedKernel(sigma: number): readonly number[] {
  const r = Math.floor((Math.sqrt(1 + 4 * sigma ** 2) - 1) / 2);
  const e = ((2 * r + 1) * (sigma ** 2 - r * (r + 1))) / (2 * (3 * (r + 1) ** 2 - sigma ** 2));
  const box = [e, ...Array.from({ length: 2 * r + 1 }, () => 1), e].map(
    (weight) => weight / (2 * r + 1 + 2 * e),
  );
  return fold(fold(box, box), box);
}

function fold(a: readonly number[], b: readonly number[]): readonly number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, first] of a.entries()) {
    for (const [j, second] of b.entries()) result[i + j] = (result[i + j] ?? 0) + first * second;
  }
  return result;
}

function gaussianKernel(sigma: number): readonly number[] {
  const reach = Math.ceil(5 * sigma);
  return Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma ** 2)));
}

function blurred(pixels: Pixels, kernel: readonly number[]): (x: number, y: number) => Sample {
  const reach = (kernel.length - 1) / 2;
  const total = kernel.reduce((sum, weight) => sum + weight, 0) ** 2;
  const inside = (at: number, side: number) => Math.min(side - 1, Math.max(0, at));
  return (x, y) => {
    const sums = [0, 0, 0, 0];
    for (const [row, down] of kernel.entries()) {
      for (const [column, across] of kernel.entries()) {
        const sourceX = inside(x + column - reach, pixels.width);
        const at = (inside(y + row - reach, pixels.height) * pixels.width + sourceX) * 4;
        const weight = across * down * (pixels.data[at + 3] ?? 0);
        for (let channel = 0; channel < 3; channel += 1) {
          sums[channel] = (sums[channel] ?? 0) + weight * (pixels.data[at + channel] ?? 0);
        }
        sums[3] = (sums[3] ?? 0) + weight;
      }
    }
    const [r = 0, g = 0, b = 0, alpha = 0] = sums;
    return { color: alpha === 0 ? [0, 0, 0] : [r / alpha, g / alpha, b / alpha], alpha: alpha / total / 255 };
  };
}

describe('filter blur', () => {
  it.each([
    [0.3, 4],
    [0.5, 3],
    [1, 4],
    [1.7, 2],
    [3.25, 1],
    [6, 4],
  ] as const)('of sigma %d follows its formula, of %d channels', async (sigma, channels) => {
    const before = scattered(21, 16, channels);
    const expected = drawn(before, blurred(await asRgba(before), documentedKernel(sigma)));
    expect(greatestDifference(await filtered(before, `blur:${sigma}`), expected)).toBeLessThanOrEqual(1);
  });

  it.each([1, 2.5, 8])('of sigma %d is close to a Gaussian', async (sigma) => {
    const before = scattered(24, 18, 3, 7);
    const expected = drawn(before, blurred(await asRgba(before), gaussianKernel(sigma)));
    expect(greatestDifference(await filtered(before, `blur:${sigma}`), expected)).toBeLessThanOrEqual(3);
  });

  it('makes one colour of a small picture when sigma is large, and keeps a picture of one colour', async () => {
    const even = { ...scattered(8, 8, 3), data: new Uint8Array(192).fill(77) };
    expect(greatestDifference(await filtered(even, 'blur:100'), await asRgba(even))).toBe(0);
    const { data } = await filtered(scattered(8, 8, 1), 'blur:100');
    expect(Math.max(...data.filter((_, at) => at % 4 === 0)) - Math.min(...data)).toBeLessThanOrEqual(8);
  });
});

describe('filter sharpen', () => {
  it.each([
    ['sharpen', 1, 3],
    ['sharpen', 1, 4],
    ['sharpen:2.5', 2.5, 2],
  ] as const)('%s follows its formula', async (argument, sigma, channels) => {
    const before = scattered(19, 15, channels);
    const rgba = await asRgba(before);
    const [sample, blur] = [sampler(rgba), blurred(rgba, documentedKernel(sigma))];
    const expected = drawn(before, (x, y) => {
      const { color, alpha } = sample(x, y);
      const { color: soft } = blur(x, y);
      return { color: color.map((level, channel) => 2 * level - (soft[channel] ?? 0)), alpha };
    });
    expect(greatestDifference(await filtered(before, argument), expected)).toBeLessThanOrEqual(1);
  });
});

describe('filter median', () => {
  function windowMedian(pixels: Pixels, side: number, x: number, y: number): Sample {
    const sample = sampler(pixels);
    const reach = (side - 1) / 2;
    const samples = Array.from({ length: side * side }, (_, at) =>
      sample(x - reach + (at % side), y - reach + Math.floor(at / side)),
    );
    const middle = (values: readonly number[]) =>
      values.toSorted((a, b) => a - b)[(side * side - 1) / 2] ?? 0;
    const alpha = middle(samples.map((one) => one.alpha));
    const color = [0, 1, 2].map((channel) => {
      const levels = samples.map((one) => Math.round((one.color[channel] ?? 0) * one.alpha));
      return alpha === 0 ? 0 : (middle(levels) * 255) / Math.round(alpha * 255);
    });
    return { color, alpha };
  }

  it.each([
    [3, 3, 20, 14],
    [5, 4, 20, 14],
    [7, 1, 9, 8],
    [3, 2, 9, 8],
    [9, 3, 5, 30],
    [51, 4, 6, 4],
    [3, 3, 1, 1],
  ] as const)(
    'of side %d follows its formula, of %d channels and %dx%d',
    async (side, channels, width, height) => {
      const before = scattered(width, height, channels);
      const rgba = await asRgba(before);
      const expected = drawn(before, (x, y) => windowMedian(rgba, side, x, y));
      expect(greatestDifference(await filtered(before, `median:${side}`), expected)).toBe(0);
    },
  );
});

describe('filter pixelate', () => {
  it.each([
    [4, 3],
    [5, 4],
    [7, 2],
    [100, 1],
  ] as const)('of blocks of %d follows its formula, of %d channels', async (block, channels) => {
    const before = scattered(22, 17, channels);
    const rgba = await asRgba(before);
    const expected = drawn(before, (x, y) => {
      const [left, top] = [x - (x % block), y - (y % block)];
      return blockMean(rgba, {
        left,
        top,
        width: Math.min(block, 22 - left),
        height: Math.min(block, 17 - top),
      });
    });
    expect(greatestDifference(await filtered(before, `pixelate:${block}`), expected)).toBe(0);
  });
});

describe('filter emboss and edges', () => {
  /** Σ k a (n - c) over the neighbours of a place, for a value of the sample. */
  function slope(
    pixels: Pixels,
    kernel: readonly (readonly number[])[],
    levelOf: (sample: Sample) => number,
  ) {
    const sample = sampler(pixels);
    return (x: number, y: number) => {
      let sum = 0;
      for (const [row, weights] of kernel.entries()) {
        for (const [column, weight] of weights.entries()) {
          const neighbour = sample(x + column - 1, y + row - 1);
          sum += weight * neighbour.alpha * (levelOf(neighbour) - levelOf(sample(x, y)));
        }
      }
      return sum;
    };
  }

  it.each([1, 2, 3, 4] as const)('follow their formulas, of %d channels', async (channels) => {
    const before = scattered(18, 13, channels);
    const rgba = await asRgba(before);
    const sample = sampler(rgba);
    const kernel = [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ];
    const slopes = [0, 1, 2].map((channel) => slope(rgba, kernel, ({ color }) => color[channel] ?? 0));
    const relief = drawn(before, (x, y) => {
      const { color, alpha } = sample(x, y);
      return { color: color.map((level, channel) => level + (slopes[channel]?.(x, y) ?? 0)), alpha };
    });
    expect(greatestDifference(await filtered(before, 'emboss'), relief)).toBe(0);

    const sobel = [
      [-1, 0, 1],
      [-2, 0, 2],
      [-1, 0, 1],
    ];
    const turned = sobel.map((_, column) => sobel.map((row) => row[column] ?? 0));
    const luma = ({ color: [r = 0, g = 0, b = 0] }: Sample) =>
      Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b);
    const [gx, gy] = [slope(rgba, sobel, luma), slope(rgba, turned, luma)];
    const outlines = drawn(before, (x, y) => {
      const level = Math.hypot(gx(x, y), gy(x, y)) / 4;
      return { color: [level, level, level], alpha: sample(x, y).alpha };
    });
    expect(greatestDifference(await filtered(before, 'edges'), outlines)).toBe(0);
  });
});
