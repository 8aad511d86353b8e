import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RgbaPixels } from './analyse-picture.ts';
import { averageColor, paletteOf } from './palette.ts';

type Rgba = readonly [number, number, number, number];

/** A picture of one row with so many pixels of each colour. */
function row(...parts: readonly (readonly [count: number, color: Rgba])[]): RgbaPixels {
  const pixels = parts.flatMap(([count, color]) => Array.from({ length: count }, () => color));
  return { data: Uint8ClampedArray.from(pixels.flat()), width: pixels.length, height: 1 };
}

function hex(color: readonly number[]): string {
  return `#${color
    .slice(0, 3)
    .map((level) => level.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** The corners of the cube of colours: far from one another. */
const CORNERS: readonly Rgba[] = Array.from({ length: 8 }, (_, corner) => [
  corner & 4 ? 250 : 5,
  corner & 2 ? 250 : 5,
  corner & 1 ? 250 : 5,
  255,
]);

describe('paletteOf', () => {
  it('law: a picture of a few colours has them for its palette, the largest part first', () => {
    const parts = fc.shuffledSubarray([...CORNERS], { minLength: 1 }).chain((colors) =>
      fc.tuple(
        fc.constant(colors),
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), {
          minLength: colors.length,
          maxLength: colors.length,
        }),
      ),
    );
    fc.assert(
      fc.property(parts, ([colors, counts]) => {
        const sized = colors.map((color, index) => [counts[index] ?? 0, color] as const);
        const expected = sized.toSorted(([one], [other]) => other - one).map(([, color]) => hex(color));
        expect(paletteOf(row(...sized))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('law: any picture has up to 8 colours, and the same ones whatever the order of its pixels', () => {
    const pixels = fc.array(fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 255 }))), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(pixels, (colors) => {
        const picture = (list: readonly number[][]): RgbaPixels => ({
          data: Uint8ClampedArray.from(list.flat()),
          width: list.length,
          height: 1,
        });
        const palette = paletteOf(picture(colors));
        expect(palette.length).toBeLessThanOrEqual(8);
        expect(palette.every((color) => /^#[0-9a-f]{6}$/.test(color))).toBe(true);
        expect(paletteOf(picture(colors.toReversed()))).toEqual(palette);
      }),
    );
  });

  it('takes shades of one colour together, and gives their mean', () => {
    const palette = paletteOf(
      row([30, [200, 40, 40, 255]], [30, [204, 44, 44, 255]], [10, [20, 20, 20, 255]]),
    );
    expect(palette).toEqual(['#ca2a2a', '#141414']);
  });

  it('finds a small part of a colour of its own', () => {
    const shades: [number, Rgba][] = Array.from({ length: 40 }, (_, step) => [
      240,
      [60 + step, 70 + step, 60 + step, 255],
    ]);
    expect(paletteOf(row(...shades, [150, [230, 20, 30, 255]]))).toContain('#e6141e');
  });

  it('counts pixels by their opacity, and transparent ones not at all', () => {
    const blue: Rgba = [0, 0, 255, 255];
    expect(paletteOf(row([10, [255, 0, 0, 0]], [2, blue]))).toEqual(['#0000ff']);
    expect(paletteOf(row([10, [255, 0, 0, 51]], [3, blue]))).toEqual(['#0000ff', '#ff0000']);
    expect(paletteOf(row([10, [255, 0, 0, 0]]))).toEqual([]);
  });
});

describe('averageColor', () => {
  it('is the mean of the pixels, weighted by their opacity', () => {
    expect(averageColor(row([1, [0, 0, 0, 255]], [3, [200, 100, 40, 255]]))).toBe('#964b1e');
    expect(averageColor(row([1, [0, 0, 0, 255]], [10, [200, 100, 40, 51]]))).toBe('#85431b');
  });

  it('is nothing where there is nothing to be seen', () => {
    expect(averageColor(row([5, [9, 9, 9, 0]]))).toBeNull();
  });
});
