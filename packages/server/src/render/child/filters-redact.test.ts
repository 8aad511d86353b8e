import { describe, expect, it } from 'vitest';
import { asRgba, filtered, greatestDifference, scattered } from '../../../test/filtered.ts';
import { blockMean, drawn, mean, sampler } from '../../../test/samples.ts';

describe('filter redact', () => {
  it('pixelate leaves the means of few blocks inside the box and the rest as it is', async () => {
    const before = scattered(60, 40, 4);
    const rgba = await asRgba(before);
    const sample = sampler(rgba);
    // 48 x 20 pixels in blocks of at least max(8, 48 / 6): 6 across and 2 down.
    const expected = drawn(before, (x, y) => {
      if (x < 5 || x >= 53 || y < 10 || y >= 30) return sample(x, y);
      const [column, row] = [Math.floor((x - 5) / 8), Math.floor((y - 10) / 10)];
      return blockMean(rgba, { left: 5 + 8 * column, top: 10 + 10 * row, width: 8, height: 10 });
    });
    expect(greatestDifference(await filtered(before, 'redact:pixelate,5,10,48,20'), expected)).toBe(0);
  });

  it('blur interpolates between the means of the same blocks', async () => {
    const before = scattered(30, 12, 4, 5);
    const rgba = await asRgba(before);
    const sample = sampler(rgba);
    const [left, right] = [0, 8].map((start) =>
      blockMean(rgba, { left: 4 + start, top: 2, width: 8, height: 8 }),
    );
    if (left === undefined || right === undefined) throw new Error('two blocks');
    const expected = drawn(before, (x, y) => {
      if (x < 4 || x >= 20 || y < 2 || y >= 10) return sample(x, y);
      const part = Math.min(1, Math.max(0, (x + 0.5 - 8) / 8));
      return mean([
        { ...left, weight: 1 - part },
        { ...right, weight: part },
      ]);
    });
    expect(greatestDifference(await filtered(before, 'redact:blur,4,2,16,8'), expected)).toBe(0);
  });

  it.each([
    ['-10,-5,15,9', 0, 0, 5, 4],
    ['25%,0.5,50%,1000', 10, 15, 30, 30],
    ['33%,1.5%,1%,1%', 13, 0, 14, 1],
    ['40,0,10,10', 0, 0, 0, 0],
  ])('covers what of %s lies inside the picture', async (box, left, top, right, bottom) => {
    const before = scattered(40, 30, 1, 3);
    const rgba = await asRgba(before);
    for (const redaction of ['blur', 'pixelate']) {
      const after = await filtered(before, `redact:${redaction},${box}`);
      const outside = drawn(before, (x, y) =>
        sampler(x >= left && x < right && y >= top && y < bottom ? after : rgba)(x, y),
      );
      expect(greatestDifference(after, outside)).toBe(0);
      if (right - left > 1) expect(greatestDifference(after, rgba)).toBeGreaterThan(20);
    }
  });
});
