import type { Face, Pixels, Size } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { filtered } from '../../../../test/filtered.ts';
import { GENEROUS_INPUT_LIMITS, photo } from '../../../../test/pictures.ts';
import { landscape } from '../../../../test/smart-crop/landscape.ts';
import { type PlacedBox, SAMPLE_FACES, samplePhotograph } from '../../../../test/smart-crop/sample-faces.ts';
import { passOverOriginal, passOverPixels } from '../pass.ts';
import { probe } from '../probe.ts';
import { createFaceFinder } from './face-finder.ts';
import { readWeightFiles } from './weights.ts';

const findFaces = createFaceFinder(readWeightFiles());

/** As a render process does it with an original. */
async function facesIn(image: Sharp): Promise<readonly Face[]> {
  const bytes = await image.toBuffer();
  const { facts } = await probe(bytes, GENEROUS_INPUT_LIMITS);
  return findFaces(passOverOriginal({ bytes, facts }));
}

/** The faces of a photograph of 1920 pixels' width, in fractions of it, from left to right. */
async function expectedFaces(number: number): Promise<PlacedBox[]> {
  const { width, height } = await sharp(samplePhotograph(number)).metadata();
  return SAMPLE_FACES.filter((face) => face.photograph === samplePhotograph(number))
    .map((face) => scaled(face, { width: 1 / width, height: 1 / height }))
    .sort((first, second) => first.left - second.left);
}

function scaled({ left, top, width, height }: PlacedBox, by: Size): PlacedBox {
  return { left: left * by.width, top: top * by.height, width: width * by.width, height: height * by.height };
}

/** Each edge is where it should be, up to a quarter of the face, and there are no others. */
function expectFaces(found: readonly Face[], expected: readonly PlacedBox[]): void {
  const sorted = [...found].sort((first, second) => first.left - second.left);
  expect(sorted).toHaveLength(expected.length);
  for (const [index, face] of sorted.entries()) {
    const { left, top, width, height } = expected[index] ?? face;
    expect(face.score).toBeGreaterThan(0.4);
    expect(Math.abs(face.left - left)).toBeLessThan(width / 3);
    expect(Math.abs(face.left + face.width - left - width)).toBeLessThan(width / 3);
    expect(Math.abs(face.top - top)).toBeLessThan(height / 3);
    expect(Math.abs(face.top + face.height - top - height)).toBeLessThan(height / 3);
  }
}

describe('createFaceFinder', () => {
  it('finds the faces in a photograph, the surest first', async () => {
    const found = await facesIn(sharp(samplePhotograph(3)));
    expectFaces(found, await expectedFaces(3));
    const scores = found.map((face) => face.score);
    expect(scores).toEqual([...scores].sort((first, second) => second - first));
    expectFaces(await facesIn(sharp(samplePhotograph(1))), await expectedFaces(1));
  });

  it('finds none where there is nobody', async () => {
    const nobody = await landscape(3, { width: 900, height: 600 });
    expect(await facesIn(sharp(nobody))).toEqual([]);
    expect(await facesIn(photo(300, 200).png())).toEqual([]);
  });

  it('finds the same whatever the file: turned by EXIF, grey, transparent, 16 bits, small', async () => {
    const original = samplePhotograph(3);
    const expected = await expectedFaces(3);
    const small = () => sharp(original).resize(416);
    // 8: turned by a quarter against the clock, so that the pixels lie on their side.
    const lying = await small().rotate(90).jpeg().withMetadata({ orientation: 8 }).toBuffer();
    expectFaces(await facesIn(sharp(lying).keepMetadata()), expected);
    expectFaces(await facesIn(small().toColourspace('b-w').png()), expected);
    expectFaces(await facesIn(small().ensureAlpha(0.9).webp()), expected);
    expectFaces(await facesIn(small().toColourspace('rgb16').png()), expected);
    expectFaces(await facesIn(sharp(original).resize(300).png()), expected);
  });

  it('finds a face that is nearly the whole picture, and one in a large picture', async () => {
    const [face] = SAMPLE_FACES.filter(({ photograph }) => photograph === samplePhotograph(6));
    if (face === undefined) throw new Error('a photograph without faces');
    const close = sharp(face.photograph).extract({ left: 200, top: 400, width: 310, height: 400 });
    expect(await facesIn(close.clone().png())).toHaveLength(1);
    const far = sharp({ create: { width: 2400, height: 1600, channels: 3, background: '#6a8a5a' } });
    const head = await close.resize(140).png().toBuffer();
    const [found, ...others] = await facesIn(far.composite([{ input: head, left: 1900, top: 1200 }]).png());
    expect(others).toEqual([]);
    expect(found?.left).toBeGreaterThan(1900 / 2400);
    expect(found?.top).toBeGreaterThan(1200 / 1600);
  });

  it.each([
    [1, 1],
    [1, 3000],
    [3000, 1],
    [31, 33],
  ])('takes pictures of %d x %d', async (width, height) => {
    const data = new Uint8Array(width * height * 3).fill(120);
    expect(await findFaces(passOverPixels({ data, width, height, channels: 3 }))).toEqual([]);
  });

  it('finds no face that was redacted', async () => {
    const { data, info } = await sharp(samplePhotograph(3))
      .resize(900)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const before: Pixels = { data, width: info.width, height: info.height, channels: 3 };
    const faces = await findFaces(passOverPixels(before));
    expect(faces).toHaveLength(3);
    for (const redaction of ['blur', 'pixelate']) {
      const after = await filtered(before, `redact:${redaction},faces`, faces);
      expect(await findFaces(passOverPixels(after))).toEqual([]);
      for (const face of await expectedFaces(3))
        expect(contrastIn(after, face)).toBeLessThan(contrastIn(before, face) / 3);
      expect(contrastIn(after, { left: 0.4, top: 0.6, width: 0.2, height: 0.3 })).toBeGreaterThan(3);
    }
  });
});

/** The mean difference of neighbouring pixels in a part of a picture. */
function contrastIn({ data, width, height, channels }: Pixels, part: PlacedBox): number {
  const box = scaled(part, { width, height });
  let [sum, count] = [0, 0];
  for (let y = Math.ceil(box.top); y < box.top + box.height - 1; y += 1) {
    for (let x = Math.ceil(box.left); x < box.left + box.width - 1; x += 1) {
      const at = (y * width + x) * channels;
      sum += Math.abs((data[at] ?? 0) - (data[at + channels] ?? 0));
      count += 1;
    }
  }
  return sum / count;
}
