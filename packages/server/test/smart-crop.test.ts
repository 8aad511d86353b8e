import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CROPS, type CropBox, evaluate } from './smart-crop/evaluate.ts';
import { type FacePicture, landscapeWithFaces, photographWithFaces } from './smart-crop/face-pictures.ts';
import { smartCropPage } from './smart-crop/page.ts';

/** Names the file that the measurements are written to; where it does, they are of all pictures and boxes. */
const page = process.env.SMART_CROP_PAGE;

async function* pictures(landscapes: number, photographs: number): AsyncGenerator<FacePicture> {
  for (let seed = 0; seed < landscapes; seed += 1) yield landscapeWithFaces(seed);
  for (let number = 1; number <= photographs; number += 1) yield photographWithFaces(number);
}

const set = page === undefined ? pictures(30, 0) : pictures(36, 6);
const boxes: readonly CropBox[] = page === undefined ? ['1:1', '50%x50%'] : CROPS;

describe('crop/face', () => {
  it('keeps more faces whole than every other place for a box: at least 90 % of those that can be', async () => {
    const evaluation = await evaluate(set, boxes);
    expect(evaluation.pictures).toBeGreaterThanOrEqual(30);
    expect(evaluation.detected).toBeGreaterThan(0.85 * evaluation.faces);
    for (const box of boxes) {
      const tallies = evaluation.tallies.get(box);
      if (tallies === undefined) throw new Error(`${box} was not measured`);
      const { face, ...others } = tallies;
      expect(face.possible).toBeGreaterThan(30);
      expect(face.whole).toBeGreaterThanOrEqual(0.9 * face.possible);
      for (const other of Object.values(others)) expect(face.whole).toBeGreaterThan(other.whole);
    }
    if (page !== undefined) await writeFile(page, smartCropPage(evaluation));
  }, 300_000);
});
