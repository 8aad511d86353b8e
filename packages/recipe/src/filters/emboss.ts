import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorChannels, toLevel } from './pixels/levels.ts';
import { type Kernel, neighbourSums, SUM_SCALE } from './pixels/neighbour-sums.ts';
import { NO_VALUES } from './values/no-values.ts';

const KERNEL: Kernel = [
  [-2, -1, 0],
  [-1, 0, 1],
  [0, 1, 2],
];

export const emboss = defineFilter({
  name: 'emboss',
  summary: 'Makes a relief.',
  ...NO_VALUES,
  details: `
\`c' = c + Σ k a (n - c)\` over the eight neighbours of a pixel, where n is the neighbour's colour, a its alpha (0-1), and k the
weight \`-2 -1 0\` in the row above, \`-1 . 1\` on both sides, \`0 1 2\` in the row below. So even areas are kept, alpha too, and
what is transparent has no part. The pixels at the edge are repeated outwards.
`.trim(),
  examples: [{ recipe: 'filter/emboss', meaning: 'a relief' }],
  apply: async (canvas) => canvas.replace(embossed(await canvas.pixels())),
});

function embossed(pixels: Pixels): Pixels {
  const { width, height, channels } = pixels;
  const data = new Uint8Array(pixels.data);
  const sums = new Int32Array(width);
  for (let offset = 0; offset < colorChannels(pixels); offset += 1) {
    const plane = { levels: pixels.data, offset, stride: channels, of: pixels };
    for (let y = 0; y < height; y += 1) {
      neighbourSums(plane, KERNEL, y, sums);
      for (let x = 0; x < width; x += 1) {
        const at = (y * width + x) * channels + offset;
        data[at] = toLevel((data[at] ?? 0) + (sums[x] ?? 0) / SUM_SCALE);
      }
    }
  }
  return { ...pixels, data };
}
