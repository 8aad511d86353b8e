import type { Pixels, Size } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorChannels } from './pixels/levels.ts';
import { lumaPlane } from './pixels/luma.ts';
import { lumaHistogram } from './pixels/luma-histogram.ts';
import { betweenTiles, tileBoxes } from './pixels/tile-grid.ts';
import { NO_VALUES } from './values/no-values.ts';

export const equalize = defineFilter({
  name: 'equalize',
  summary: 'Brings out local contrast (contrast-limited adaptive histogram equalization, CLAHE).',
  ...NO_VALUES,
  details: `
The picture is divided into up to 8 x 8 tiles of at least 16 pixels: along W pixels there are n = min(8, max(1, floor(W/16))),
and tile i spans floor(iW/n) to floor((i + 1)W/n). In each tile the pixels with L = v are counted: h(v), N in all; those that
are fully transparent are not. What exceeds 3N/256 in h is cut off and spread evenly over all levels. With the sums
S(v) = h(0) + ... + h(v), the tile maps a level to \`m(v) = 255 (S(v) - h(0)) / (N - h(0))\`, so that black and white stay and
no slope is steeper than about 3; a tile without pixels maps v to v.

A pixel's new luma L' is interpolated between the maps of the four tiles whose centres are nearest (beyond the outermost
centres, of two or one), and every channel is moved alike: \`x' = x + L' - L\`. Of an animation every frame is done for itself.
`.trim(),
  examples: [{ recipe: 'filter/equalize', meaning: 'detail in shadows and lights' }],
  apply: async (canvas) => {
    const pixels = await canvas.pixels();
    equalizeInPlace(pixels);
    canvas.replace(pixels);
  },
});

const MAX_TILES = 8;
const MIN_TILE_PX = 16;
const MAX_SLOPE = 3;

function tileCount(sidePx: number): number {
  return Math.min(MAX_TILES, Math.max(1, Math.floor(sidePx / MIN_TILE_PX)));
}

/** The maps of all tiles, 256 entries each, tile after tile. */
function tileMaps(pixels: Pixels, luma: Uint8Array, tiles: Size): Float64Array {
  const { width, height } = pixels;
  const maps = new Float64Array(tiles.width * tiles.height * 256);
  for (const [tile, box] of tileBoxes({ left: 0, top: 0, width, height }, tiles).entries()) {
    maps.set(equalizingMap(lumaHistogram(pixels, luma, box)), tile * 256);
  }
  return maps;
}

function equalizingMap(histogram: Uint32Array): Float64Array {
  const count = histogram.reduce((sum, pixels) => sum + pixels, 0);
  if (count === 0) return Float64Array.from({ length: 256 }, (_, level) => level);
  const limit = (MAX_SLOPE * count) / 256;
  const excess = histogram.reduce((sum, pixels) => sum + Math.max(0, pixels - limit), 0);
  const limited = Float64Array.from(histogram, (pixels) => Math.min(pixels, limit) + excess / 256);
  const black = limited[0] ?? 0;
  let sum = 0;
  return limited.map((pixels) => {
    sum += pixels;
    return (255 * (sum - black)) / (count - black);
  });
}

function equalizeInPlace(pixels: Pixels): void {
  const { data, width, height, channels } = pixels;
  const colors = colorChannels(pixels);
  const tiles = { width: tileCount(width), height: tileCount(height) };
  const luma = lumaPlane(pixels);
  const maps = tileMaps(pixels, luma, tiles);
  const across = betweenTiles(width, tiles.width);
  // Storing into this view cuts to 0-255.
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (const [y, down] of betweenTiles(height, tiles.height).entries()) {
    const upper = down.first * tiles.width;
    const lower = down.second * tiles.width;
    for (const [x, { first, second, part }] of across.entries()) {
      const pixel = y * width + x;
      const level = luma[pixel] ?? 0;
      const at = (tile: number) => maps[tile * 256 + level] ?? 0;
      const above = at(upper + first) * (1 - part) + at(upper + second) * part;
      const below = at(lower + first) * (1 - part) + at(lower + second) * part;
      const change = above * (1 - down.part) + below * down.part - level;
      for (let channel = pixel * channels; channel < pixel * channels + colors; channel += 1) {
        clamped[channel] = Math.floor((clamped[channel] ?? 0) + change + 0.5);
      }
    }
  }
}
