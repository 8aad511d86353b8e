import { type Matrix, multiply, resultStride } from './matrix.ts';

/** The numbers of a picture between two layers of a network: row after row, the channels of a pixel side by side. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
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
  let result = 0;
  for (let y = 0; y < pooled.height; y += 1) {
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
  const { width, height, channels, data } = input;
  const count = width * height;
  const stride = resultStride(matrix);
  const pixels = new Float32Array((count + (count % 2)) * channels);
  pixels.set(data);
  const results = new Float32Array((count + (count % 2)) * stride);
  multiply(pixels, count, matrix, results);
  const projected = emptyLayer(width, height, matrix.outputs);
  for (let pixel = 0; pixel < count; pixel += 1) {
    for (let channel = 0; channel < matrix.outputs; channel += 1) {
      projected.data[pixel * matrix.outputs + channel] =
        (results[pixel * stride + channel] ?? 0) + (bias[channel] ?? 0);
    }
  }
  return projected;
}

function emptyLayer(width: number, height: number, channels: number): Layer {
  return { width, height, channels, data: new Float32Array(width * height * channels) };
}

/** The convolved rows, the last two of which are kept. */
function convolvedRows(input: Layer, { depthwise, matrix }: Convolution) {
  const lost = depthwise === undefined ? 2 : 0;
  const width = input.width - lost;
  const height = input.height - lost;
  const evenWidth = width + (width % 2);
  const gathered = new Float32Array(evenWidth * matrix.inputs);
  const emptyRow = () => ({ y: -1, numbers: new Float32Array(evenWidth * resultStride(matrix)) });
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
function gatherPatches({ width, channels, data }: Layer, y: number, patches: Float32Array): void {
  const across = 3 * channels;
  for (let x = 0; x < width - 2; x += 1) {
    for (let row = 0; row < 3; row += 1) {
      const from = ((y + row) * width + x) * channels;
      const to = (x * 3 + row) * across;
      for (let index = 0; index < across; index += 1) patches[to + index] = data[from + index] ?? 0;
    }
  }
}

/** For each pixel of a row the weighted sums of the 3x3 pixels around it, channel by channel. */
function weighChannels(input: Layer, y: number, depthwise: Float32Array, sums: Float32Array): void {
  const { width, height, channels, data } = input;
  sums.fill(0);
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let shift = -1; shift <= 1; shift += 1) {
      const weights = ((row - y + 1) * 3 + shift + 1) * channels;
      for (let x = Math.max(0, -shift); x < Math.min(width, width - shift); x += 1) {
        const from = (row * width + x + shift) * channels;
        const to = x * channels;
        for (let channel = 0; channel < channels; channel += 1) {
          sums[to + channel] =
            (sums[to + channel] ?? 0) + (data[from + channel] ?? 0) * (depthwise[weights + channel] ?? 0);
        }
      }
    }
  }
}
