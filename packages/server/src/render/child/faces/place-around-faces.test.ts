import type { Face, Size } from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeAroundFaces } from './place-around-faces.ts';

const PICTURE = { width: 1000, height: 600 };

function face(left: number, top: number, width = 80, height = 100, score = 0.8): Face {
  return { left, top, width, height, score };
}

/** The faces that are whole in a box of that size at that place. */
function whole(faces: readonly Face[], box: Size, place: { left: number; top: number } | undefined): Face[] {
  if (place === undefined) return [];
  return faces.filter(
    ({ left, top, width, height }) =>
      left >= place.left &&
      top >= place.top &&
      left + width <= place.left + box.width &&
      top + height <= place.top + box.height,
  );
}

describe('placeAroundFaces', () => {
  it('has nothing to say where there is no face, or none in the picture', () => {
    expect(placeAroundFaces([], { width: 300, height: 300 }, PICTURE)).toBeUndefined();
    expect(
      placeAroundFaces([face(-90, 10), face(100, 600)], { width: 300, height: 300 }, PICTURE),
    ).toBeUndefined();
  });

  it('centres the box on a single face', () => {
    const box = { width: 300, height: 300 };
    expect(placeAroundFaces([face(700, 250)], box, PICTURE)).toEqual({ left: 590, top: 150 });
  });

  it('stays inside the picture', () => {
    const box = { width: 300, height: 300 };
    expect(placeAroundFaces([face(10, 10)], box, PICTURE)).toEqual({ left: 0, top: 0 });
    expect(placeAroundFaces([face(915, 495)], box, PICTURE)).toEqual({ left: 700, top: 300 });
  });

  it('keeps all faces where they fit, as far from the edges as can be', () => {
    const faces = [face(100, 200), face(350, 240)];
    const box = { width: 400, height: 600 };
    expect(whole(faces, box, placeAroundFaces(faces, box, PICTURE))).toEqual(faces);
    expect(placeAroundFaces(faces, box, PICTURE)).toEqual({ left: 65, top: 0 });
  });

  it('keeps the larger one where only one fits, if it is as sure', () => {
    const box = { width: 200, height: 600 };
    const faces = [face(100, 200, 80, 100), face(700, 200, 120, 150)];
    expect(whole(faces, box, placeAroundFaces(faces, box, PICTURE))).toEqual([faces[1]]);
    const doubtful = [face(100, 200, 80, 100, 0.9), face(700, 200, 120, 150, 0.4)];
    expect(whole(doubtful, box, placeAroundFaces(doubtful, box, PICTURE))).toEqual([doubtful[0]]);
  });

  it('keeps the one in the middle of two that are alike', () => {
    const box = { width: 200, height: 200 };
    const faces = [face(20, 20), face(460, 250)];
    expect(whole(faces, box, placeAroundFaces(faces, box, PICTURE))).toEqual([faces[1]]);
  });

  it('keeps several rather than one of the same size', () => {
    const box = { width: 300, height: 300 };
    const faces = [face(460, 250), face(20, 20), face(150, 30)];
    expect(whole(faces, box, placeAroundFaces(faces, box, PICTURE))).toEqual([faces[1], faces[2]]);
  });

  it('is centred on the face that counts most where not even that one fits', () => {
    const faces = [face(400, 100, 200, 300), face(50, 50, 150, 200)];
    expect(placeAroundFaces(faces, { width: 100, height: 100 }, PICTURE)).toEqual({ left: 450, top: 200 });
  });

  it('law: lies in the picture, and holds every face that some box of its size could hold alone', () => {
    const length = fc.double({ min: 1, max: 300, noNaN: true });
    const single = fc.record({
      left: fc.double({ min: -50, max: 990, noNaN: true }),
      top: fc.double({ min: -50, max: 590, noNaN: true }),
      width: length,
      height: length,
      score: fc.double({ min: 0.4, max: 1, noNaN: true }),
    });
    const boxes = fc.record({
      width: fc.integer({ min: 1, max: PICTURE.width }),
      height: fc.integer({ min: 1, max: PICTURE.height }),
    });
    fc.assert(
      fc.property(fc.array(single, { maxLength: 12 }), boxes, (faces, box) => {
        const place = placeAroundFaces(faces, box, PICTURE);
        if (place === undefined) return;
        expect(Number.isInteger(place.left) && Number.isInteger(place.top)).toBe(true);
        expect(place.left).toBeGreaterThanOrEqual(0);
        expect(place.top).toBeGreaterThanOrEqual(0);
        expect(place.left + box.width).toBeLessThanOrEqual(PICTURE.width);
        expect(place.top + box.height).toBeLessThanOrEqual(PICTURE.height);
        const [first] = faces;
        if (faces.length !== 1 || first === undefined) return;
        const left = Math.max(0, first.left);
        const top = Math.max(0, first.top);
        const right = Math.min(PICTURE.width, first.left + first.width);
        const bottom = Math.min(PICTURE.height, first.top + first.height);
        const fits =
          Math.ceil(right) - Math.floor(left) <= box.width &&
          Math.ceil(bottom) - Math.floor(top) <= box.height;
        const seen = { left, top, width: right - left, height: bottom - top, score: 1 };
        if (fits) expect(whole([seen], box, place)).toEqual([seen]);
      }),
    );
  });
});
