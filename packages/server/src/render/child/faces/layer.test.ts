import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convolve, emptyLayer, indexIn, type Layer, project } from './layer.ts';
import { packMatrix } from './matrix.ts';

function filled(width: number, height: number, channels: number, seed: number): Layer {
  const layer = emptyLayer(width, height, channels);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        layer.data[indexIn(layer, x, y) + channel] = ((seed + 7 * x + 13 * y + 29 * channel) % 17) - 8;
      }
    }
  }
  return layer;
}

function weights(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => ((seed + 5 * index) % 11) - 5);
}

function valueAt(layer: Layer, x: number, y: number, channel: number): number {
  const isInside = x >= 0 && y >= 0 && x < layer.width && y < layer.height;
  return isInside ? (layer.data[indexIn(layer, x, y) + channel] ?? Number.NaN) : 0;
}

/** The 3x3 neighbourhood of a pixel, summed up by `term` of its column, row and channel. */
function sumOf(channels: number, term: (column: number, row: number, channel: number) => number): number {
  let sum = 0;
  for (let row = 0; row < 3; row += 1) {
    for (let column = 0; column < 3; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) sum += term(column, row, channel);
    }
  }
  return sum;
}

/** The same by the definitions alone, for one number of the result. */
function expectedAt(
  convolved: (x: number, y: number, output: number) => number,
  at: { x: number; y: number; output: number; step: number; width: number; height: number; bias: number },
): number {
  const values = [];
  for (const y of [at.y * at.step, Math.min(at.y * at.step + 1, at.height - 1)]) {
    for (const x of [at.x * at.step, Math.min(at.x * at.step + 1, at.width - 1)]) {
      values.push(convolved(x, y, at.output));
    }
  }
  const value = Math.max(...values) + at.bias;
  return value < 0 ? Math.fround(value * 0.1) : value;
}

const side = fc.integer({ min: 3, max: 9 });
const step = fc.constantFrom<1 | 2>(1, 2);
const seed = fc.integer({ min: 0, max: 100 });

describe('convolve', () => {
  it('law: full: 3x3 pixels of all channels, the largest of 2x2, the bias, a tenth of what is negative', () => {
    fc.assert(
      fc.property(side, side, step, seed, (width, height, by, start) => {
        const input = filled(width, height, 3, start);
        const rows = weights(27 * 5, start);
        const bias = weights(5, start + 1);
        const result = convolve(input, { depthwise: undefined, matrix: packMatrix(rows, 5), bias }, by);
        expect([result.width, result.height]).toEqual([
          Math.ceil((width - 2) / by),
          Math.ceil((height - 2) / by),
        ]);
        const convolved = (x: number, y: number, output: number) =>
          sumOf(3, (column, row, channel) => {
            const weight = rows[((row * 3 + column) * 3 + channel) * 5 + output] ?? 0;
            return weight * valueAt(input, x + column, y + row, channel);
          });
        expectAll(result, (x, y, output) =>
          expectedAt(convolved, {
            x,
            y,
            output,
            step: by,
            width: width - 2,
            height: height - 2,
            bias: bias[output] ?? 0,
          }),
        );
      }),
    );
  });

  it('law: separable: 3x3 pixels of each channel, zeros around, then all channels of a pixel', () => {
    fc.assert(
      fc.property(side, side, step, seed, (width, height, by, start) => {
        const input = filled(width, height, 4, start);
        const depthwise = weights(36, start);
        const rows = weights(4 * 6, start + 2);
        const bias = weights(6, start + 1);
        const result = convolve(input, { depthwise, matrix: packMatrix(rows, 6), bias }, by);
        expect([result.width, result.height]).toEqual([Math.ceil(width / by), Math.ceil(height / by)]);
        const convolved = (x: number, y: number, output: number) =>
          sumOf(4, (column, row, channel) => {
            const weight = depthwise[(row * 3 + column) * 4 + channel] ?? 0;
            return (
              weight *
              valueAt(input, x + column - 1, y + row - 1, channel) *
              (rows[channel * 6 + output] ?? 0)
            );
          });
        expectAll(result, (x, y, output) =>
          expectedAt(convolved, { x, y, output, step: by, width, height, bias: bias[output] ?? 0 }),
        );
      }),
    );
  });
});

describe('project', () => {
  it('law: all channels of a pixel with the matrix, and the bias', () => {
    fc.assert(
      fc.property(side, side, seed, (width, height, start) => {
        const input = filled(width, height, 3, start);
        const rows = weights(3 * 5, start);
        const bias = weights(5, start + 1);
        expectAll(project(input, packMatrix(rows, 5), bias), (x, y, output) => {
          const products = [0, 1, 2].map(
            (channel) => valueAt(input, x, y, channel) * (rows[channel * 5 + output] ?? 0),
          );
          return products.reduce((sum, product) => sum + product, bias[output] ?? 0);
        });
      }),
    );
  });
});

/** Every number of the layer, and zeros around it. */
function expectAll(layer: Layer, expected: (x: number, y: number, channel: number) => number): void {
  for (let y = -1; y <= layer.height; y += 1) {
    for (let x = -1; x <= layer.width; x += 1) {
      const isInside = x >= 0 && y >= 0 && x < layer.width && y < layer.height;
      for (let channel = 0; channel < layer.channels; channel += 1) {
        const actual = layer.data[indexIn(layer, x, y) + channel];
        expect(actual).toBeCloseTo(isInside ? expected(x, y, channel) : 0, 3);
      }
    }
  }
}
