import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo, plain } from '../../../../test/pictures.ts';
import type { RgbaPixels } from './analyse-picture.ts';
import { perceptualHash } from './perceptual-hash.ts';

async function hashOf(image: Sharp): Promise<string> {
  const { data, info } = await image
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return perceptualHash({ data: Uint8ClampedArray.from(data), width: info.width, height: info.height });
}

function differingBits(one: string, other: string): number {
  const bits = (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2);
  return [...bits].filter((bit) => bit === '1').length;
}

/** The definition, term by term: a 32 x 32 picture needs no averaging. */
function hashByDefinition({ data }: RgbaPixels): string {
  const luma = (x: number, y: number) => {
    const at = (y * 32 + x) * 4;
    return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
  };
  const coefficients: number[] = [];
  for (let v = 0; v < 8; v += 1) {
    for (let u = 0; u < 8; u += 1) {
      let sum = 0;
      for (let x = 0; x < 32; x += 1) {
        for (let y = 0; y < 32; y += 1) {
          sum +=
            luma(x, y) *
            Math.cos(((2 * x + 1) * u * Math.PI) / 64) *
            Math.cos(((2 * y + 1) * v * Math.PI) / 64);
        }
      }
      coefficients.push(sum);
    }
  }
  const [below = 0, above = 0] = coefficients.toSorted((one, other) => one - other).slice(31, 33);
  const nibbles = Array.from({ length: 16 }, (_, index) =>
    coefficients
      .slice(index * 4, index * 4 + 4)
      .reduce((nibble, coefficient) => nibble * 2 + (coefficient > (below + above) / 2 ? 1 : 0), 0)
      .toString(16),
  );
  return nibbles.join('');
}

/** Photographs of people that come with the face detector's model. */
async function realPhoto(number: number): Promise<Buffer> {
  const path = createRequire(import.meta.url).resolve(`@vladmandic/face-api/demo/sample${number}.jpg`);
  return sharp(await readFile(path))
    .resize(640)
    .png()
    .toBuffer();
}

describe('perceptualHash', () => {
  it('is what its definition says', async () => {
    for (const seed of [1, 2, 3]) {
      const data = await sharp(
        await photo(64 * seed, 96)
          .png()
          .toBuffer(),
      )
        .resize(32, 32, { fit: 'fill' })
        .ensureAlpha()
        .raw()
        .toBuffer();
      const pixels = { data: Uint8ClampedArray.from(data), width: 32, height: 32 };
      expect(perceptualHash(pixels)).toBe(hashByDefinition(pixels));
    }
  });

  it.each([1, 3, 6])('hardly changes with size, quality and brightness (photograph %i)', async (number) => {
    const original = await realPhoto(number);
    const hash = await hashOf(sharp(original));
    const small = await sharp(original).resize(100).jpeg({ quality: 40 }).toBuffer();
    const stretched = await sharp(original).resize(300, 300, { fit: 'fill' }).webp().toBuffer();
    const darker = await sharp(original).linear(0.8, 0).png().toBuffer();
    for (const alike of [small, stretched, darker]) {
      expect(differingBits(hash, await hashOf(sharp(alike)))).toBeLessThanOrEqual(6);
    }
  });

  it('is another one for another picture', async () => {
    const hashes = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (number) => hashOf(sharp(await realPhoto(number)))),
    );
    for (const [index, hash] of hashes.entries()) {
      for (const other of hashes.slice(index + 1)) expect(differingBits(hash, other)).toBeGreaterThan(16);
    }
  });

  it('of a plain picture has the bit of its brightness only, whatever its size', async () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [33, 100],
    ] as const) {
      const image = sharp(await plain(width, height, [90, 120, 30]).png().toBuffer());
      expect(await hashOf(image)).toBe('8000000000000000');
    }
    expect(await hashOf(sharp(await plain(9, 9, [0, 0, 0]).png().toBuffer()))).toBe('0000000000000000');
  });
});
