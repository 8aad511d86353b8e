import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GENEROUS_INPUT_LIMITS, GENEROUS_OUTPUT_LIMITS } from '../../../test/pictures.ts';
import { runJob } from './run-job.ts';

const folder = new URL('../../../test/oracle/pixels/', import.meta.url);

const { cases } = z
  .object({
    cases: z.array(
      z.object({
        source: z.string(),
        operations: z.string(),
        reference: z.string(),
        width: z.number(),
        height: z.number(),
        maxMeanAbsDiff: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')));

describe('runJob', () => {
  it.each(cases)('gives what ImageMagick gives for $source $operations', async (recorded) => {
    const bytes = readFileSync(new URL(`sources/${recorded.source}`, folder));
    const result = await runJob({
      kind: 'render',
      input: { bytes },
      limits: GENEROUS_INPUT_LIMITS,
      steps: recorded.operations,
      output: { format: recorded.source.endsWith('.jpg') ? 'jpeg' : 'png', quality: 92 },
      outputLimits: GENEROUS_OUTPUT_LIMITS,
    });
    if (result.kind !== 'variant') throw new Error('not a variant');
    expect(result).toMatchObject({ width: recorded.width, height: recorded.height });
    const reference = readFileSync(new URL(`references/${recorded.reference}`, folder));
    expect(await meanAbsDiff(result.bytes, reference)).toBeLessThanOrEqual(recorded.maxMeanAbsDiff);
  });
});

/** The larger of the mean absolute differences of the colours (times alpha) and of alpha, on the 0-255 scale. */
async function meanAbsDiff(actual: Uint8Array, expected: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([rgba(actual), rgba(expected)]);
  if (a.length !== b.length) throw new Error('the sizes differ');
  let colors = 0;
  let alphas = 0;
  for (let at = 0; at < a.length; at += 4) {
    const [alphaA, alphaB] = [a[at + 3] ?? 0, b[at + 3] ?? 0];
    alphas += Math.abs(alphaA - alphaB);
    for (let channel = at; channel < at + 3; channel += 1) {
      colors += Math.abs(((a[channel] ?? 0) * alphaA - (b[channel] ?? 0) * alphaB) / 255);
    }
  }
  const pixels = a.length / 4;
  return Math.max(colors / (3 * pixels), alphas / pixels);
}

function rgba(encoded: Uint8Array): Promise<Buffer> {
  return sharp(encoded).toColourspace('srgb').ensureAlpha().raw().toBuffer();
}
