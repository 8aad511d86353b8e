import type { OutputFormat } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { adobeRgbProfile } from '../../../test/icc-profile.ts';
import {
  frames,
  GENEROUS_INPUT_LIMITS,
  GENEROUS_OUTPUT_LIMITS,
  photo,
  pixelOf,
  plain,
  quarters,
} from '../../../test/pictures.ts';
import { probe } from './probe.ts';
import { renderPicture } from './render-picture.ts';

async function render(
  image: Sharp | Buffer,
  steps: string,
  format: OutputFormat = 'png',
  limits = {},
  page?: number,
) {
  const bytes = Buffer.isBuffer(image) ? image : await image.toBuffer();
  return renderPicture(bytes, await probe(bytes, GENEROUS_INPUT_LIMITS), {
    steps,
    page,
    output: { format, quality: 95 },
    outputLimits: { ...GENEROUS_OUTPUT_LIMITS, ...limits },
  });
}

/** The farthest that the colour of a plain picture's centre is from what it should be. */
async function colorError(bytes: Uint8Array, expected: readonly number[]): Promise<number> {
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  const actual = await pixelOf(bytes, width >> 1, height >> 1);
  return Math.max(...expected.map((value, channel) => Math.abs(value - (actual[channel] ?? 0))));
}

const color = [200, 80, 40] as const;

