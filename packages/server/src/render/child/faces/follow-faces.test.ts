import type { Canvas, Face, Pixels } from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCanvas } from '../canvas.ts';
import { passOverPixels } from '../pass.ts';

/** Black, with a white box. */
function pictureWithBox(
  size: { width: number; height: number },
  box: { left: number; top: number; width: number; height: number },
): Pixels {
  const data = new Uint8Array(size.width * size.height * 3);
  for (let y = box.top; y < box.top + box.height; y += 1) {
    const from = (y * size.width + box.left) * 3;
    data.fill(255, from, from + box.width * 3);
  }
  return { ...size, data, channels: 3 };
}

/** The upright box around all that is white, its sides where the grey is half way; undefined where nothing is. */
function whiteBox({ data, width, height, channels }: Pixels) {
  const white: [number, number][] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) if ((data[(y * width + x) * channels] ?? 0) > 127) white.push([x, y]);
  }
  if (white.length === 0) return undefined;
  const xs = white.map(([x]) => x);
  const ys = white.map(([, y]) => y);
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs) + 1,
    bottom: Math.max(...ys) + 1,
  };
}

type Move = (canvas: Canvas) => Promise<void>;

const share = fc.double({ min: 0.3, max: 1, noNaN: true });
const margin = fc.integer({ min: 0, max: 20 });

const moves: fc.Arbitrary<Move> = fc.oneof(
  fc.tuple(share, share).map(
    ([across, down]): Move =>
      (canvas) =>
        canvas.resample({
          width: Math.ceil(canvas.width * across * 2),
          height: Math.ceil(canvas.height * down * 2),
        }),
  ),
  fc.tuple(share, share).map(([across, down]): Move => {
    // So much of what lies on each side of the face is kept.
    return async (canvas) => {
      const [face] = canvas.faces;
      if (face === undefined) throw new Error('the face is gone');
      const left = Math.floor(Math.max(0, face.left) * (1 - across));
      const top = Math.floor(Math.max(0, face.top) * (1 - down));
      const right = Math.ceil(face.left + face.width + (canvas.width - face.left - face.width) * across);
      const bottom = Math.ceil(face.top + face.height + (canvas.height - face.top - face.height) * down);
      const width = Math.min(right, canvas.width) - left;
      const height = Math.min(bottom, canvas.height) - top;
      await canvas.extract({ left, top, width, height });
    };
  }),
  fc.constantFrom(90, 180, 270, -90).map(
    (degrees): Move =>
      (canvas) =>
        canvas.rotate(degrees),
  ),
  fc.tuple(fc.boolean(), fc.boolean()).map(
    ([horizontal, vertical]): Move =>
      (canvas) =>
        canvas.flip({ horizontal, vertical }),
  ),
  fc.tuple(margin, margin, margin, margin).map(
    ([top, right, bottom, left]): Move =>
      (canvas) =>
        canvas.extend({ top, right, bottom, left }, { r: 0, g: 0, b: 0, alpha: 1 }),
  ),
  fc.constant<Move>(async (canvas) => canvas.replace(await canvas.pixels())),
);

const BOX = { left: 60, top: 40, width: 30, height: 50 };
const SIZE = { width: 160, height: 120 };
const FOUND = [
  {
    left: BOX.left / SIZE.width,
    top: BOX.top / SIZE.height,
    width: BOX.width / SIZE.width,
    height: BOX.height / SIZE.height,
    score: 0.9,
  },
];

function canvasWithFace() {
  return createCanvas(passOverPixels(pictureWithBox(SIZE, BOX)), { faces: FOUND });
}

/** The face is where the white is, to two pixels: edges are resampled. */
function expectSeen(pixels: Pixels, [face]: readonly Face[]): void {
  const seen = whiteBox(pixels);
  if (face === undefined || seen === undefined) throw new Error('the face is gone');
  expect(face.score).toBe(0.9);
  expect(Math.abs(seen.left - face.left)).toBeLessThan(2);
  expect(Math.abs(seen.top - face.top)).toBeLessThan(2);
  expect(Math.abs(seen.right - face.left - face.width)).toBeLessThan(2);
  expect(Math.abs(seen.bottom - face.top - face.height)).toBeLessThan(2);
}

describe('followFaces', () => {
  it('law: faces move as the pixels do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { maxLength: 5 }), async (steps) => {
        const canvas = canvasWithFace();
        for (const step of steps) await step(canvas);
        expectSeen(await canvas.pixels(), canvas.faces);
      }),
      { numRuns: 60 },
    );
  });

  it.each([10, 45, 100, -73.5])(
    'gives the upright box around a face turned by %d degrees',
    async (degrees) => {
      const canvas = canvasWithFace();
      await canvas.rotate(degrees);
      expectSeen(await canvas.pixels(), canvas.faces);
    },
  );

  it('does not take faces that were not looked for for none', () => {
    const canvas = createCanvas(passOverPixels(pictureWithBox(SIZE, BOX)));
    expect(() => canvas.faces).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
