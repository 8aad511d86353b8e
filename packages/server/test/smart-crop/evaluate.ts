import { type Face, findOperation, type Size } from '@images-server/recipe';
import { createCanvas } from '../../src/render/child/canvas.ts';
import { createFaceFinder } from '../../src/render/child/faces/face-finder.ts';
import { readWeightFiles } from '../../src/render/child/faces/weights.ts';
import { passOverPixels } from '../../src/render/child/pass.ts';
import type { FacePicture } from './face-pictures.ts';
import { isWhole, mostWhole } from './kept-faces.ts';
import type { PlacedBox } from './sample-faces.ts';

export const WAYS = ['face', 'smart', 'entropy', 'centre'] as const;
export type Way = (typeof WAYS)[number];

/** What is cut out of each picture: the largest box of a ratio, or the half of each side. */
export const CROPS = ['1:1', '16:9', '3:4', '50%x50%'] as const;
export type CropBox = (typeof CROPS)[number];

/** Sums over all pictures. */
export interface Tally {
  /** Faces that stayed whole, */
  whole: number;
  /** of so many that could have. */
  possible: number;
}

export interface Evaluation {
  readonly pictures: number;
  readonly faces: number;
  /** Faces of which the detector has found one, and what it took for a face that is none. */
  readonly detected: number;
  readonly falselyDetected: number;
  readonly tallies: ReadonlyMap<CropBox, Readonly<Record<Way, Tally>>>;
}

/** Cuts the boxes out of every picture in every way, and counts what is left of the faces. */
export async function evaluate(
  set: AsyncIterable<FacePicture>,
  boxes: readonly CropBox[],
): Promise<Evaluation> {
  const findFaces = createFaceFinder(readWeightFiles());
  const tallies = new Map(boxes.map((box) => [box, emptyTallies()]));
  let [pictures, faces, detected, falselyDetected] = [0, 0, 0, 0];
  for await (const picture of set) {
    const found = await findFaces(passOverPixels(picture.pixels));
    const inPixels = found.map((face) => scaled(face, picture.pixels));
    pictures += 1;
    faces += picture.faces.length;
    detected += picture.faces.filter((face) => inPixels.some((other) => isSame(face, other))).length;
    falselyDetected += inPixels.filter((face) => !picture.faces.some((other) => isSame(other, face))).length;
    for (const [box, tally] of tallies) await addCrops(picture, found, box, tally);
  }
  return { pictures, faces, detected, falselyDetected, tallies };
}

function emptyTallies(): Record<Way, Tally> {
  const empty = () => ({ whole: 0, possible: 0 });
  return { face: empty(), smart: empty(), entropy: empty(), centre: empty() };
}

async function addCrops(
  { pixels, faces }: FacePicture,
  found: readonly Face[],
  box: CropBox,
  tallies: Record<Way, Tally>,
): Promise<void> {
  const crop = findOperation('crop');
  const size = crop?.size(crop.parse(box), pixels);
  if (size === undefined) throw new Error('a crop has a size');
  const possible = mostWhole(faces, size, pixels);
  for (const way of WAYS) {
    const place = await placeOf(way, pixels, found, size);
    const tally = tallies[way];
    tally.whole += Math.min(possible, faces.filter((face) => isWhole(face, place)).length);
    tally.possible += possible;
  }
}

async function placeOf(
  way: Way,
  pixels: FacePicture['pixels'],
  found: readonly Face[],
  size: Size,
): Promise<PlacedBox> {
  if (way === 'centre') {
    const left = Math.floor((pixels.width - size.width) / 2);
    return { left, top: Math.floor((pixels.height - size.height) / 2), ...size };
  }
  const canvas = createCanvas(passOverPixels(pixels), { faces: found });
  return { ...(await canvas.pointOfInterest(way, size)), ...size };
}

function scaled({ left, top, width, height }: Face, picture: Size): PlacedBox {
  return {
    left: left * picture.width,
    top: top * picture.height,
    width: width * picture.width,
    height: height * picture.height,
  };
}

/** The middle of one lies in the other, and they are of one size, up to a factor of two. */
function isSame(face: PlacedBox, found: PlacedBox): boolean {
  const x = found.left + found.width / 2 - face.left;
  const y = found.top + found.height / 2 - face.top;
  const isInside = x > 0 && x < face.width && y > 0 && y < face.height;
  return isInside && found.height < 2 * face.height && face.height < 2 * found.height;
}