describe('renderPicture', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns EXIF orientation %i upright before the first step',
    async (exif) => {
      const stored = await quarters(40, 24).png().toBuffer();
      const tagged = await sharp(stored)
        .withMetadata({ orientation: exif })
        .jpeg({ quality: 100 })
        .toBuffer();
      const upright = await sharp(tagged).autoOrient().png().toBuffer();
      const { width, height } = await sharp(upright).metadata();
      const half = await render(tagged, 'resize/50%');
      expect(half).toMatchObject({ width: width / 2, height: height / 2 });
      for (const [x, y] of [
        [2, 2],
        [width / 2 - 3, 2],
        [2, height / 2 - 3],
      ] as const) {
        const expected = await pixelOf(upright, 2 * x, 2 * y);
        const actual = await pixelOf(half.bytes, x, y);
        expect(Math.max(...expected.map((value, at) => Math.abs(value - (actual[at] ?? 0))))).toBeLessThan(6);
      }
      const cut = await render(tagged, 'crop/nw8x8/rotate/90');
      const [expected] = [await pixelOf(upright, 2, 2)];
      expect(await colorError(cut.bytes, expected)).toBeLessThan(6);
    },
  );

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)(
    'leaves a turned picture upright in %s',
    async (format) => {
      const upright = await quarters(40, 24).png().toBuffer();
      for (const exif of [3, 6, 8]) {
        const tagged = await sharp(upright).withMetadata({ orientation: exif }).jpeg().toBuffer();
        const expected = await sharp(tagged).autoOrient().png().toBuffer();
        const { width, height } = await sharp(expected).metadata();
        for (const steps of ['', `resize/${width}x${height}!/flip/hv/flip/hv`]) {
          const { bytes } = await render(tagged, steps, format);
          expect(await sharp(bytes).metadata()).toMatchObject({ width, height });
          const shown = await sharp(bytes).autoOrient().png().toBuffer();
          expect(await colorError(await cornerOf(shown), await pixelOf(expected, 2, 2))).toBeLessThan(20);
        }
      }
    },
  );

  it('writes no metadata', async () => {
    const tagged = photo(60, 40)
      .withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Artist: 'nobody' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .withIccProfile('p3')
      .jpeg();
    for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
      const { bytes } = await render(await tagged.toBuffer(), 'resize/30x', format);
      const { exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
      expect([exif, xmp, iptc, icc]).toEqual([undefined, undefined, undefined, undefined]);
      expect([undefined, 1]).toContain(orientation);
    }
  });

  it.each([
    ['Display P3', plain(32, 32, color).withIccProfile('p3').png(), color, 1],
    ['Display P3 in JPEG', plain(32, 32, color).withIccProfile('p3').jpeg({ quality: 100 }), color, 3],
    ['Display P3 in WebP', plain(32, 32, color).withIccProfile('p3').webp({ lossless: true }), color, 1],
    ['Display P3 in AVIF', plain(32, 32, color).withIccProfile('p3').avif({ quality: 95 }), color, 3],
    ['16 bit', plain(32, 32, color).toColourspace('rgb16').png(), color, 1],
    [
      '16 bit with Display P3',
      plain(32, 32, color).toColourspace('rgb16').withIccProfile('p3').png(),
      color,
      2,
    ],
    ['16 bit with sRGB', plain(32, 32, color).toColourspace('rgb16').withIccProfile('srgb').png(), color, 2],
    ['16-bit TIFF', plain(32, 32, color).toColourspace('rgb16').tiff({ compression: 'lzw' }), color, 1],
    ['16-bit grey', plain(32, 32, [120]).toColourspace('grey16').png(), [120, 120, 120], 1],
    ['linear light', plain(32, 32, color).toColourspace('scrgb').tiff({ compression: 'lzw' }), color, 1],
    ['Lab', plain(32, 32, color).toColourspace('lab').tiff({ compression: 'lzw' }), color, 1],
    ['a palette', plain(32, 32, color).png({ palette: true }), color, 1],
    // To CMYK and back is not exact: sharp's profile takes off some levels.
    [
      'CMYK with a profile',
      plain(32, 32, [150, 110, 100])
        .withIccProfile('cmyk')
        .toColourspace('cmyk')
        .tiff({ compression: 'lzw' }),
      [150, 110, 100],
      15,
    ],
    [
      'CMYK without',
      plain(32, 32, [150, 110, 100]).toColourspace('cmyk').jpeg({ quality: 100 }),
      [150, 110, 100],
      15,
    ],
    ['10-bit AVIF', plain(64, 64, color).avif({ bitdepth: 10, quality: 95 }), color, 3],
  ] as const)('makes sRGB of %s', async (_, image, expected, tolerance) => {
    const bytes = await image.toBuffer();
    for (const steps of ['', 'resize/16x16', 'resize/64x64', 'crop/8x8/rotate/90', 'rotate/30']) {
      expect(await colorError((await render(bytes, steps)).bytes, expected), steps).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });

  it('makes sRGB of Adobe RGB', async () => {
    // What Adobe RGB 144, 100, 60 looks like, by the specification's formulas (gamma 563/256, D50 adapted to D65).
    const bytes = await plain(32, 32, [144, 100, 60])
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    expect(await colorError((await render(bytes, 'resize/16x16')).bytes, [144, 100, 60])).toBeLessThanOrEqual(
      2,
    );
    const tagged = withProfile(bytes, adobeRgbProfile());
    for (const steps of ['', 'resize/16x16', 'rotate/90']) {
      expect(await colorError((await render(tagged, steps)).bytes, [159, 100, 55])).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    ['png', 1],
    ['jpeg', 1],
    ['tiff', 1],
    ['webp', 3],
  ] as const)('keeps grey in one channel where %s can', async (format, channels) => {
    for (const image of [
      plain(40, 30, [120]).toColourspace('b-w').png(),
      plain(40, 30, [120]).toColourspace('b-w').jpeg(),
    ]) {
      const { bytes } = await render(image, 'resize/20x/rotate/90', format);
      expect(await sharp(bytes).metadata()).toMatchObject({ channels, width: 15, height: 20 });
      expect(await colorError(bytes, [120, 120, 120])).toBeLessThanOrEqual(1);
    }
  });

  it('keeps the alpha of grey', async () => {
    const grey = Buffer.alloc(40 * 30 * 2, Buffer.from([120, 90]));
    const image = sharp(grey, { raw: { width: 40, height: 30, channels: 2 } })
      .toColourspace('b-w')
      .png();
    for (const steps of ['', 'resize/20x', 'resize/80x', 'resize/20x/resize/15x']) {
      const { bytes } = await render(image.clone(), steps);
      expect(await sharp(bytes).metadata()).toMatchObject({ channels: 2, space: 'b-w' });
      expect(await colorError(bytes, [120, 120, 120, 90])).toBeLessThanOrEqual(2);
    }
  });

  it('keeps alpha where the format can', async () => {
    for (const format of ['png', 'webp', 'avif', 'tiff'] as const) {
      const { bytes } = await render(plain(32, 32, [...color, 128]).png(), 'resize/16x', format);
      expect(await colorError(bytes, [...color, 128])).toBeLessThanOrEqual(4);
    }
  });

  it('shows transparency black in JPEG', async () => {
    const { bytes } = await render(plain(32, 32, [200, 80, 40, 0]).png(), '', 'jpeg');
    expect(await colorError(bytes, [0, 0, 0])).toBeLessThanOrEqual(2);
    const half = await render(plain(32, 32, [200, 80, 40, 128]).png(), 'resize/16x', 'jpeg');
    expect(await colorError(half.bytes, [100, 40, 20])).toBeLessThanOrEqual(4);
    const turned = await render(plain(32, 32, color).png(), 'rotate/45', 'jpeg');
    expect(Math.max(...(await pixelOf(turned.bytes, 0, 0)).slice(0, 3))).toBeLessThan(8);
  });

  it.each(['gif', 'webp'] as const)(
    'keeps frames, delays and loop of %s through every step',
    async (format) => {
      const colors = [color, [20, 40, 240], [30, 220, 50]];
      const playing = { delay: [100, 250, 400], loop: 3 };
      const image = frames(48, 30, colors).toFormat(
        format,
        format === 'webp' ? { ...playing, lossless: true } : playing,
      );
      const bytes = await image.toBuffer();
      for (const [steps, width, height] of [
        ['', 48, 30],
        ['resize/24x', 24, 15],
        ['resize/96x', 96, 60],
        ['crop/n20x20', 20, 20],
        ['rotate/90', 30, 48],
        ['flip/hv/rotate/270/resize/10x', 10, 16],
        ['resize/40x/rotate/30/crop/16x16', 16, 16],
      ] as const) {
        for (const output of ['gif', 'webp'] as const) {
          const result = await render(bytes, steps, output);
          expect(result, steps).toMatchObject({ width, height });
          const { pages, delay, loop } = await sharp(result.bytes).metadata();
          expect({ pages, delay, loop }, steps).toEqual({ pages: 3, ...playing });
          for (const [page, expected] of colors.entries()) {
            const frame = await sharp(result.bytes, { page }).png().toBuffer();
            expect(await colorError(frame, expected), `${steps} ${page}`).toBeLessThan(8);
            // Up to the edge nothing of the other frames is in it.
            if (!steps.includes('30')) expect(await edgeError(frame, expected), steps).toBeLessThan(8);
          }
        }
      }
    },
  );

  it('shows a frame no longer than can be written', async () => {
    const bytes = await frames(8, 8, [color, [20, 40, 240]])
      .gif({ delay: [100, 200] })
      .toBuffer();
    // The first graphic control extension: its delay, in hundredths of a second.
    bytes.writeUInt16LE(65_535, bytes.indexOf('21f904', 0, 'hex') + 4);
    const { delay } = await sharp((await render(bytes, 'flip/h', 'gif')).bytes).metadata();
    expect(delay).toEqual([65_540, 200]);
  });

  it('takes the first frame where the format has no animation', async () => {
    const image = frames(20, 12, [color, [20, 40, 240]]).gif({ delay: [100, 100] });
    for (const format of ['jpeg', 'png', 'avif', 'tiff'] as const) {
      const result = await render(await image.toBuffer(), 'resize/10x', format);
      expect(result).toMatchObject({ width: 10, height: 6 });
      expect(await colorError(result.bytes, color)).toBeLessThan(8);
      expect((await sharp(result.bytes).metadata()).pages ?? 1).toBe(1);
    }
  });

  it('takes the frame that was asked for', async () => {
    const colors = [color, [20, 40, 240], [30, 220, 50]];
    for (const format of ['gif', 'webp'] as const) {
      const bytes = await frames(20, 12, colors)
        .toFormat(format, { delay: [100, 100, 100] })
        .toBuffer();
      for (const [index, expected] of colors.entries()) {
        for (const output of ['gif', 'webp', 'png'] as const) {
          const result = await render(bytes, 'resize/10x', output, {}, index + 1);
          expect(result).toMatchObject({ width: 10, height: 6 });
          expect((await sharp(result.bytes).metadata()).pages ?? 1).toBe(1);
          expect(await colorError(result.bytes, expected)).toBeLessThan(8);
        }
      }
    }
  });

  it('never sends more bytes than the original has where no step changed a pixel', async () => {
    const jpeg = await photo(160, 120).jpeg({ quality: 30 }).toBuffer();
    expect((await render(jpeg, '', 'jpeg')).bytes.equals(jpeg)).toBe(true);
    expect((await render(jpeg, 'resize/200x200%3E/crop/160x120', 'jpeg')).bytes.equals(jpeg)).toBe(true);
    // Another picture, another format, or a smaller variant:
    expect((await render(jpeg, 'flip/h', 'jpeg')).bytes.length).toBeGreaterThan(jpeg.length);
    expect((await render(jpeg, '', 'png')).bytes.length).toBeGreaterThan(jpeg.length);
    const best = await photo(160, 120).jpeg({ quality: 100 }).toBuffer();
    expect((await render(best, '', 'jpeg')).bytes.length).toBeLessThan(best.length);
    const animation = await frames(40, 30, [color, [20, 40, 240]])
      .gif({ effort: 10, colours: 4, delay: [100, 200] })
      .toBuffer();
    expect((await render(animation, '', 'gif')).bytes.length).toBeLessThanOrEqual(animation.length);
  });

  it('frees an original of its metadata before it sends it', async () => {
    const plainJpeg = await photo(160, 120).jpeg({ quality: 30 }).toBuffer();
    const tagged = await sharp(plainJpeg)
      .withExif({ IFD0: { Artist: 'nobody' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg({ quality: 30 })
      .toBuffer();
    const { bytes } = await render(tagged, '', 'jpeg');
    expect(bytes.length).toBeLessThan(tagged.length);
    const { exif, xmp } = await sharp(bytes).metadata();
    expect([exif, xmp]).toEqual([undefined, undefined]);
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(tagged).raw().toBuffer());
  });

  it.each([
    ['turned', (image: Sharp) => image.withMetadata({ orientation: 3 })],
    ['of another colour space', (image: Sharp) => image.withIccProfile('p3')],
  ])('sends no original that is %s', async (_, prepare) => {
    const original = await prepare(photo(160, 120)).jpeg({ quality: 30 }).toBuffer();
    const { bytes } = await render(original, '', 'jpeg');
    const { icc, orientation, width } = await sharp(bytes).metadata();
    expect([icc, orientation, width]).toEqual([undefined, undefined, 160]);
  });

  it('refuses a step whose result is beyond the limits, before it runs', async () => {
    const bytes = await photo(60, 40).jpeg().toBuffer();
    await expect(render(bytes, 'resize/20000x', 'png')).rejects.toMatchObject({
      code: 'result_too_large',
      message: 'a side would have 20000 pixels, the limit is 16384',
    });
    await expect(
      render(bytes, 'resize/600x/resize/10x', 'png', { maxPixels: 200_000 }),
    ).rejects.toMatchObject({
      code: 'result_too_large',
      message: 'the result would have 240000 pixels, the limit is 200000',
    });
    await expect(render(bytes, '', 'avif', { maxResultPixels: 2000 })).rejects.toMatchObject({
      code: 'result_too_large',
    });
    await expect(render(bytes, 'resize/16384x1!', 'webp')).rejects.toMatchObject({
      code: 'result_too_large',
      message: 'a side would have 16384 pixels, the limit is 16383',
    });
  });

  it('counts the frames of an animation', async () => {
    const image = frames(20, 10, [color, [20, 40, 240], [1, 2, 3]]).gif({ delay: [100, 100, 100] });
    const limits = { maxPixels: 599 };
    await expect(render(await image.toBuffer(), 'rotate/90', 'gif', limits)).rejects.toMatchObject({
      code: 'result_too_large',
    });
    await expect(render(await image.toBuffer(), 'rotate/90', 'png', limits)).resolves.toBeDefined();
  });

  it('refuses to show a damaged picture as if it were whole', async () => {
    const bytes = await photo(400, 300).jpeg().toBuffer();
    for (const steps of ['', 'resize/50x', 'crop/s40x40', 'rotate/20']) {
      await expect(render(bytes.subarray(0, bytes.length * 0.7), steps)).rejects.toMatchObject({
        code: 'broken_picture',
      });
    }
  });
});

/** The left upper pixels, as a picture of their own. */
async function cornerOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).extract({ left: 0, top: 0, width: 5, height: 5 }).png().toBuffer();
}

async function edgeError(bytes: Uint8Array, expected: readonly number[]): Promise<number> {
  const { width, height } = await sharp(bytes).metadata();
  const [top, bottom] = [await pixelOf(bytes, width >> 1, 0), await pixelOf(bytes, width >> 1, height - 1)];
  return Math.max(
    ...expected.map((value, at) =>
      Math.max(Math.abs(value - (top[at] ?? 0)), Math.abs(value - (bottom[at] ?? 0))),
    ),
  );
}

/** A JPEG with an ICC profile in it (APP2). */
function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const marker = Buffer.from([0xff, 0xe2, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
}
