import type { Pixels } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { asRgba, filtered, greatestDifference, scattered } from '../../../test/filtered.ts';

interface Spot {
  readonly at: number;
  readonly luma: number;
  readonly isVisible: boolean;
}

function spots({ data }: Pixels): readonly Spot[] {
  return Array.from({ length: data.length / 4 }, (_, pixel) => {
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(pixel * 4, pixel * 4 + 4);
    return {
      at: pixel * 4,
      luma: Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b),
      isVisible: alpha > 0,
    };
  });
}

/** Every channel of a pixel changed by what a formula gives for that pixel. */
function changed(pixels: Pixels, change: (level: number, spot: Spot, index: number) => number): Pixels {
  const result = Uint8ClampedArray.from(pixels.data);
  for (const [index, spot] of spots(pixels).entries()) {
    for (let at = spot.at; at < spot.at + 3; at += 1) {
      result[at] = Math.floor(change(pixels.data[at] ?? 0, spot, index) + 0.5);
    }
  }
  return { ...pixels, data: Uint8Array.from(result) };
}

/** Levels from 60 to 139 only. */
function dull(width: number, height: number, channels: 1 | 2 | 3 | 4): Pixels {
  const pixels = scattered(width, height, channels, 11);
  const isAlpha = (at: number) => channels % 2 === 0 && at % channels === channels - 1;
  return { ...pixels, data: pixels.data.map((level, at) => (isAlpha(at) ? level : 60 + (level % 80))) };
}

describe('filter normalize', () => {
  function normalized(pixels: Pixels): Pixels {
    const visible = spots(pixels).filter((spot) => spot.isVisible);
    const lumas = visible.map((spot) => spot.luma).sort((a, b) => a - b);
    const rank = Math.ceil(lumas.length / 100);
    const low = lumas[rank - 1] ?? 0;
    const high = lumas[lumas.length - rank] ?? 0;
    return low === high ? pixels : changed(pixels, (level) => (255 * (level - low)) / (high - low));
  }

  it.each([1, 2, 3, 4] as const)('follows its formula, of %d channels', async (channels) => {
    const before = dull(41, 37, channels);
    const rgba = await asRgba(before);
    expect(greatestDifference(normalized(rgba), rgba)).toBeGreaterThan(40);
    expect(greatestDifference(await filtered(before, 'normalize'), normalized(rgba))).toBe(0);
  });

  it.each([
    ['one colour', [90, 120, 40, 255]],
    ['nothing visible', [90, 120, 40, 0]],
  ])('changes nothing where there is %s', async (_what, color) => {
    const data = Uint8Array.from([...color, ...color, ...color]);
    const before: Pixels = { data, width: 3, height: 1, channels: 4 };
    expect(greatestDifference(await filtered(before, 'normalize'), before)).toBe(0);
  });
});

describe('filter equalize', () => {
  const tilesAlong = (side: number) => Math.min(8, Math.max(1, Math.floor(side / 16)));

  /** The map of one tile, from the list of its lumas. */
  function tileMap(lumas: readonly number[]): (level: number) => number {
    if (lumas.length === 0) return (level) => level;
    const limit = (3 * lumas.length) / 256;
    const counts = Array.from({ length: 256 }, (_, level) => lumas.filter((luma) => luma === level).length);
    const excess = counts.reduce((sum, count) => sum + Math.max(0, count - limit), 0);
    const limited = counts.map((count) => Math.min(count, limit) + excess / 256);
    const black = limited[0] ?? 0;
    return (level) => {
      const sum = limited.slice(0, level + 1).reduce((total, count) => total + count, 0);
      return (255 * (sum - black)) / (lumas.length - black);
    };
  }

  function equalized(pixels: Pixels): Pixels {
    const { width, height } = pixels;
    const [across, down] = [tilesAlong(width), tilesAlong(height)];
    const all = spots(pixels);
    const maps = Array.from({ length: across * down }, (_, tile) => {
      const [column, row] = [tile % across, Math.floor(tile / across)];
      const isIn = (at: number, side: number, index: number, tiles: number) =>
        at >= Math.floor((index * side) / tiles) && at < Math.floor(((index + 1) * side) / tiles);
      const own = all.filter(
        ({ isVisible }, index) =>
          isVisible &&
          isIn(index % width, width, column, across) &&
          isIn(Math.floor(index / width), height, row, down),
      );
      return tileMap(own.map((spot) => spot.luma));
    });
    return changed(pixels, (level, { luma }, index) => {
      const clampedTile = (tile: number, tiles: number) => Math.min(tiles - 1, Math.max(0, tile));
      const x = ((index % width) + 0.5) * (across / width) - 0.5;
      const y = (Math.floor(index / width) + 0.5) * (down / height) - 0.5;
      let mapped = 0;
      for (const [row, weightY] of [
        [Math.floor(y), 1 - (y - Math.floor(y))],
        [Math.floor(y) + 1, y - Math.floor(y)],
      ] as const) {
        for (const [column, weightX] of [
          [Math.floor(x), 1 - (x - Math.floor(x))],
          [Math.floor(x) + 1, x - Math.floor(x)],
        ] as const) {
          const map = maps[clampedTile(row, down) * across + clampedTile(column, across)];
          mapped += weightX * weightY * (map?.(luma) ?? 0);
        }
      }
      return level + mapped - luma;
    });
  }

  it.each([
    [3, 50, 40],
    [4, 50, 40],
    [2, 37, 20],
    [1, 5, 200],
  ] as const)('follows its formula, of %d channels and %dx%d', async (channels, width, height) => {
    const before = dull(width, height, channels);
    const rgba = await asRgba(before);
    const expected = equalized(rgba);
    expect(greatestDifference(expected, rgba)).toBeGreaterThan(30);
    // The sums are in another order, so a level may round the other way.
    expect(greatestDifference(await filtered(before, 'equalize'), expected)).toBeLessThanOrEqual(1);
  });

  it.each([0, 128, 255])('keeps an even picture of level %d, but for 2 levels at most', async (level) => {
    const before: Pixels = { data: new Uint8Array(1600).fill(level), width: 40, height: 40, channels: 1 };
    const difference = greatestDifference(await filtered(before, 'equalize'), await asRgba(before));
    expect(difference).toBeLessThanOrEqual(level === 128 ? 2 : 0);
  });
});
