import type { Pixels } from '../../operations/operation.ts';
import { hasAlpha } from './levels.ts';

/** The weights of a pixel's neighbours in rows; the one in the middle does not count. */
export type Kernel = readonly [KernelRow, KernelRow, KernelRow];
type KernelRow = readonly [number, number, number];

/** One channel of a picture: level i lies at `offset + i * stride`. `of` is the picture that it belongs to. */
export interface Plane {
  readonly levels: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly of: Pixels;
}

/** `neighbourSums` are this many times larger, so that they are whole numbers. */
export const SUM_SCALE = 255;

/**
 * Of each pixel of row `y` the sum of weight * alpha * (neighbour - pixel) over its neighbours, times `SUM_SCALE`. Alpha
 * is the neighbour's, so that what is transparent has no part; the pixels at the edge are repeated outwards. `sums` has
 * room for one row of whole weights.
 */
export function neighbourSums(plane: Plane, kernel: Kernel, y: number, sums: Int32Array): void {
  sums.fill(0);
  for (const [row, weights] of kernel.entries()) {
    const neighbourY = Math.min(plane.of.height - 1, Math.max(0, y + row - 1));
    for (const [column, weight] of weights.entries()) {
      const isMiddle = row === 1 && column === 1;
      if (weight !== 0 && !isMiddle) addNeighbour(plane, { y, neighbourY, shift: column - 1, weight }, sums);
    }
  }
}

interface Neighbour {
  readonly y: number;
  readonly neighbourY: number;
  /** How far to the right it is. */
  readonly shift: number;
  readonly weight: number;
}

function addNeighbour(plane: Plane, { y, neighbourY, shift, weight }: Neighbour, sums: Int32Array): void {
  const { levels, offset, stride, of } = plane;
  const { data, width, channels } = of;
  const isTranslucent = hasAlpha(of);
  for (let x = 0; x < width; x += 1) {
    const neighbour = neighbourY * width + Math.min(width - 1, Math.max(0, x + shift));
    const alpha = isTranslucent ? (data[(neighbour + 1) * channels - 1] ?? 0) : SUM_SCALE;
    const own = levels[(y * width + x) * stride + offset] ?? 0;
    const difference = (levels[neighbour * stride + offset] ?? 0) - own;
    sums[x] = (sums[x] ?? 0) + weight * alpha * difference;
  }
}
