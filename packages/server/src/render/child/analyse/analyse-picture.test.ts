import { decode } from 'blurhash';
import sharp, { type Sharp } from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToRGBA } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import { frames, GENEROUS_INPUT_LIMITS, photo, plain, quarters } from '../../../../test/pictures.ts';
import { runJob } from '../run-job.ts';

async function analysisOf(encoded: Uint8Array | Sharp) {
  const bytes = encoded instanceof Uint8Array ? encoded : await encoded.toBuffer();
  const result = await runJob({ kind: 'analyse', input: { bytes }, limits: GENEROUS_INPUT_LIMITS });
  if (result.kind !== 'analysis') throw new Error(result.kind);
  return result.analysis;
}

/** The mean difference of channels between RGBA pixels and a picture squeezed to their size. */
async function difference(
  placeholder: { data: ArrayLike<number>; width: number; height: number },
  picture: Uint8Array,
): Promise<number> {
  const { width, height, data } = placeholder;
  const right = await sharp(picture).resize(width, height, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  let sum = 0;
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      sum += Math.abs((data[pixel * 4 + channel] ?? 0) - (right[pixel * 3 + channel] ?? 0));
    }
  }
  return sum / (width * height * 3);
}

describe('analysePicture', () => {
  it('tells the colours of four quarters', async () => {
    const { dominantColor, palette, averageColor } = await analysisOf(quarters(400, 300).png());
    expect(new Set(palette.slice(0, 4))).toEqual(new Set(['#dc2828', '#28c83c', '#3246e6', '#f0e63c']));
    expect(palette[0]).toBe(dominantColor);
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt((averageColor ?? '').slice(at, at + 2), 16));
    // (220 + 40 + 50 + 240) / 4, (40 + 200 + 70 + 230) / 4, (40 + 60 + 230 + 60) / 4
    for (const [level, mean] of [
      [r, 137.5],
      [g, 135],
      [b, 97.5],
    ] as const) {
      expect(Math.abs((level ?? 0) - mean)).toBeLessThanOrEqual(2);
    }
  });

  it('makes placeholders that look like the picture, whichever way it lies', async () => {
    for (const [width, height] of [
      [640, 480],
      [300, 900],
      [64, 64],
      [40, 30],
    ] as const) {
      const picture = await photo(width, height).jpeg({ quality: 90 }).toBuffer();
      const { blurhash, thumbhash } = await analysisOf(picture);
      const blurred = { data: decode(blurhash, 32, 32), width: 32, height: 32 };
      expect(await difference(blurred, picture)).toBeLessThan(25);
      const hash = Buffer.from(thumbhash, 'base64');
      const { w, h, rgba } = thumbHashToRGBA(hash);
      expect(await difference({ data: rgba, width: w, height: h }, picture)).toBeLessThan(25);
      expect(thumbHashToApproximateAspectRatio(hash)).toBeCloseTo(width / height, 0);
    }
  });

  it('says the same of the same picture turned by its orientation tag', async () => {
    const upright = await photo(96, 60).png().toBuffer();
    const stored = await sharp(upright).rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
    const { exif: _, ...seen } = await analysisOf(upright);
    const { exif: __, ...turned } = await analysisOf(stored);
    expect(turned).toEqual(seen);
  });

  it('looks at the first frame of an animation', async () => {
    const animation = frames(50, 40, [
      [10, 200, 30],
      [200, 10, 30],
    ]);
    expect((await analysisOf(animation.gif())).palette).toEqual(['#0ac81e']);
    expect((await analysisOf(animation.webp({ lossless: true }))).palette).toEqual(['#0ac81e']);
  });

  it('takes grey, transparent, CMYK and 16-bit pictures', async () => {
    expect((await analysisOf(plain(60, 40, [77]).toColourspace('b-w').png())).palette).toEqual(['#4d4d4d']);
    const clear = await analysisOf(plain(60, 40, [9, 9, 9, 0]).png());
    expect(clear).toMatchObject({ dominantColor: null, averageColor: null, palette: [] });
    expect(clear.perceptualHash).toBe('8000000000000000');
    expect((await analysisOf(plain(60, 40, [9, 99, 199, 128]).png())).dominantColor).toBe('#0963c7');
    const deep = await photo(120, 90).toColourspace('rgb16').png().toBuffer();
    const usual = await photo(120, 90).png().toBuffer();
    expect((await analysisOf(deep)).perceptualHash).toBe((await analysisOf(usual)).perceptualHash);
    const cmyk = await analysisOf(photo(120, 90).toColourspace('cmyk').jpeg());
    expect(cmyk.palette.length).toBeGreaterThan(1);
  });

  it('takes pictures of any shape', async () => {
    for (const [width, height] of [
      [1, 1],
      [3000, 1],
      [1, 3000],
      [101, 100],
    ] as const) {
      const { palette } = await analysisOf(plain(width, height, [200, 100, 50]).png());
      expect(palette).toEqual(['#c86432']);
    }
  });

  it('refuses what is no picture, and what is broken', async () => {
    await expect(analysisOf(Buffer.from('no picture'))).rejects.toMatchObject({ code: 'not_a_picture' });
    const whole = await photo(640, 480).jpeg().toBuffer();
    await expect(analysisOf(whole.subarray(0, 3000))).rejects.toMatchObject({ code: 'broken_picture' });
  });
});
