import type { Pixels, Size } from '@images-server/recipe';
import sharp, { type Sharp } from 'sharp';
import { landscape } from './landscape.ts';
import { randomNumbers } from './random.ts';
import { type PlacedBox, SAMPLE_FACES, type SampleFace, samplePhotograph } from './sample-faces.ts';

/** A picture, and where the faces in it are. */
export interface FacePicture {
  readonly pixels: Pixels;
  readonly faces: readonly PlacedBox[];
}

const SHAPES: readonly Size[] = [
  { width: 960, height: 640 },
  { width: 640, height: 960 },
  { width: 800, height: 800 },
  { width: 1120, height: 560 },
];

/** A photograph, 1 to 6, as it is. */
export async function photographWithFaces(number: number): Promise<FacePicture> {
  const photograph = samplePhotograph(number);
  const faces = SAMPLE_FACES.filter((face) => face.photograph === photograph);
  return { pixels: await decode(sharp(photograph)), faces };
}

/**
 * A landscape with one to three heads from the photographs at known places, 6 to 40 % of the shorter side from hairline to
 * chin, small ones more often; another one for each seed.
 */
export async function landscapeWithFaces(seed: number): Promise<FacePicture> {
  const random = randomNumbers(1000 + seed);
  const size = SHAPES[seed % SHAPES.length] ?? { width: 960, height: 640 };
  const heads: Head[] = [];
  for (let wanted = 1 + (seed % 3); wanted > 0; wanted -= 1) {
    const face = SAMPLE_FACES[Math.floor(random() * SAMPLE_FACES.length)];
    const share = 0.06 + random() * random() * 0.34;
    if (face === undefined) continue;
    const head = await cutOut(face, Math.min(size.width, size.height) * share);
    const place = freePlace(heads, head, size, random);
    if (place !== undefined) heads.push({ ...head, ...place });
  }
  const picture = sharp(await landscape(seed, size)).composite(heads);
  const faces = heads.map(({ left, top, face }) => ({
    ...face,
    left: left + face.left,
    top: top + face.top,
  }));
  return { pixels: await decode(picture), faces };
}

interface CutOut extends Size {
  /** PNG, transparent around the head. */
  readonly input: Buffer;
  /** Where the face is in it. */
  readonly face: PlacedBox;
}

interface Head extends CutOut {
  readonly left: number;
  readonly top: number;
}

/** A head with hair and neck in a soft oval, the face so many pixels high. */
async function cutOut({ photograph, ...face }: SampleFace, faceHeightPx: number): Promise<CutOut> {
  const { width, height } = await sharp(photograph).metadata();
  const scale = faceHeightPx / face.height;
  const left = Math.max(0, Math.round(face.left - 0.45 * face.width));
  const top = Math.max(0, Math.round(face.top - 0.35 * face.height));
  const right = Math.min(width, Math.round(face.left + 1.45 * face.width));
  const bottom = Math.min(height, Math.round(face.top + 1.35 * face.height));
  const size = { width: Math.round((right - left) * scale), height: Math.round((bottom - top) * scale) };
  const placed = {
    left: (face.left - left) * scale,
    top: (face.top - top) * scale,
    width: face.width * scale,
    height: face.height * scale,
  };
  const input = await sharp(photograph)
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize(size.width, size.height, { fit: 'fill' })
    .ensureAlpha()
    .composite([{ input: Buffer.from(softOval(size, placed)), blend: 'dest-in' }])
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { input, ...size, face: placed };
}

function softOval(size: Size, face: PlacedBox): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">
    <radialGradient id="soft"><stop offset=".85" stop-color="#fff"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
    <ellipse cx="${face.left + face.width / 2}" cy="${face.top + face.height / 2}" rx="${0.9 * face.width}" ry="${0.8 * face.height}" fill="url(#soft)"/>
  </svg>`;
}

function freePlace(
  taken: readonly Head[],
  head: Size,
  picture: Size,
  random: () => number,
): { left: number; top: number } | undefined {
  for (let tries = 0; tries < 50; tries += 1) {
    const left = Math.round(random() * (picture.width - head.width));
    const top = Math.round(random() * (picture.height - head.height));
    const isFree = taken.every(
      (other) =>
        left + head.width <= other.left ||
        other.left + other.width <= left ||
        top + head.height <= other.top ||
        other.top + other.height <= top,
    );
    if (isFree) return { left, top };
  }
  return undefined;
}

async function decode(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}
