import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { toLevel } from './pixels/levels.ts';
import { greyPicture, lumaPlane } from './pixels/luma.ts';
import { type Kernel, neighbourSums, SUM_SCALE } from './pixels/neighbour-sums.ts';
import { NO_VALUES } from './values/no-values.ts';

const HORIZONTAL: Kernel = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];

const VERTICAL: Kernel = [
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
];

/** What a kernel gives at an edge from black to white, so that this becomes white. */
const FULL_EDGE = 4;

export const edges = defineFilter({
  name: 'edges',
  summary: 'Shows the edges, white on black (Sobel).',
  ...NO_VALUES,
  details: `
\`x' = sqrt(gx² + gy²) / 4\` with \`gx = Σ k a (l - L)\` over the eight neighbours of a pixel, where l is the neighbour's L, a its
alpha (0-1), and k the weight \`-1 0 1\` in the row above, \`-2 . 2\` on both sides, \`-1 0 1\` in the row below; gy the same with
rows and columns swapped. Alpha is kept, and what is transparent has no part. The pixels at the edge are repeated outwards.
`.trim(),
  examples: [{ recipe: 'filter/edges', meaning: 'the outlines' }],
  apply: async (canvas) => canvas.replace(outlines(await canvas.pixels())),
});

function outlines(pixels: Pixels): Pixels {
  const { width, height } = pixels;
  const plane = { levels: lumaPlane(pixels), offset: 0, stride: 1, of: pixels };
  const edges = new Uint8Array(width * height);
  const horizontal = new Int32Array(width);
  const vertical = new Int32Array(width);
  for (let y = 0; y < height; y += 1) {
    neighbourSums(plane, HORIZONTAL, y, horizontal);
    neighbourSums(plane, VERTICAL, y, vertical);
    for (let x = 0; x < width; x += 1) {
      const [gx, gy] = [horizontal[x] ?? 0, vertical[x] ?? 0];
      edges[y * width + x] = toLevel(Math.sqrt(gx * gx + gy * gy) / (FULL_EDGE * SUM_SCALE));
    }
  }
  return greyPicture(edges, pixels);
}
