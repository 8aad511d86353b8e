import type { Pixels } from '@images-server/recipe';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo } from '../../../test/pictures.ts';
import { lumaOf, similarity } from './similarity.ts';

async function pixelsOf(encoded: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}

describe('lumaOf', () => {
  it('weighs the colours, on black where they are transparent', () => {
    const of = (channels: 1 | 2 | 3 | 4, ...data: number[]) =>
      lumaOf({ data: new Uint8Array(data), width: 1, height: 1, channels })[0];
    expect(of(1, 77)).toBe(77);
    expect(of(2, 200, 51)).toBe(40);
    expect(of(3, 255, 255, 255)).toBe(255);
    expect(of(3, 255, 0, 0)).toBe(77);
    expect(of(4, 0, 255, 0, 128)).toBe(75);
  });
});

describe('similarity', () => {
  it('law: is 1 of equal pictures, the same both ways, and at most 1', () => {
    const sides = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }));
    const pictures = sides.chain(([width, height]) => {
      const luma = fc.uint8Array({ minLength: width * height, maxLength: width * height });
      return fc.tuple(fc.constant({ width, height }), luma, luma);
    });
    fc.assert(
      fc.property(pictures, ([size, first, second]) => {
        expect(similarity(first, first, size)).toBeCloseTo(1, 12);
        expect(similarity(first, second, size)).toBeCloseTo(similarity(second, first, size), 12);
        expect(similarity(first, second, size)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('is what the formula says of one window', () => {
    const first = Uint8Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 100 : 120));
    const second = Uint8Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 110 : 110));
    const [c1, c2] = [6.5025, 58.5225];
    const expected = ((2 * 110 * 110 + c1) * c2) / ((2 * 110 * 110 + c1) * (100 + c2));
    expect(similarity(first, second, { width: 8, height: 8 })).toBeCloseTo(expected, 12);
  });

  it('falls with the quality of a JPEG', async () => {
    const image = photo(200, 150);
    const pixels = await pixelsOf(await image.png().toBuffer());
    const luma = lumaOf(pixels);
    const similarities: number[] = [];
    for (const quality of [95, 80, 50, 20, 5]) {
      const encoded = await image.clone().jpeg({ quality }).toBuffer();
      similarities.push(similarity(luma, lumaOf(await pixelsOf(encoded)), pixels));
    }
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    expect(similarities[0]).toBeGreaterThan(0.9);
    expect(similarities[4]).toBeLessThan(0.8);
  });
});
