import type { Pixels } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photo, plain } from '../../../test/pictures.ts';
import { needsFullChroma } from './full-chroma.ts';

async function needs(image: Sharp): Promise<boolean> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const channels = info.channels === 1 || info.channels === 4 ? info.channels : 3;
  const pixels: Pixels = { data, width: info.width, height: info.height, channels };
  return needsFullChroma(pixels);
}

/** Thin lines of a colour on a ground, such as letters have. */
async function lines(ink: readonly number[], ground: readonly number[]): Promise<Sharp> {
  const line = await plain(180, 1, ink).png().toBuffer();
  const layers = Array.from({ length: 12 }, (_, index) => ({ input: line, left: 10, top: 9 + index * 12 }));
  return sharp(await plain(200, 160, ground).composite(layers).png().toBuffer()).removeAlpha();
}

describe('needsFullChroma', () => {
  it('sees thin lines in saturated colours', async () => {
    expect(await needs(await lines([255, 0, 0], [255, 255, 255]))).toBe(true);
    expect(await needs(await lines([0, 0, 255], [0, 0, 0]))).toBe(true);
    expect(await needs((await lines([255, 0, 0], [255, 255, 255])).ensureAlpha())).toBe(true);
  });

  it('lets photographs, black text and grey be', async () => {
    expect(await needs(sharp(await photo(300, 200).png().toBuffer()).blur(2))).toBe(false);
    expect(await needs(await lines([0, 0, 0], [255, 255, 255]))).toBe(false);
    expect(await needs(plain(20, 20, [120]).toColourspace('b-w'))).toBe(false);
    expect(await needs(plain(1, 1, [255, 0, 0]))).toBe(false);
  });
});
