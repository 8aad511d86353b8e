import { describe, expect, it } from 'vitest';
import { frames, GENEROUS_INPUT_LIMITS, photo } from '../../../test/pictures.ts';
import { probe } from './probe.ts';
import { verify } from './verify.ts';

async function check(bytes: Buffer): Promise<void> {
  const { facts } = await probe(bytes, GENEROUS_INPUT_LIMITS);
  await verify(bytes, facts);
}

const colors = [
  [200, 80, 40],
  [20, 80, 240],
  [30, 200, 40],
];
const pictures = [
  ['baseline JPEG', photo(200, 150).jpeg()],
  ['progressive JPEG', photo(200, 150).jpeg({ progressive: true })],
  ['PNG', photo(200, 150).png()],
  ['interlaced PNG', photo(200, 150).png({ progressive: true })],
  ['16-bit PNG', photo(200, 150).toColourspace('rgb16').png()],
  ['palette PNG', photo(200, 150).png({ palette: true })],
  ['WebP', photo(200, 150).webp()],
  ['lossless WebP', photo(200, 150).webp({ lossless: true })],
  ['animated WebP', frames(40, 30, colors).webp({ delay: [100, 100, 100] })],
  ['GIF', photo(200, 150).gif()],
  ['animated GIF', frames(40, 30, colors).gif({ delay: [100, 100, 100] })],
  ['AVIF', photo(200, 150).avif()],
  ['TIFF', photo(200, 150).tiff({ compression: 'lzw' })],
  ['TIFF of JPEG strips', photo(200, 150).tiff({ compression: 'jpeg' })],
  ['CMYK JPEG', photo(200, 150).toColourspace('cmyk').jpeg()],
] as const;

describe('verify', () => {
  it.each(pictures)('takes a whole %s', async (_, image) => {
    await expect(check(await image.toBuffer())).resolves.toBeUndefined();
  });

  it.each(pictures)('refuses a %s that is cut off anywhere', async (_, image) => {
    const bytes = await image.toBuffer();
    for (const kept of [0.15, 0.4, 0.6, 0.9, 0.99, 1 - 3 / bytes.length]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * kept));
      await expect(check(cut), `${kept} of the bytes`).rejects.toMatchObject({ code: 'broken_picture' });
    }
  });

  it('takes what follows the picture in its file', async () => {
    for (const image of [photo(60, 40).jpeg(), photo(60, 40).png(), photo(60, 40).gif()]) {
      const bytes = Buffer.concat([await image.toBuffer(), Buffer.alloc(500, 7)]);
      await expect(check(bytes)).resolves.toBeUndefined();
    }
  });

  it('takes a JPEG with padding between its header segments', async () => {
    const bytes = await photo(200, 150).jpeg().toBuffer();
    const padded = Buffer.concat([bytes.subarray(0, 20), Buffer.from([1, 2, 3]), bytes.subarray(20)]);
    await expect(check(padded)).resolves.toBeUndefined();
  });

  it('refuses a JPEG whose compressed data does not fit together', async () => {
    const bytes = await photo(200, 150).jpeg().toBuffer();
    for (const part of [0.3, 0.5, 0.7, 0.95]) {
      const damaged = Buffer.from(bytes);
      damaged.set([0xff, 0xd9], Math.floor(bytes.length * part));
      await expect(check(damaged), `at ${part}`).rejects.toMatchObject({ code: 'broken_picture' });
    }
  });

  it('refuses a PNG with a flipped bit', async () => {
    const bytes = await photo(200, 150).png().toBuffer();
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    await expect(check(bytes)).rejects.toMatchObject({ code: 'broken_picture' });
  });
});
