import { type Matrix, multiply, resultStride } from './matrix.ts';

/**
 * The numbers of a picture between two layers of a network: row after row, the channels of a pixel side by side. There is
 * one more pixel of zeros on each side, so that a convolution need not ask where the picture ends.
 */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** A layer of zeros. */
export function emptyLayer(width: number, height: number, channels: number): Layer {
  return { width, height, channels, data: new Float32Array((width + 2) * (height + 2) * channels) };
}

/** Where the numbers of a pixel begin; -1 and the size itself are the zeros around. */
export function indexIn({ width, channels }: Layer, x: number, y: number): number {
  return ((y + 1) * (width + 2) + x + 1) * channels;
}

/**
 * A convolution of 3x3 pixels. `full`: every channel of the nine with every column of the matrix; a row and a column are
 * lost on each side. `separable`: each channel by itself, weighted with the nine numbers that `depthwise` has for it (all
 * channels of the left upper pixel first), zeros around the picture; then all channels of a pixel with the matrix.
 */
export interface Convolution {
  readonly depthwise: Float32Array | undefined;
  readonly matrix: Matrix;
  readonly bias: Float32Array;
}

/**
 * Convolves, takes the largest of each 2x2 pixels that lie `step` apart, adds the bias and keeps a tenth of what is below
 * zero. Row by row, so that only two rows of the larger layer between are ever there.
 */
export function convolve(input: Layer, convolution: Convolution, step: 1 | 2): Layer {
  const { bias, matrix } = convolution;
  const { width, height, rowAt } = convolvedRows(input, convolution);
  const pooled = emptyLayer(Math.ceil(width / step), Math.ceil(height / step), matrix.outputs);
  const stride = resultStride(matrix);
  for (let y = 0; y < pooled.height; y += 1) {
    let result = indexIn(pooled, 0, y);
    const above = rowAt(y * step);
    const below = rowAt(Math.min(y * step + 1, height - 1));
    for (let x = 0; x < pooled.width; x += 1) {
      const left = x * step * stride;
      const right = Math.min(x * step + 1, width - 1) * stride;
      for (let channel = 0; channel < matrix.outputs; channel += 1) {
        const largest = Math.max(
          above[left + channel] ?? 0,
          above[right + channel] ?? 0,
          below[left + channel] ?? 0,
          below[right + channel] ?? 0,
        );
        const value = largest + (bias[channel] ?? 0);
        pooled.data[result] = value < 0 ? value * LEAK : value;
        result += 1;
      }
    }
  }
  return pooled;
}

const LEAK = 0.1;

/** The last layer: all channels of a pixel with the matrix, and the bias. */
export function project(input: Layer, matrix: Matrix, bias: Float32Array): Layer {
  const { width, height } = input;
  const projected = emptyLayer(width, height, matrix.outputs);
  const stride = resultStride(matrix);
  const results = new Float32Array(evenFrom(width) * stride);
  for (let y = 0; y < height; y += 1) {
    // It may take one pixel more than there are: one of the zeros around.
    multiply(input.data.subarray(indexIn(input, 0, y)), width, matrix, results);
    for (let x = 0; x < width; x += 1) {
      const to = indexIn(projected, x, y);
      for (let channel = 0; channel < matrix.outputs; channel += 1) {
        projected.data[to + channel] = (results[x * stride + channel] ?? 0) + (bias[channel] ?? 0);
      }
    }
  }
  return projected;
}

function evenFrom(count: number): number {
  return count + (count % 2);
}

/** The convolved rows, the last two of which are kept. */
function convolvedRows(input: Layer, { depthwise, matrix }: Convolution) {
  const lost = depthwise === undefined ? 2 : 0;
  const width = input.width - lost;
  const height = input.height - lost;
  const gathered = new Float32Array(evenFrom(width) * matrix.inputs);
  const emptyRow = () => ({ y: -1, numbers: new Float32Array(evenFrom(width) * resultStride(matrix)) });
  const [even, odd] = [emptyRow(), emptyRow()];

  function rowAt(y: number): Float32Array {
    const row = y % 2 === 0 ? even : odd;
    if (row.y === y) return row.numbers;
    if (depthwise === undefined) gatherPatches(input, y, gathered);
    else weighChannels(input, y, depthwise, gathered);
    multiply(gathered, width, matrix, row.numbers);
    row.y = y;
    return row.numbers;
  }
  return { width, height, rowAt };
}

/** For each pixel of a row the 3x3 pixels of which it is the left upper one. */
function gatherPatches(input: Layer, y: number, patches: Float32Array): void {
  const { width, channels, data } = input;
  const across = 3 * channels;
  for (let row = 0; row < 3; row += 1) {
    let from = indexIn(input, 0, y + row);
    let to = row * across;
    for (let x = 0; x < width - 2; x += 1) {
      for (let index = 0; index < across; index += 1) patches[to + index] = data[from + index] ?? 0;
      from += channels;
      to += 3 * across;
    }
  }
}

/** For each pixel of a row the weighted sums of the 3x3 pixels around it, channel by channel. */
function weighChannels(input: Layer, y: number, depthwise: Float32Array, sums: Float32Array): void {
  const { width, channels, data } = input;
  const above = indexIn(input, -1, y - 1);
  const middle = indexIn(input, -1, y);
  const below = indexIn(input, -1, y + 1);
  for (let at = 0; at < width * channels; at += channels) {
    for (let channel = 0; channel < channels; channel += 1) {
      const from = at + channel;
      sums[from] =
        weighThree(data, above + from, depthwise, channel, channels) +
        weighThree(data, middle + from, depthwise, channel + 3 * channels, channels) +
        weighThree(data, below + from, depthwise, channel + 6 * channels, channels);
    }
  }
}

function weighThree(
  data: Float32Array,
  at: number,
  weights: Float32Array,
  weight: number,
  step: number,
): number {
  return (
    (data[at] ?? 0) * (weights[weight] ?? 0) +
    (data[at + step] ?? 0) * (weights[weight + step] ?? 0) +
    (data[at + 2 * step] ?? 0) * (weights[weight + 2 * step] ?? 0)
  );
}
