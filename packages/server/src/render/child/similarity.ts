import type { Pixels, Size } from '@images-server/recipe';

/** One value per pixel, 0-255, row-major: luma after ITU-R BT.601, on black where it is transparent. */
export function lumaOf({ data, channels, width, height }: Pixels): Uint8Array {
  const luma = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < luma.length; pixel += 1, at += channels) {
    const red = data[at] ?? 0;
    const light = channels < 3 ? red * 256 : 77 * red + 150 * (data[at + 1] ?? 0) + 29 * (data[at + 2] ?? 0);
    const alpha = channels % 2 === 0 ? (data[at + channels - 1] ?? 0) : 255;
    luma[pixel] = (light * alpha) / (256 * 255) + 0.5;
  }
  return luma;
}

/** Small enough that a structure is one, large enough that its variance means something. */
const WINDOW_PX = 8;
/** Windows overlap by half. */
const CELL_PX = WINDOW_PX / 2;
const STABLE_MEAN = (0.01 * 255) ** 2;
const STABLE_VARIANCE = (0.03 * 255) ** 2;

/**
 * The mean structural similarity of two pictures' luma, 1 for equal ones (Wang, Bovik, Sheikh, Simoncelli 2004), over
 * all windows of 8 x 8 pixels that begin at a multiple of 4; what is left at the right and lower edge does not count. A
 * picture narrower or lower than a window is one window.
 */
export function similarity(first: Uint8Array, second: Uint8Array, { width, height }: Size): number {
  if (width < WINDOW_PX || height < WINDOW_PX) {
    return windowSimilarity(cellSums(first, second, { left: 0, top: 0, width, height, stride: width }));
  }
  const columns = Math.floor(width / CELL_PX);
  const rows = Math.floor(height / CELL_PX);
  let above: Sums[] = [];
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    const cells = Array.from({ length: columns }, (_, column) => {
      const [left, top] = [column * CELL_PX, row * CELL_PX];
      return cellSums(first, second, { left, top, width: CELL_PX, height: CELL_PX, stride: width });
    });
    if (row > 0) total += rowSimilarity(above, cells);
    above = cells;
  }
  return total / ((columns - 1) * (rows - 1));
}

/** Of the pixels of both pictures in one cell: their number, their sums, sums of squares and of products. */
interface Sums {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly aa: number;
  readonly bb: number;
  readonly ab: number;
}

function cellSums(
  first: Uint8Array,
  second: Uint8Array,
  cell: Size & { readonly left: number; readonly top: number; readonly stride: number },
): Sums {
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
  for (let y = 0; y < cell.height; y += 1) {
    const start = (cell.top + y) * cell.stride + cell.left;
    for (let at = start; at < start + cell.width; at += 1) {
      const [p, q] = [first[at] ?? 0, second[at] ?? 0];
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  return { count: cell.width * cell.height, a, b, aa, bb, ab };
}

/** The sum over the windows that lie in two neighbouring rows of cells. */
function rowSimilarity(above: readonly Sums[], below: readonly Sums[]): number {
  let total = 0;
  for (let column = 1; column < below.length; column += 1) {
    const corners = [above[column - 1], above[column], below[column - 1], below[column]];
    total += windowSimilarity(corners.reduce<Sums>((sum, cell) => added(sum, cell ?? sum), NOTHING));
  }
  return total;
}

const NOTHING: Sums = { count: 0, a: 0, b: 0, aa: 0, bb: 0, ab: 0 };

function added(first: Sums, second: Sums): Sums {
  return {
    count: first.count + second.count,
    a: first.a + second.a,
    b: first.b + second.b,
    aa: first.aa + second.aa,
    bb: first.bb + second.bb,
    ab: first.ab + second.ab,
  };
}

function windowSimilarity({ count, a, b, aa, bb, ab }: Sums): number {
  const [meanA, meanB] = [a / count, b / count];
  const variances = (aa + bb) / count - meanA * meanA - meanB * meanB;
  const covariance = ab / count - meanA * meanB;
  const light = (2 * meanA * meanB + STABLE_MEAN) / (meanA * meanA + meanB * meanB + STABLE_MEAN);
  return (light * (2 * covariance + STABLE_VARIANCE)) / (variances + STABLE_VARIANCE);
}
