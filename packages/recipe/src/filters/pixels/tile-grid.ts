import type { Box, Size } from '../../operations/operation.ts';

/** The boxes of a grid of `tiles` columns and rows that divides a box evenly, in rows: tile i of n along W pixels spans floor(iW/n) to floor((i + 1)W/n). */
export function tileBoxes(box: Box, tiles: Size): readonly Box[] {
  return Array.from({ length: tiles.width * tiles.height }, (_, tile) => {
    const column = tile % tiles.width;
    const row = Math.floor(tile / tiles.width);
    const left = Math.floor((column * box.width) / tiles.width);
    const top = Math.floor((row * box.height) / tiles.height);
    const right = Math.floor(((column + 1) * box.width) / tiles.width);
    const bottom = Math.floor(((row + 1) * box.height) / tiles.height);
    return { left: box.left + left, top: box.top + top, width: right - left, height: bottom - top };
  });
}

/** Where a pixel lies between the centres of two tiles: `part` of the way from the first to the second, 0-1. */
export interface Between {
  readonly first: number;
  readonly second: number;
  readonly part: number;
}

/** The same for each pixel along a side; beyond the outermost centres a tile stands alone. */
export function betweenTiles(sidePx: number, tiles: number): readonly Between[] {
  return Array.from({ length: sidePx }, (_, at) => {
    const position = ((at + 0.5) * tiles) / sidePx - 0.5;
    const first = Math.max(0, Math.floor(position));
    return { first, second: Math.min(tiles - 1, first + 1), part: Math.max(0, position - first) };
  });
}
