import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS, photo, plain } from '../../../test/pictures.ts';
import type { RenderJob } from '../protocol.ts';
import { createDecodedPixels } from './decoded-pixels.ts';
import { probe } from './probe.ts';
import { runJob } from './run-job.ts';

const STEPS = [
  '',
  'resize/40x',
  'resize/900x',
  'crop/n50x50/rotate/90',
  'cover/smart30x60/round/5',
  'filter/blur:3/flip/h',
  'rotate/17/background/ff0000',
  'trim/10',
  'pad/3/filter/hue:40',
];

async function decoded(picture: Sharp | Buffer) {
  const bytes = Buffer.isBuffer(picture) ? picture : await picture.toBuffer();
  const { facts } = await probe(bytes, GENEROUS_INPUT_LIMITS);
  return { bytes, pixels: await createDecodedPixels()('id', { bytes, facts }) };
}

function job(bytes: Buffer, steps: string, keepPixelsAs: string | undefined): RenderJob {
  return {
    kind: 'render',
    input: { bytes },
    limits: GENEROUS_INPUT_LIMITS,
    keepPixelsAs,
    steps,
    output: { format: 'png', quality: 100 },
    outputLimits: GENEROUS_OUTPUT_LIMITS,
  };
}

describe('createDecodedPixels', () => {
  const translucent = () =>
    plain(80, 60, [200, 90, 10, 130]).composite([
      { input: { create: { width: 9, height: 9, channels: 4, background: '#0f0' } } },
    ]);

  it.each([
    ['a PNG', () => photo(160, 120).png()],
    ['a transparent PNG', () => translucent().png()],
    ['a PNG with a palette', () => photo(160, 120).png({ palette: true, colours: 16 })],
    ['a TIFF', () => photo(160, 120).tiff({ compression: 'lzw' })],
    ['an AVIF', () => photo(160, 120).avif({ effort: 0 })],
  ])('gives what makes the same bytes as %s itself', async (_name, make) => {
    const { bytes, pixels } = await decoded(make());
    expect(pixels).toMatchObject({ width: expect.any(Number) });
    const memory = createDecodedPixels();
    for (const steps of STEPS) {
      const alone = await runJob(job(bytes, steps, undefined));
      const kept = await runJob(job(bytes, steps, 'one'), undefined, undefined, memory);
      if (alone.kind !== 'variant' || kept.kind !== 'variant') throw new Error('no variant');
      expect(Buffer.from(kept.bytes).equals(Buffer.from(alone.bytes)), steps).toBe(true);
    }
  });

  it.each([
    ['a JPEG', () => photo(160, 120).jpeg()],
    ['a WebP', () => photo(160, 120).webp()],
    ['a turned TIFF', () => photo(160, 120).withMetadata({ orientation: 6 }).tiff()],
    ['a PNG with a profile', () => photo(160, 120).withIccProfile('p3').png()],
    ['a grey PNG', () => photo(160, 120).toColourspace('b-w').png()],
    ['a PNG of 16 bits', () => photo(160, 120).toColourspace('rgb16').png()],
    ['a picture that is too large', () => plain(5000, 4000, [1, 2, 3]).png()],
  ])('leaves %s alone', async (_name, make) => {
    expect((await decoded(make())).pixels).toBeUndefined();
  });

  it('decodes once for each name', async () => {
    const bytes = await photo(160, 120).png().toBuffer();
    const { facts } = await probe(bytes, GENEROUS_INPUT_LIMITS);
    const memory = createDecodedPixels();
    const first = await memory('one', { bytes, facts });
    expect(await memory('one', { bytes, facts })).toBe(first);
    expect(await memory('two', { bytes, facts })).not.toBe(first);
    expect(await memory('one', { bytes, facts })).not.toBe(first);
  });

  it('does not take a broken picture for a decoded one', async () => {
    const bytes = await sharp(await photo(160, 120).raw().toBuffer(), {
      raw: { width: 160, height: 120, channels: 3 },
    })
      .png()
      .toBuffer();
    const cut = bytes.subarray(0, bytes.length / 2);
    const memory = createDecodedPixels();
    for (let round = 0; round < 2; round += 1)
      await expect(runJob(job(cut, 'resize/9x', 'cut'), undefined, undefined, memory)).rejects.toMatchObject({
        code: 'broken_picture',
      });
  });
});
