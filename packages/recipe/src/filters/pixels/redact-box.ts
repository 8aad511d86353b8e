import type { Box, Pixels, Size } from '../../operations/operation.ts';
import { boxMean, fillBox } from './box-mean.ts';
import { hasAlpha } from './levels.ts';
import { betweenTiles, tileBoxes } from './tile-grid.ts';

/** How a box is made unrecognizable. */
export const REDACTIONS = ['blur', 'pixelate'] as const;
export type Redaction = (typeof REDACTIONS)[number];

/** No more than this many blocks along the longer side of a box are left of it. */
export const MAX_BLOCKS = 6;
/** No block is narrower, unless the box itself is. */
export const MIN_BLOCK_PX = 8;

/**
 * Leaves of a box, which has to lie inside the picture, only the means of a few blocks; in place. Nothing else of it can
 * be got back from the result, whereas a Gaussian blur can be undone in part.
 */
export function redactBox(pixels: Pixels, box: Box, redaction: Redaction): void {
  const block = Math.max(MIN_BLOCK_PX, Math.max(box.width, box.height) / MAX_BLOCKS);
  const blockCount = (sidePx: number) => Math.max(1, Math.floor(sidePx / block));
  const tiles = { width: blockCount(box.width), height: blockCount(box.height) };
  const blocks = tileBoxes(box, tiles);
  const means = blocks.map((part) => boxMean(pixels, part));
  if (redaction === 'blur') interpolateBox(pixels, box, { tiles, means });
  else for (const [index, part] of blocks.entries()) fillBox(pixels, part, means[index] ?? []);
}

interface Mosaic {
  readonly tiles: Size;
  /** Block after block in rows, channel by channel. */
  readonly means: readonly (readonly number[])[];
}

/** Fills a box with what lies between the means of its blocks, linear along both axes, colours weighted with alpha. */
function interpolateBox(pixels: Pixels, box: Box, { tiles, means }: Mosaic): void {
  const { data, width, channels } = pixels;
  const isTranslucent = hasAlpha(pixels);
  const colors = isTranslucent ? channels - 1 : channels;
  const weighted = Float64Array.from(
    means.flatMap((mean) => {
      const alpha = isTranslucent ? (mean[colors] ?? 0) : 1;
      return [...mean.slice(0, colors).map((color) => color * alpha), alpha];
    }),
  );
  const parts = colors + 1;
  const rowLength = tiles.width * parts;
  const across = betweenTiles(box.width, tiles.width);
  for (const [y, down] of betweenTiles(box.height, tiles.height).entries()) {
    const [above, below] = [down.first * rowLength, down.second * rowLength];
    const row = Float64Array.from(
      { length: rowLength },
      (_, at) => (weighted[above + at] ?? 0) * (1 - down.part) + (weighted[below + at] ?? 0) * down.part,
    );
    let pixel = ((box.top + y) * width + box.left) * channels;
    for (const { first, second, part } of across) {
      const level = (at: number) =>
        (row[first * parts + at] ?? 0) * (1 - part) + (row[second * parts + at] ?? 0) * part;
      const alpha = level(colors);
      for (let color = 0; color < colors; color += 1) {
        data[pixel + color] = alpha === 0 ? 0 : level(color) / alpha + 0.5;
      }
      if (isTranslucent) data[pixel + colors] = alpha + 0.5;
      pixel += channels;
    }
  }
}
