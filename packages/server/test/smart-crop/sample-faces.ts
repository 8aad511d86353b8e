import { createRequire } from 'node:module';
import path from 'node:path';

/** A box in pixels, from the left upper corner. */
export interface PlacedBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A face in one of the photographs that come with the detector's package. */
export interface SampleFace extends PlacedBox {
  readonly photograph: string;
}

const { resolve } = createRequire(import.meta.url);

/** The path of a photograph, 1 to 6: people sitting and standing together. They are read where they are, and not copied. */
export function samplePhotograph(number: number): string {
  return path.join(path.dirname(resolve('@vladmandic/face-api/package.json')), `demo/sample${number}.jpg`);
}

/**
 * The number of a photograph, and the boxes of the faces in it, from the hairline to the chin: as another, larger network of
 * the same package gives them, each checked by eye.
 */
const BOXES: readonly (readonly [number, readonly (readonly [number, number, number, number])[]])[] = [
  [
    1,
    [
      [414, 355, 177, 240],
      [838, 421, 186, 228],
      [1476, 199, 203, 241],
    ],
  ],
  [
    2,
    [
      [361, 126, 153, 259],
      [902, 220, 151, 233],
      [1447, 153, 194, 242],
    ],
  ],
  [
    3,
    [
      [585, 329, 199, 271],
      [1075, 215, 220, 299],
      [1514, 292, 170, 280],
    ],
  ],
  [
    4,
    [
      [257, 185, 162, 245],
      [664, 53, 187, 258],
      [989, 180, 169, 227],
      [1277, 144, 145, 244],
    ],
  ],
  [
    5,
    [
      [377, 859, 172, 301],
      [598, 415, 166, 249],
      [787, 109, 156, 212],
      [1113, 198, 158, 236],
      [1406, 390, 165, 271],
    ],
  ],
  [
    6,
    [
      [250, 468, 210, 291],
      [681, 321, 160, 307],
      [1180, 305, 188, 280],
      [1487, 263, 212, 296],
    ],
  ],
];

/** All 22 faces. One, the first of photograph 2, is turned aside and seen in profile. */
export const SAMPLE_FACES: readonly SampleFace[] = BOXES.flatMap(([number, boxes]) =>
  boxes.map(([left, top, width, height]) => ({
    photograph: samplePhotograph(number),
    left,
    top,
    width,
    height,
  })),
);
