import type { Canvas, Color, Pixels } from '@images-server/recipe';
import { STAGES } from '@images-server/recipe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCanvas } from './canvas.ts';
import { passOverPixels } from './pass.ts';

/** RGBA pixels, each of its own colour. */
function distinct(width: number, height: number): Pixels {
  const data = Buffer.alloc(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data.set([pixel % 256, (pixel * 7) % 256, (pixel >> 8) % 256, 255 - (pixel % 3)], pixel * 4);
  }
  return { data, width, height, channels: 4 };
}

/** The plainest way to do it: result (x, y) is what `at` finds, else the fill. */
function lookUp(
  pixels: Pixels,
  size: { width: number; height: number },
  at: (x: number, y: number) => readonly [number, number],
): Pixels {
  const data = Buffer.alloc(size.width * size.height * 4);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const [fromX, fromY] = at(x, y);
      if (fromX < 0 || fromY < 0 || fromX >= pixels.width || fromY >= pixels.height) continue;
      const from = (fromY * pixels.width + fromX) * 4;
      data.set(pixels.data.subarray(from, from + 4), (y * size.width + x) * 4);
    }
  }
  return { ...size, data, channels: 4 };
}

interface LosslessStep {
  readonly name: string;
  readonly onCanvas: (canvas: Canvas) => Promise<void>;
  readonly onPixels: (pixels: Pixels) => Pixels;
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const extractStep = fc.tuple(fraction, fraction, fraction, fraction).map(([l, t, w, h]): LosslessStep => {
  const boxIn = ({ width, height }: { width: number; height: number }) => {
    const left = Math.floor(l * (width - 1));
    const top = Math.floor(t * (height - 1));
    const box = {
      left,
      top,
      width: 1 + Math.floor(w * (width - left - 1)),
      height: 1 + Math.floor(h * (height - top - 1)),
    };
    return box;
  };
  return {
    name: `extract ${l} ${t} ${w} ${h}`,
    onCanvas: (canvas) => canvas.extract(boxIn(canvas)),
    onPixels: (pixels) => {
      const box = boxIn(pixels);
      return lookUp(pixels, { width: box.width, height: box.height }, (x, y) => [x + box.left, y + box.top]);
    },
  };
});
const quarterTurn: LosslessStep = {
  name: 'rotate 90',
  onCanvas: (canvas) => canvas.rotate(90),
  onPixels: (pixels) =>
    lookUp(pixels, { width: pixels.height, height: pixels.width }, (x, y) => [y, pixels.height - 1 - x]),
};
const flipStep = fc.tuple(fc.boolean(), fc.boolean()).map(
  ([horizontal, vertical]): LosslessStep => ({
    name: `flip ${horizontal} ${vertical}`,
    onCanvas: (canvas) => canvas.flip({ horizontal, vertical }),
    onPixels: (pixels) =>
      lookUp(pixels, pixels, (x, y) => [
        horizontal ? pixels.width - 1 - x : x,
        vertical ? pixels.height - 1 - y : y,
      ]),
  }),
);
const edge = fc.integer({ min: 0, max: 5 });
const extendStep = fc.record({ top: edge, right: edge, bottom: edge, left: edge }).map(
  (edges): LosslessStep => ({
    name: `extend ${JSON.stringify(edges)}`,
    onCanvas: (canvas) => canvas.extend(edges),
    onPixels: (pixels) => {
      const width = pixels.width + edges.left + edges.right;
      const height = pixels.height + edges.top + edges.bottom;
      return lookUp(pixels, { width, height }, (x, y) => [x - edges.left, y - edges.top]);
    },
  }),
);

describe('createCanvas', () => {
  it('law: steps take effect in the order in which they are made', async () => {
    const step = fc.oneof(extractStep, fc.constant(quarterTurn), flipStep, extendStep);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        let expected = distinct(31, 22);
        const canvas = createCanvas(passOverPixels(expected));
        for (const { onCanvas, onPixels } of steps) {
          await onCanvas(canvas);
          expected = onPixels(expected);
          expect([canvas.width, canvas.height]).toEqual([expected.width, expected.height]);
        }
        const actual = await canvas.pixels();
        expect(actual.channels).toBe(4);
        expect(Buffer.compare(actual.data, expected.data)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a box, a reduction, a turn and another box in one pass', async () => {
    const canvas = createCanvas(passOverPixels(distinct(60, 40)));
    await canvas.extract({ left: 10, top: 0, width: 40, height: 40 });
    await canvas.resample({ width: 20, height: 20 });
    await canvas.rotate(90);
    await canvas.extract({ left: 0, top: 5, width: 20, height: 10 });
    await canvas.flip({ horizontal: true, vertical: false });
    expect(canvas.pass.source).toMatchObject({ pixels: { width: 60, height: 40 } });
    expect(canvas).toMatchObject({ width: 20, height: 10 });
  });

  it('resamples twice where it is told twice', async () => {
    const stripes = createCanvas(passOverPixels(checks(64, 64, 1)));
    await stripes.resample({ width: 8, height: 8 });
    await stripes.resample({ width: 32, height: 32 });
    const { data } = await stripes.pixels();
    // Stripes of one pixel are gone after the first, and do not come back.
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(20);
  });

  it('aligns the centres of pixels when it enlarges', async () => {
    const ramp = Buffer.from(Array.from({ length: 16 }, (_, x) => x * 16));
    const canvas = createCanvas(passOverPixels({ data: ramp, width: 16, height: 1, channels: 1 }));
    await canvas.resample({ width: 40, height: 3 });
    const { data, channels } = await canvas.pixels();
    expect(channels).toBe(1);
    for (let x = 6; x < 34; x += 1) {
      expect(data[40 + x]).toBeCloseTo(16 * ((x + 0.5) * (16 / 40) - 0.5), -1);
      expect(Math.abs((data[40 + x] ?? 0) - 16 * ((x + 0.5) * (16 / 40) - 0.5))).toBeLessThan(1.6);
    }
  });

  it('reduces one side and enlarges the other', async () => {
    const canvas = createCanvas(passOverPixels(distinct(30, 10)));
    await canvas.resample({ width: 7, height: 23 });
    expect(await canvas.pixels()).toMatchObject({ width: 7, height: 23 });
  });

  it('leaves pixels of one colour alone when it resamples, up to the edge', async () => {
    const color = [90, 160, 30, 255];
    for (const size of [
      { width: 5, height: 40 },
      { width: 33, height: 31 },
    ]) {
      const canvas = createCanvas(passOverPixels(one(12, 9, color)));
      await canvas.resample(size);
      const { data } = await canvas.pixels();
      expect(farthest(data, color)).toBeLessThanOrEqual(1);
    }
  });

  it('turns by any angle onto transparent corners without dark fringes', async () => {
    const canvas = createCanvas(passOverPixels({ ...one(40, 30, [250, 240, 200]), channels: 3 }));
    await canvas.rotate(30);
    const { data, width, height } = await canvas.pixels();
    expect({ width, height }).toEqual({ width: 52, height: 48 });
    expect([...data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    let half = 0;
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at + 3] ?? 0) < 16) continue;
      if ((data[at + 3] ?? 0) < 240) half += 1;
      expect(Math.abs((data[at] ?? 0) - 250)).toBeLessThan(12);
    }
    expect(half).toBeGreaterThan(50);
  });

  it('keeps the colour under transparency out of the result when it resamples', async () => {
    const data = Buffer.alloc(40 * 40 * 4);
    for (let pixel = 0; pixel < 1600; pixel += 1) {
      data.set(pixel % 40 < 20 ? [200, 200, 200, 255] : [0, 255, 0, 0], pixel * 4);
    }
    for (const size of [
      { width: 13, height: 13 },
      { width: 130, height: 130 },
    ]) {
      const canvas = createCanvas(passOverPixels({ data, width: 40, height: 40, channels: 4 }));
      await canvas.resample(size);
      const result = (await canvas.pixels()).data;
      for (let at = 0; at < result.length; at += 4) {
        if ((result[at + 3] ?? 0) > 32) expect(Math.abs((result[at + 1] ?? 0) - 200)).toBeLessThan(20);
      }
    }
  });

  it('fills new area with the background of that moment', async () => {
    const canvas = createCanvas(passOverPixels({ ...one(4, 4, [10, 20, 30]), channels: 3 }));
    canvas.background = { r: 255, g: 0, b: 0, alpha: 1 };
    await canvas.extend({ top: 0, right: 0, bottom: 0, left: 2 });
    canvas.background = { r: 0, g: 0, b: 255, alpha: 1 };
    await canvas.extend({ top: 0, right: 0, bottom: 0, left: 2 });
    const { data, channels } = await canvas.pixels();
    expect(channels).toBe(3);
    expect([...data.subarray(0, 18)]).toEqual([
      0, 0, 255, 0, 0, 255, 255, 0, 0, 255, 0, 0, 10, 20, 30, 10, 20, 30,
    ]);
  });

  it('turns onto a background', async () => {
    const red: Color = { r: 255, g: 0, b: 0, alpha: 1 };
    const canvas = createCanvas(
      passOverPixels({ data: Buffer.alloc(400, 128), width: 20, height: 20, channels: 1 }),
    );
    canvas.background = red;
    await canvas.rotate(45);
    const { data, channels } = await canvas.pixels();
    expect(channels).toBe(3);
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect(canvas.hasAlpha).toBe(false);
  });

  it('gives grey pixels colour where a fill or a filter brings it in', async () => {
    const grey: Pixels = { data: Buffer.alloc(16, 100), width: 4, height: 4, channels: 1 };
    const filled = createCanvas(passOverPixels(grey));
    await filled.extend({ top: 1, right: 0, bottom: 0, left: 0 }, { r: 9, g: 99, b: 199, alpha: 1 });
    expect([...(await filled.pixels()).data.subarray(0, 3)]).toEqual([9, 99, 199]);
    const tinted = createCanvas(passOverPixels(grey));
    await tinted.filter(STAGES.tint, (image) => image.tint({ r: 255, g: 0, b: 0 }));
    const { data, channels } = await tinted.pixels();
    expect(channels).toBe(3);
    expect(data[0]).toBeGreaterThan((data[1] ?? 0) + 50);
  });

  it('runs filters in the order in which they are made, whatever sharp does first', async () => {
    const canvas = createCanvas(passOverPixels(checks(40, 40, 4)));
    await canvas.filter(STAGES.negate, (image) => image.negate({ alpha: false }));
    await canvas.filter(STAGES.linear, (image) => image.linear(0.5, 0));
    const { data } = await canvas.pixels();
    // Halved first, as sharp would, nothing could be black.
    expect(new Set(data)).toEqual(new Set([0, 127]));
  });

  it('composites onto an opaque picture without giving it alpha', async () => {
    const canvas = createCanvas(passOverPixels({ ...one(8, 8, [10, 20, 30]), channels: 3 }));
    const overlay = {
      input: Buffer.alloc(4 * 4 * 4, 255),
      raw: { width: 4, height: 4, channels: 4 as const },
    };
    await canvas.filter(STAGES.composite, (image) => image.composite([{ ...overlay, left: 0, top: 0 }]));
    const { data, channels } = await canvas.pixels();
    expect(channels).toBe(3);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  it('lays what is transparent on a colour', async () => {
    const half = { ...one(8, 8, [200, 100, 0, 128]) };
    const opaque = createCanvas(passOverPixels(half));
    await opaque.resample({ width: 4, height: 4 });
    await opaque.flatten({ r: 0, g: 0, b: 200, alpha: 1 });
    expect(opaque.hasAlpha).toBe(false);
    const { data, channels } = await opaque.pixels();
    expect(channels).toBe(3);
    expect(farthest(data, [100, 50, 100])).toBeLessThanOrEqual(1);
    const translucent = createCanvas(passOverPixels(half));
    await translucent.flatten({ r: 0, g: 0, b: 200, alpha: 0.5 });
    expect(farthest((await translucent.pixels()).data, [134, 67, 66, 192])).toBeLessThanOrEqual(2);
  });

  it('finds where the most is to be seen', async () => {
    const data = Buffer.alloc(120 * 40 * 3, 60);
    const busy = checks(20, 20, 2);
    for (let y = 0; y < 20; y += 1) {
      data.set(busy.data.subarray(y * 60, (y + 1) * 60), ((y + 10) * 120 + 90) * 3);
    }
    for (const kind of ['entropy', 'smart'] as const) {
      const canvas = createCanvas(passOverPixels({ data, width: 120, height: 40, channels: 3 }));
      const { left, top } = await canvas.pointOfInterest(kind, { width: 40, height: 40 });
      expect(top).toBe(0);
      expect(left).toBeGreaterThan(65);
      expect(left).toBeLessThanOrEqual(80);
      expect(canvas).toMatchObject({ width: 120, height: 40 });
    }
  });

  it('goes on with the pixels that a step hands back', async () => {
    const canvas = createCanvas(passOverPixels(distinct(9, 9)));
    const pixels = await canvas.pixels();
    canvas.replace({ data: pixels.data.subarray(0, 9 * 4 * 2), width: 9, height: 2, channels: 4 });
    await canvas.flip({ horizontal: false, vertical: true });
    expect(canvas).toMatchObject({ width: 9, height: 2, hasAlpha: true });
    expect([...(await canvas.pixels()).data.subarray(0, 4)]).toEqual([9, 63, 0, 255]);
  });
});

function one(width: number, height: number, color: readonly number[]): Pixels {
  return {
    data: Buffer.alloc(width * height * color.length, Buffer.from(color)),
    width,
    height,
    channels: 4,
  };
}

/** White and black squares. */
function checks(width: number, height: number, square: number): Pixels {
  const data = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const isWhite = (Math.floor((pixel % width) / square) + Math.floor(pixel / width / square)) % 2 === 0;
    data.fill(isWhite ? 255 : 0, pixel * 3, pixel * 3 + 3);
  }
  return { data, width, height, channels: 3 };
}

function farthest(data: Uint8Array, color: readonly number[]): number {
  return data.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (color[at % color.length] ?? 0))),
    0,
  );
}
