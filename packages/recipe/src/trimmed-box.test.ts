import { describe, expect, it } from 'vitest';
import type { Pixels } from './operations/operation.ts';
import { trimmedBox } from './trimmed-box.ts';

/** One letter a pixel, rows separated by `/`. */
function picture(rows: string, colors: Readonly<Record<string, readonly number[]>>): Pixels {
  const lines = rows.split('/');
  const data = lines.flatMap((line) => [...line].flatMap((letter) => colors[letter] ?? []));
  const channels = data.length / lines.join('').length;
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) throw new Error('channels');
  return { data: Uint8Array.from(data), width: lines[0]?.length ?? 0, height: lines.length, channels };
}

const GREYS = { '.': [200], ',': [190], '#': [0] };
const COLORS = { '.': [0, 0, 0, 0], ',': [255, 255, 255, 0], '#': [0, 0, 0, 255], ':': [255, 0, 0, 20] };

describe('trimmedBox', () => {
  it.each([
    ['...../..#../...../.....', { left: 2, top: 1, width: 1, height: 1 }],
    ['...../..#../#..../.....', { left: 0, top: 1, width: 3, height: 2 }],
    ['....#/...../...../.....', { left: 4, top: 0, width: 1, height: 1 }],
    ['...../...../...../....#', { left: 4, top: 3, width: 1, height: 1 }],
    ['.####/#####/#####/####.', { left: 0, top: 0, width: 5, height: 4 }],
    ['.', { left: 0, top: 0, width: 1, height: 1 }],
    ['...../.....', { left: 0, top: 0, width: 5, height: 2 }],
  ])('finds in %s what differs from the corner', (rows, box) => {
    expect(trimmedBox(picture(rows, GREYS), 0)).toEqual(box);
  });

  it('takes what is within the tolerance for the border', () => {
    const noisy = picture('.,.,/,.#./.,.,', GREYS);
    expect(trimmedBox(noisy, 10)).toEqual({ left: 2, top: 1, width: 1, height: 1 });
    expect(trimmedBox(noisy, 9)).toEqual({ left: 0, top: 0, width: 4, height: 3 });
  });

  it('takes transparent for transparent, whatever colour is hidden there', () => {
    const box = { left: 2, top: 1, width: 1, height: 1 };
    expect(trimmedBox(picture('.,.,/,.#./.,.,', COLORS), 0)).toEqual(box);
    expect(trimmedBox(picture('.:.:/:.#./.:.:', COLORS), 20)).toEqual(box);
  });
});
