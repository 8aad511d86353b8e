import type { OutputFormat, Pixels } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { photo, plain } from '../../../test/pictures.ts';
import type { OutputPlan } from '../protocol.ts';
import { encodePixels } from './encode-pixels.ts';
import { lumaOf, similarity } from './similarity.ts';

const QUALITY = { jpeg: 80, webp: 80, avif: 52 } as const;

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

let still: Pixels;
let soft: Pixels;
beforeAll(async () => {
  still = await pixelsOf(photo(240, 160));
  soft = await pixelsOf(sharp(await photo(240, 160).png().toBuffer()).blur(2));
});

async function encodeStill(plan: Partial<OutputPlan> & { format: OutputFormat }, pixels = still) {
  return encodePixels({ frames: [pixels] }, { quality: 100, ...plan });
}

describe('encodePixels', () => {
  it.each(['jpeg', 'webp', 'avif'] as const)(
    'finds the lowest quality at which %s is similar enough',
    async (format) => {
      const plan = { format, quality: QUALITY[format], similarity: 0.97 };
      const { bytes, foundQuality } = await encodeStill(plan, soft);
      const similarityOf = async (encoded: Buffer) =>
        similarity(lumaOf(soft), lumaOf(await pixelsOf(sharp(encoded))), soft);
      expect(await similarityOf(bytes)).toBeGreaterThanOrEqual(0.97);
      expect(foundQuality).toBeLessThan(QUALITY[format]);
      const better = await encodeStill({ ...plan, similarity: 0.99 }, soft);
      expect(better.bytes.length).toBeGreaterThan(bytes.length);
      // The next render takes the quality that is known by then.
      const known = await encodeStill({ format, quality: foundQuality ?? 0 }, soft);
      expect(known.bytes.equals(bytes)).toBe(true);
    },
  );

  it('takes the best that is allowed where nothing is similar enough', async () => {
    const noise = { ...still, data: Uint8Array.from(still.data, (value, at) => value ^ ((at * 7919) % 64)) };
    const { foundQuality } = await encodeStill({ format: 'jpeg', quality: 80, similarity: 0.999 }, noise);
    expect(foundQuality).toBe(90);
  });

  it.each(['jpeg', 'webp', 'avif'] as const)('fits %s into bytes with the best quality', async (format) => {
    const quality = QUALITY[format];
    const whole = (await encodeStill({ format, quality })).bytes;
    const maxBytes = Math.round(whole.length * 0.6);
    const { bytes } = await encodeStill({ format, quality, maxBytes });
    expect(bytes.length).toBeLessThanOrEqual(maxBytes);
    expect(bytes.length).toBeGreaterThan(maxBytes * 0.8);
    expect((await encodeStill({ format, quality, maxBytes: whole.length })).bytes.equals(whole)).toBe(true);
  });

  it.each(['png', 'gif'] as const)('fits %s into bytes with fewer colours', async (format) => {
    const whole = (await encodeStill({ format })).bytes;
    const maxBytes = Math.round(whole.length * 0.3);
    const { bytes } = await encodeStill({ format, maxBytes });
    expect(bytes.length).toBeLessThanOrEqual(maxBytes);
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width: 240, height: 160 });
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'says how small %s can be where nothing fits',
    async (format) => {
      await expect(encodeStill({ format, quality: 50, maxBytes: 20 })).rejects.toMatchObject({
        code: 'maxbytes_unreachable',
        message: expect.stringMatching(/^as \w+ the result has at least \d+ bytes; maxbytes is 20$/),
      });
    },
  );

  it('gives the colours their whole resolution where the picture needs it', async () => {
    const line = await plain(180, 1, [255, 0, 0]).png().toBuffer();
    const layers = Array.from({ length: 12 }, (_, index) => ({ input: line, left: 10, top: 9 + index * 12 }));
    const page = sharp(await plain(200, 160, [255, 255, 255]).composite(layers).png().toBuffer());
    const drawing = await pixelsOf(page.removeAlpha());
    const subsamplingOf = async (plan: Partial<OutputPlan>, pixels: Pixels) => {
      const { bytes } = await encodeStill({ format: 'jpeg', quality: 80, ...plan }, pixels);
      return (await sharp(bytes).metadata()).chromaSubsampling;
    };
    expect(await subsamplingOf({ subsampling: 'auto' }, drawing)).toBe('4:4:4');
    expect(await subsamplingOf({ subsampling: 'auto' }, soft)).toBe('4:2:0');
    expect(await subsamplingOf({ subsampling: '444' }, soft)).toBe('4:4:4');
    expect(await subsamplingOf({}, drawing)).toBe('4:2:0');
  });

  it.each(['webp', 'avif'] as const)('keeps every pixel of lossless %s', async (format) => {
    const { bytes } = await encodeStill({ format, lossless: true });
    expect(Buffer.compare(Buffer.from((await pixelsOf(sharp(bytes))).data), Buffer.from(still.data))).toBe(0);
  });

  it.each(['jpeg', 'png', 'gif'] as const)('makes %s progressive', async (format) => {
    const isProgressive = async (progressive: boolean) =>
      (await sharp((await encodeStill({ format, progressive })).bytes).metadata()).isProgressive;
    expect([await isProgressive(true), await isProgressive(false)]).toEqual([true, false]);
  });

  it('searches for an animation as a whole', async () => {
    const frames = [still, { ...still, data: Uint8Array.from(still.data, (value) => 255 - value) }];
    const picture = { frames, animation: { delaysMs: [100, 200], loop: 2 } };
    const whole = await encodePixels(picture, { format: 'webp', quality: 80 });
    const maxBytes = Math.round(whole.bytes.length * 0.6);
    const small = await encodePixels(picture, { format: 'webp', quality: 80, maxBytes });
    expect(small.bytes.length).toBeLessThanOrEqual(maxBytes);
    expect(await sharp(small.bytes).metadata()).toMatchObject({ pages: 2, delay: [100, 200], loop: 2 });
    const found = await encodePixels(picture, { format: 'webp', quality: 80, similarity: 0.5 });
    expect(found.foundQuality).toBeLessThan(45);
    expect(await sharp(found.bytes).metadata()).toMatchObject({ pages: 2, delay: [100, 200], loop: 2 });
  });
});
