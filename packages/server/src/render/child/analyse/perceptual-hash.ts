import type { RgbaPixels } from './analyse-picture.ts';

const SIDE = 32;
const LOW = 8;
/** Coefficients below this are what rounding leaves of zero: a plain picture must not get random bits. */
const NOISE = 1e-6;

/**
 * A DCT hash of 64 bits as 16 hex digits (pHash, as Zauner 2010 describes it): luma (BT.601) averaged to 32 x 32, its
 * 8 x 8 lowest DCT-II coefficients, row by row, a bit set where one is above their median. Alpha is not looked at.
 */
export function perceptualHash(pixels: RgbaPixels): string {
  const coefficients = lowFrequencies(lumaGrid(pixels));
  const sorted = coefficients.toSorted((one, other) => one - other);
  const median = ((sorted[sorted.length / 2 - 1] ?? 0) + (sorted[sorted.length / 2] ?? 0)) / 2;
  const bits = coefficients.map((coefficient) => (coefficient > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** The mean luma of each of 32 x 32 equal parts of the picture, rows first; parts may be smaller than a pixel. */
function lumaGrid({ data, width, height }: RgbaPixels): number[] {
  const luma = Array.from({ length: width * height }, (_, pixel) => {
    const [r = 0, g = 0, b = 0] = data.subarray(pixel * 4, pixel * 4 + 3);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
  const rows = Array.from({ length: height }, (_, y) =>
    areaMeans(luma.slice(y * width, (y + 1) * width), SIDE),
  );
  const columns = Array.from({ length: SIDE }, (_, x) =>
    areaMeans(
      rows.map((row) => row[x] ?? 0),
      SIDE,
    ),
  );
  return Array.from({ length: SIDE * SIDE }, (_, at) => columns[at % SIDE]?.[Math.floor(at / SIDE)] ?? 0);
}

/** Values as `count` means over equal parts of their length. */
function areaMeans(values: readonly number[], count: number): number[] {
  const step = values.length / count;
  return Array.from({ length: count }, (_, part) => {
    const [start, end] = [part * step, (part + 1) * step];
    let sum = 0;
    for (let at = Math.floor(start); at < Math.min(values.length, Math.ceil(end)); at += 1) {
      sum += (values[at] ?? 0) * (Math.min(end, at + 1) - Math.max(start, at));
    }
    return sum / step;
  });
}

function lowFrequencies(grid: readonly number[]): number[] {
  return Array.from({ length: LOW * LOW }, (_, index) => {
    const [u, v] = [index % LOW, Math.floor(index / LOW)];
    let sum = 0;
    for (const [at, value] of grid.entries()) {
      sum += value * (COSINES[u]?.[at % SIDE] ?? 0) * (COSINES[v]?.[Math.floor(at / SIDE)] ?? 0);
    }
    return Math.abs(sum) < NOISE ? 0 : sum;
  });
}

const COSINES = Array.from({ length: LOW }, (_, frequency) =>
  Array.from({ length: SIDE }, (__, at) => Math.cos((Math.PI / SIDE) * (at + 0.5) * frequency)),
);
