import type { Face, Pixels } from '@images-server/recipe';
import sharp from 'sharp';
import { probe } from '../src/render/child/probe.ts';
import { renderPicture } from '../src/render/child/render-picture.ts';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS } from './pictures.ts';

/** Two for the filters that ask for faces, in fractions of the picture; one reaches over its edge. */
export const FACES: readonly Face[] = [
  { left: 0.2, top: 0.1, width: 0.4, height: 0.5, score: 0.9 },
  { left: 0.8, top: 0.7, width: 0.3, height: 0.4, score: 0.6 },
];

/** What the renderer makes of a PNG of these pixels with one filter: RGBA, decoded again. */
export async function filtered(pixels: Pixels, argument: string, faces = FACES): Promise<Pixels> {
  const bytes = await encodePng(pixels);
  const { bytes: result } = await renderPicture(bytes, await probe(bytes, GENEROUS_INPUT_LIMITS), {
    steps: `filter/${encodeURIComponent(argument)}`,
    faces,
    output: { format: 'png', quality: 100 },
    outputLimits: GENEROUS_OUTPUT_LIMITS,
  });
  return decode(result);
}

/** The same pixels as RGBA. */
export async function asRgba(pixels: Pixels): Promise<Pixels> {
  return decode(await encodePng(pixels));
}

function encodePng({ data, width, height, channels }: Pixels): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels } });
  return image
    .toColourspace(channels < 3 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

async function decode(encoded: Uint8Array): Promise<Pixels> {
  const image = sharp(encoded).toColourspace('srgb').ensureAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 4 };
}

/**
 * Pixels without any order, the same each time for the same seed. Of their alphas a third is 0, a third 255 and a third
 * anything.
 */
export function scattered(width: number, height: number, channels: 1 | 2 | 3 | 4, seed = 1): Pixels {
  const random = generator(seed);
  const data = Uint8Array.from({ length: width * height * channels }, () => random(256));
  if (channels === 2 || channels === 4) {
    for (let at = channels - 1; at < data.length; at += channels) {
      data[at] = [0, 255, random(256)][random(3)] ?? 0;
    }
  }
  return { data, width, height, channels };
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
}

/** The greatest difference of any channel, where the pixel can be seen; of alpha everywhere. */
export function greatestDifference(actual: Pixels, expected: Pixels): number {
  if (actual.data.length !== expected.data.length) throw new Error('the sizes differ');
  let greatest = 0;
  for (let at = 0; at < actual.data.length; at += 1) {
    const alphaAt = at | 3;
    if (at !== alphaAt && expected.data[alphaAt] === 0) continue;
    greatest = Math.max(greatest, Math.abs((actual.data[at] ?? 0) - (expected.data[at] ?? 0)));
  }
  return greatest;
}
