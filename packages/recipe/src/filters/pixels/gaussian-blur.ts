import type { Pixels } from '../../operations/operation.ts';
import { hasAlpha } from './levels.ts';

/** A box of 2 * reach + 1 pixels of weight 1, and one of weight `end` on either side of it. */
export interface SoftBox {
  readonly reach: number;
  readonly end: number;
}

/**
 * The box whose variance is a third of sigma's: three of them in a row have sigma's own, and are within 3 % of the
 * Gaussian (P. Gwosdek and others, "Theoretical Foundations of Gaussian Convolution by Extended Box Filtering", 2011).
 */
export function softBox(sigmaPx: number): SoftBox {
  const variance = sigmaPx * sigmaPx;
  const reach = Math.floor((Math.sqrt(1 + 4 * variance) - 1) / 2);
  const end =
    ((2 * reach + 1) * (variance - reach * (reach + 1))) / (2 * (3 * (reach + 1) * (reach + 1) - variance));
  return { reach, end };
}

const PASSES = 3;

/** Levels of the rows that `blurRows` hands out: 255 for each of a channel's, so that a colour times its alpha is exact. */
export const BLURRED_SCALE = 255;

/**
 * Blurs in both directions with three boxes each, the pixels at the edge repeated outwards. `take` is given each row
 * from the top, interleaved as the picture is, in levels of 0 to 255 * 255: colours are multiplied by alpha where there
 * is alpha, which itself is the last channel. The array is used again for the next row. When a row is handed out, that
 * row of the picture has been read for the last time, so `take` may overwrite it.
 */
export function blurRows(pixels: Pixels, sigmaPx: number, take: (row: Uint16Array, y: number) => void): void {
  const box = softBox(sigmaPx);
  const { width, height, channels } = pixels;
  const marginPx = PASSES * (box.reach + 1);
  const wide = new Uint16Array((width + 2 * marginPx) * channels);
  const blurred = wide.subarray(0, width * channels);
  const passes = Array.from({ length: PASSES }, () => createColumnPass(width * channels, box));
  let taken = 0;
  for (let y = -marginPx; y < height + marginPx; y += 1) {
    if (y === -marginPx || (y > 0 && y < height)) {
      readRow(pixels, Math.max(0, y), wide, marginPx);
      for (let pass = 1; pass <= PASSES; pass += 1) {
        const count = width + 2 * (marginPx - pass * (box.reach + 1));
        passAlongRow(wide, count, channels, box);
      }
    }
    let row: Uint16Array | undefined = blurred;
    for (const pass of passes) row = row === undefined ? undefined : pass(row);
    if (row === undefined) continue;
    take(row, taken);
    taken += 1;
  }
}

/** A row with its margins, in the levels that `blurRows` documents. */
function readRow(pixels: Pixels, y: number, wide: Uint16Array, marginPx: number): void {
  const { data, width, channels } = pixels;
  const first = marginPx * channels;
  const last = first + (width - 1) * channels;
  const from = y * width * channels;
  if (hasAlpha(pixels)) {
    for (let at = 0; at < width * channels; at += channels) {
      const alpha = data[from + at + channels - 1] ?? 0;
      for (let channel = 0; channel < channels - 1; channel += 1) {
        wide[first + at + channel] = (data[from + at + channel] ?? 0) * alpha;
      }
      wide[first + at + channels - 1] = alpha * BLURRED_SCALE;
    }
  } else {
    for (let at = 0; at < width * channels; at += 1)
      wide[first + at] = (data[from + at] ?? 0) * BLURRED_SCALE;
  }
  for (let at = 0; at < first; at += channels) {
    wide.copyWithin(at, first, first + channels);
    wide.copyWithin(last + channels + at, last, last + channels);
  }
}

/** One pass in place: result i is the box from i onwards, so that each pass shortens the margin before the picture. */
function passAlongRow(row: Uint16Array, count: number, channels: number, { reach, end }: SoftBox): void {
  const weight = 1 / (2 * reach + 1 + 2 * end);
  const span = (2 * reach + 2) * channels;
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    for (let at = channel + channels; at < channel + span; at += channels) sum += row[at] ?? 0;
    for (let at = channel; at < count * channels; at += channels) {
      const after = row[at + span] ?? 0;
      row[at] = (sum + end * ((row[at] ?? 0) + after)) * weight + 0.5;
      sum += after - (row[at + channels] ?? 0);
    }
  }
}

/** One pass down the columns: takes row after row, and gives one for each as soon as the box is full. */
function createColumnPass(
  length: number,
  { reach, end }: SoftBox,
): (row: Uint16Array) => Uint16Array | undefined {
  const weight = 1 / (2 * reach + 1 + 2 * end);
  const span = 2 * reach + 2;
  const ring = Array.from({ length: span + 1 }, () => new Uint16Array(length));
  const sums = new Uint32Array(length);
  const result = new Uint16Array(length);
  let count = 0;
  const rowAt = (index: number) => ring[index % (span + 1)] ?? result;
  return (row) => {
    const after = rowAt(count);
    after.set(row);
    count += 1;
    if (count === 1) return undefined;
    if (count <= span) {
      for (let at = 0; at < length; at += 1) sums[at] = (sums[at] ?? 0) + (row[at] ?? 0);
      return undefined;
    }
    const before = rowAt(count - span - 1);
    const leaving = rowAt(count - span);
    for (let at = 0; at < length; at += 1) {
      const sum = sums[at] ?? 0;
      const entering = after[at] ?? 0;
      result[at] = (sum + end * ((before[at] ?? 0) + entering)) * weight + 0.5;
      sums[at] = sum + entering - (leaving[at] ?? 0);
    }
    return result;
  };
}

/** What is left of a channel of a blurred row where the alpha of that pixel, in the same levels, has been divided out. */
export function unscaled(level: number, alpha: number): number {
  return alpha === 0 ? 0 : Math.min(255, Math.floor((level * BLURRED_SCALE) / alpha + 0.5));
}
