import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiply, packMatrix, resultStride } from './matrix.ts';

const side = fc.integer({ min: 1, max: 13 });
const number = fc.integer({ min: -8, max: 8 });

function numbers(length: number): fc.Arbitrary<Float32Array> {
  return fc
    .array(number, { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
}

const products = fc.tuple(side, side, side).chain(([count, inputs, outputs]) =>
  fc.record({
    count: fc.constant(count),
    inputs: fc.constant(inputs),
    outputs: fc.constant(outputs),
    pixels: numbers((count + 1) * inputs),
    rows: numbers(inputs * outputs),
  }),
);

describe('multiply', () => {
  it('law: gives the sums of products, whatever the sizes', () => {
    fc.assert(
      fc.property(products, ({ count, inputs, outputs, pixels, rows }) => {
        const matrix = packMatrix(rows, outputs);
        const stride = resultStride(matrix);
        const results = new Float32Array((count + 1) * stride);
        multiply(pixels, count, matrix, results);
        for (let pixel = 0; pixel < count; pixel += 1) {
          for (let column = 0; column < outputs; column += 1) {
            let sum = 0;
            for (let input = 0; input < inputs; input += 1) {
              sum += (pixels[pixel * inputs + input] ?? 0) * (rows[input * outputs + column] ?? 0);
            }
            expect(results[pixel * stride + column]).toBe(sum);
          }
        }
      }),
    );
  });
});
