import { describe, expect, it } from 'vitest';
import { sampleBands } from './sample-bands.ts';

/** Each row has its number. */
function numbered(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height }, (_, at) => Math.floor(at / width) % 251);
  return { data, width, height, channels: 1 as const };
}

describe('sampleBands', () => {
  it('takes a small picture as it is', () => {
    const pixels = numbered(10, 100);
    expect(sampleBands(pixels, 1000)).toBe(pixels);
    expect(sampleBands(numbered(1000, 60), 1000).height).toBe(60);
  });

  it('takes whole bands from top to bottom of a large one', () => {
    const sample = sampleBands(numbered(10, 1000), 2000);
    expect(sample).toMatchObject({ width: 10, height: 192 });
    const rows = [...sample.data].filter((_, at) => at % 10 === 0);
    const starts = [0, 64, 128].map((row) => rows[row] ?? 0);
    expect(starts).toEqual([156, 468 % 251, 780 % 251]);
    expect(rows.slice(64, 128)).toEqual(Array.from({ length: 64 }, (_, row) => (468 + row) % 251));
  });
});
