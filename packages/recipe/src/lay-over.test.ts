import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOver } from './lay-over.ts';
import type { Pixels } from './operations/operation.ts';

const PLAIN = { left: 0, top: 0, opacity: 1 };

function pixels(width: number, channels: Pixels['channels'], ...data: number[]): Pixels {
  return { data: Uint8Array.from(data), width, height: data.length / channels / width, channels };
}

describe('layOver', () => {
  it('mixes with an opaque picture by alpha and opacity', () => {
    const layer = pixels(2, 4, 200, 100, 0, 255, 255, 255, 255, 51);
    const picture = () => pixels(2, 3, 100, 100, 100, 0, 0, 0);
    expect([...layOver(picture(), layer, PLAIN).data]).toEqual([200, 100, 0, 51, 51, 51]);
    expect([...layOver(picture(), layer, { ...PLAIN, opacity: 0.5 }).data]).toEqual([
      150, 100, 50, 26, 26, 26,
    ]);
  });

  it('leaves the bytes of what is laid on as they are', () => {
    const layer = pixels(1, 4, 10, 20, 30, 128);
    layOver(pixels(1, 4, 1, 2, 3, 40), layer, PLAIN);
    expect([...layer.data]).toEqual([10, 20, 30, 128]);
  });

  it.each([
    ['a grey one on grey', pixels(1, 1, 100), pixels(1, 1, 50), [50, 50, 50]],
    ['a grey one with alpha on grey', pixels(1, 1, 100), pixels(1, 2, 50, 0), [100, 100, 100]],
    ['a coloured one on grey with alpha', pixels(1, 2, 9, 0), pixels(1, 3, 1, 2, 3), [1, 2, 3, 255]],
    ['a grey one on colour', pixels(1, 3, 1, 2, 3), pixels(1, 1, 70), [70, 70, 70]],
  ])('lays %s', (_name, picture, layer, expected) => {
    expect([...layOver(picture, layer, PLAIN).data]).toEqual(expected);
  });

  it.each([
    [-1, 0, [2, 0, 0]],
    [2, 0, [0, 0, 1]],
    [1, 0, [0, 1, 2]],
    [3, 0, [0, 0, 0]],
    [-2, 0, [0, 0, 0]],
    [0, 1, [0, 0, 0]],
    [0, -1, [0, 0, 0]],
    [1e12, -1e12, [0, 0, 0]],
  ])('cuts at the edges what lies at %d,%d', (left, top, expected) => {
    const result = layOver(pixels(3, 3, ...Array<number>(9).fill(0)), pixels(2, 1, 1, 2), {
      left,
      top,
      opacity: 1,
    });
    expect([0, 3, 6].map((at) => result.data[at])).toEqual(expected);
  });

  it.each([
    [0, 0, [1, 2, 1, 2, 1]],
    [1, 0, [2, 1, 2, 1, 2]],
    [1, 1, [0, 1, 2, 0, 1]],
    [-1, 1, [2, 0, 1, 2, 0]],
    [-7, 1, [2, 0, 1, 2, 0]],
    [100, 3, [1, 2, 0, 0, 0]],
  ])('repeats what lies at %d with a gap of %d', (left, gap, expected) => {
    const result = layOver(pixels(5, 1, 0, 0, 0, 0, 0), pixels(2, 1, 1, 2), {
      ...PLAIN,
      left,
      gap: { width: gap, height: 0 },
    });
    expect([0, 3, 6, 9, 12].map((at) => result.data[at])).toEqual(expected);
  });

  it('law: it is Porter and Duff’s over, within half a level', () => {
    const level = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        level,
        level,
        level,
        level,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (b, ab, c, ac, opacity) => {
          const result = layOver(pixels(1, 4, b, b, b, ab), pixels(1, 4, c, c, c, ac), { ...PLAIN, opacity });
          const alpha = (ac / 255) * opacity;
          const together = alpha + (ab / 255) * (1 - alpha);
          expect(Math.abs((result.data[3] ?? -9) - together * 255)).toBeLessThanOrEqual(0.5001);
          if (together === 0) return;
          const color = (c * alpha + b * (ab / 255) * (1 - alpha)) / together;
          expect(Math.abs((result.data[0] ?? -9) - color)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });
});
