import { describe, expect, it } from 'vitest';
import { createFirstFrame } from './first-frame.ts';

const box = (left: number) => ({ left, top: 0, width: 1, height: 1 });

describe('createFirstFrame', () => {
  it('gives later frames what the first one found, in the order of asking', async () => {
    const firstFrame = createFirstFrame();
    const first = firstFrame.finderOfNextFrame();
    expect(await first(async () => box(1))).toEqual(box(1));
    expect(await first(async () => box(2))).toEqual(box(2));
    const second = firstFrame.finderOfNextFrame();
    expect(await second(async () => box(3))).toEqual(box(1));
    expect(await second(async () => box(4))).toEqual(box(2));
  });
});
