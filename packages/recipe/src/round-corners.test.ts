import { describe, expect, it } from 'vitest';
import { roundCorners } from './round-corners.ts';

function plain(width: number, height: number, color: readonly number[]) {
  const { length: channels } = color;
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error('channels');
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => color[at % channels] ?? 0);
  return { data, width, height, channels } as const;
}

describe('roundCorners', () => {
  it('gives a grey or coloured picture an alpha channel and leaves the rest of it', () => {
    expect(roundCorners(plain(9, 9, [7]), 1)).toMatchObject({ width: 9, height: 9, channels: 2 });
    const { data, channels } = roundCorners(plain(9, 9, [1, 2, 3]), 2);
    expect(channels).toBe(4);
    expect([...data.subarray(40 * 4, 41 * 4)]).toEqual([1, 2, 3, 255]);
  });

  it('cuts all four corners alike', () => {
    const size = 11;
    const { data } = roundCorners(plain(size, size, [9, 9, 9, 200]), 4);
    const alpha = (x: number, y: number) => data[(y * size + x) * 4 + 3];
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        expect(alpha(x, y)).toBe(alpha(size - 1 - x, y));
        expect(alpha(x, y)).toBe(alpha(y, x));
      }
    }
    expect([alpha(0, 0), alpha(5, 0), alpha(5, 5)]).toEqual([0, 200, 200]);
  });

  it('keeps nothing of what is not seen', () => {
    expect([...roundCorners(plain(9, 9, [1, 2, 3]), 4).data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it.each([20, 21, 50, 99])('leaves of %d pixels with the largest radius the area of a circle', (side) => {
    const { data } = roundCorners(plain(side, side, [255, 255]), side / 2);
    let area = 0;
    for (let at = 1; at < data.length; at += 2) area += (data[at] ?? 0) / 255;
    expect(area / (Math.PI * (side / 2) ** 2)).toBeCloseTo(1, 2);
  });
});
