import type { OutputFormat } from '@images-server/recipe';
import type { Sharp } from 'sharp';
import { expect } from 'vitest';
import { createLayers } from '../src/render/child/layers.ts';
import { probe } from '../src/render/child/probe.ts';
import { type Rendered, renderPicture } from '../src/render/child/render-picture.ts';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS, pixelOf, QUARTER_COLORS } from './pictures.ts';

/**
 * Does steps (canonical or not, percent signs raw) to an encoded picture, or to one that is encoded as PNG first.
 * `overlays` are encoded pictures by the hashes that the steps name.
 */
export async function renderSteps(
  picture: Sharp | Buffer,
  steps: string,
  format: OutputFormat = 'png',
  overlays: Readonly<Record<string, Buffer>> = {},
): Promise<Rendered> {
  const bytes = Buffer.isBuffer(picture) ? picture : await picture.png().toBuffer();
  return renderPicture(bytes, await probe(bytes, GENEROUS_INPUT_LIMITS), {
    steps,
    output: { format, quality: 95 },
    outputLimits: GENEROUS_OUTPUT_LIMITS,
    layers: createLayers({
      overlays: Object.entries(overlays).map(([hash, encoded]) => ({
        picture: hash,
        input: { bytes: encoded },
      })),
      limits: GENEROUS_INPUT_LIMITS,
      outputLimits: GENEROUS_OUTPUT_LIMITS,
    }),
  });
}

/**
 * Expects colours at places: `la@3,4 none@0,0 ffffff80@9,9`. Colours are hex digits, or `la`, `ra`, `lb` and `rb` for
 * the quarters of `quarters` (left above, ...), or `none` for what is wholly transparent.
 */
export async function expectSpots(bytes: Uint8Array, spots: string): Promise<void> {
  for (const spot of spots.split(' ')) {
    const [name = '', x, y] = spot.split(/[@,]/);
    const expected = spotColor(name);
    const actual = await pixelOf(bytes, Number(x), Number(y));
    const errors = actual.map((value, channel) => Math.abs(value - (expected[channel] ?? Number.NaN)));
    expect(Math.max(...errors), `${spot}, but it is ${actual}`).toBeLessThanOrEqual(NEARLY);
  }
}

/** Levels: encoders and resampling may be off by so much. */
const NEARLY = 4;

function spotColor(name: string): readonly number[] {
  if (name === 'none') return [0, 0, 0, 0];
  const quarter = QUARTER_COLORS[['la', 'ra', 'lb', 'rb'].indexOf(name)];
  const channels = quarter ?? (name.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16));
  return channels.length === 3 ? [...channels, 255] : channels;
}
