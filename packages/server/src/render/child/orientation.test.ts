import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { pixelOf, quarters } from '../../../test/pictures.ts';
import {
  combine,
  inverse,
  type Orientation,
  orientationFromExif,
  orientedBox,
  orientedSize,
  UPRIGHT,
} from './orientation.ts';

const orientations = fc.record({ mirrored: fc.boolean(), turns: fc.integer({ min: 0, max: 3 }) });
const sizes = fc.record({ width: fc.integer({ min: 1, max: 50 }), height: fc.integer({ min: 1, max: 50 }) });

describe('orientationFromExif', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'makes a picture of orientation %i upright, as sharp does',
    async (exif) => {
      const stored = await quarters(20, 12).png().toBuffer();
      const { mirrored, turns } = orientationFromExif(exif);
      const ours = await sharp(stored)
        .flop(mirrored)
        .rotate(90 * turns)
        .png()
        .toBuffer();
      const tagged = await sharp(stored).withMetadata({ orientation: exif }).png().toBuffer();
      const theirs = await sharp(tagged).autoOrient().png().toBuffer();
      for (const [x, y] of [
        [1, 1],
        [9, 1],
        [1, 9],
      ] as const) {
        expect(await pixelOf(ours, x, y)).toEqual(await pixelOf(theirs, x, y));
      }
    },
  );

  it.each([undefined, 0, 9])('takes %s for upright', (exif) => {
    expect(orientationFromExif(exif)).toEqual(UPRIGHT);
  });
});

describe('combine', () => {
  it('law: is associative', () => {
    fc.assert(
      fc.property(orientations, orientations, orientations, (a, b, c) => {
        expect(combine(combine(a, b), c)).toEqual(combine(a, combine(b, c)));
      }),
    );
  });
});

describe('inverse', () => {
  it('law: undoes', () => {
    fc.assert(
      fc.property(orientations, (orientation) => {
        expect(combine(orientation, inverse(orientation))).toEqual(UPRIGHT);
        expect(combine(inverse(orientation), orientation)).toEqual(UPRIGHT);
      }),
    );
  });
});

describe('orientedBox', () => {
  const boxOf = (orientation: Orientation, size: { width: number; height: number }) =>
    orientedBox({ left: 0, top: 0, width: 1, height: 1 }, size, orientation);

  it('law: two turns in a row move a box as both at once do', () => {
    fc.assert(
      fc.property(sizes, orientations, orientations, (size, first, second) => {
        const inTurn = orientedBox(boxOf(first, size), orientedSize(size, first), second);
        expect(inTurn).toEqual(boxOf(combine(first, second), size));
      }),
    );
  });

  it('moves the left upper corner to the right when turned clockwise', () => {
    expect(boxOf({ mirrored: false, turns: 1 }, { width: 5, height: 3 })).toEqual({
      left: 2,
      top: 0,
      width: 1,
      height: 1,
    });
  });
});
