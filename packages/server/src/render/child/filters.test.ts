import { findOperation, type Pixels } from '@images-server/recipe';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { asRgba, FACES, filtered, greatestDifference, scattered } from '../../../test/filtered.ts';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS } from '../../../test/pictures.ts';
import { probe } from './probe.ts';
import { renderPicture } from './render-picture.ts';

/** One spelling of each filter at least, as its docs show it, and some that fit small pictures. */
const ARGUMENTS = [
  ...(findOperation('filter')?.examples ?? []).map(({ recipe }) =>
    decodeURIComponent(recipe.replace('filter/', '')),
  ),
  'blur:0.6',
  'pixelate:3',
  'redact:blur,-2,1,22,17',
];

/** The filters whose docs say that they change alpha. */
const CHANGES_ALPHA = /^(blur|median|pixelate|redact)/;

describe('filter', () => {
  it('has examples of all 23', () => {
    expect(new Set(ARGUMENTS.map((argument) => argument.split(':')[0])).size).toBe(23);
  });

  it.each(ARGUMENTS)('%s: what is transparent has no part in what is not', async (argument) => {
    const one = scattered(33, 26, 4, 1);
    const other = scattered(33, 26, 4, 2);
    const data = one.data.map((level, at) =>
      one.data[at | 3] === 0 && at % 4 < 3 ? (other.data[at] ?? 0) : level,
    );
    expect(greatestDifference({ ...one, data }, one)).toBe(0);
    const [first, second] = await Promise.all(
      [one, { ...one, data }].map((pixels) => filtered(pixels, argument)),
    );
    if (first === undefined || second === undefined) throw new Error('two results');
    expect(greatestDifference(second, first)).toBe(0);
  });

  it.each(ARGUMENTS.filter((argument) => !CHANGES_ALPHA.test(argument)))(
    '%s keeps alpha',
    async (argument) => {
      const before = scattered(20, 20, 4);
      const after = await filtered(before, argument);
      const alphas = ({ data }: Pixels) => [...data].filter((_, at) => at % 4 === 3);
      expect(alphas(after)).toEqual(alphas(before));
    },
  );

  it.each(ARGUMENTS)(
    '%s takes pictures of any size, down to one pixel, the same each time',
    async (argument) => {
      const side = fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 1, max: 40 }));
      await fc.assert(
        fc.asyncProperty(side, side, fc.constantFrom(1, 2, 3, 4), async (width, height, channels) => {
          const before = scattered(width, height, channels, width);
          const after = await filtered(before, argument);
          expect([after.width, after.height]).toEqual([width, height]);
          expect(await filtered(before, argument)).toEqual(after);
        }),
        { numRuns: 8 },
      );
    },
  );

  it.each(['tint:c02040', 'duotone:000080,ffff00', 'sepia'])(
    '%s gives colour to a grey JPEG',
    async (argument) => {
      const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
        .toColourspace('b-w')
        .jpeg()
        .toBuffer();
      const { bytes: result } = await renderPicture(bytes, await probe(bytes, GENEROUS_INPUT_LIMITS), {
        steps: `filter/${argument}`,
        output: { format: 'jpeg', quality: 95 },
        outputLimits: GENEROUS_OUTPUT_LIMITS,
      });
      const { channels } = await sharp(result).stats();
      expect(channels).toHaveLength(3);
      expect(Math.abs((channels[0]?.mean ?? 0) - (channels[2]?.mean ?? 0))).toBeGreaterThan(20);
    },
  );

  it.each(ARGUMENTS)('%s does to every frame of an animation what it does to a still', async (argument) => {
    // So few pixels that a GIF holds all of their colours.
    const [width, height] = [6, 5];
    const stills = [scattered(width, height, 3, 4), scattered(width, height, 3, 5)];
    const raw = { width, height: 2 * height, channels: 3, pageHeight: height } as const;
    const frames = sharp(Buffer.concat(stills.map(({ data }) => data)), { raw, pages: -1 });
    const bytes = await frames.webp({ lossless: true, loop: 2, delay: [50, 70] }).toBuffer();
    const result = await renderPicture(bytes, await probe(bytes, GENEROUS_INPUT_LIMITS), {
      steps: `filter/${encodeURIComponent(argument)}`,
      faces: FACES,
      output: { format: 'gif', quality: 100 },
      outputLimits: GENEROUS_OUTPUT_LIMITS,
    });
    const metadata = await sharp(result.bytes, { pages: -1 }).metadata();
    expect(metadata).toMatchObject({ pages: 2, loop: 2, delay: [50, 70] });
    for (const [page, still] of stills.entries()) {
      const actual = await sharp(result.bytes, { page }).toColourspace('srgb').ensureAlpha().raw().toBuffer();
      const expected = await filtered(still, argument);
      expect(greatestDifference({ ...expected, data: actual }, expected)).toBeLessThanOrEqual(2);
    }
  });

  it('runs where it stands: before and after reducing are not the same', async () => {
    const before = await asRgba(scattered(40, 40, 3));
    const bytes = await sharp(before.data, { raw: { width: 40, height: 40, channels: 4 } })
      .png()
      .toBuffer();
    const header = await probe(bytes, GENEROUS_INPUT_LIMITS);
    const means = await Promise.all(
      ['filter/threshold:128/resize/10x10', 'resize/10x10/filter/threshold:128'].map(async (steps) => {
        const output = { format: 'png', quality: 100 } as const;
        const { bytes: result } = await renderPicture(bytes, header, {
          steps,
          output,
          outputLimits: GENEROUS_OUTPUT_LIMITS,
        });
        return new Set(await sharp(result).toColourspace('b-w').removeAlpha().raw().toBuffer()).size;
      }),
    );
    expect(means[0]).toBeGreaterThan(2);
    expect(means[1]).toBeLessThanOrEqual(2);
  });
});
