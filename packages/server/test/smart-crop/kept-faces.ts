import type { Size } from '@images-server/recipe';
import type { PlacedBox } from './sample-faces.ts';

/** The part of a face that lies in a crop, 0-1 of its area. */
export function keptPart(face: PlacedBox, crop: PlacedBox): number {
  const width = sharedLength(face.left, face.width, crop.left, crop.width);
  const height = sharedLength(face.top, face.height, crop.top, crop.height);
  return (width * height) / (face.width * face.height);
}

function sharedLength(first: number, firstLength: number, second: number, secondLength: number): number {
  return Math.max(0, Math.min(first + firstLength, second + secondLength) - Math.max(first, second));
}

/** Whole: up to a hundredth, which is what rounding to pixels can take of the smallest. */
export function isWhole(face: PlacedBox, crop: PlacedBox): boolean {
  return keptPart(face, crop) >= 0.99;
}

/** The most faces that any crop of that size can keep whole. */
export function mostWhole(faces: readonly PlacedBox[], crop: Size, picture: Size): number {
  const lefts = faces.map((face) => clamped(face.left, picture.width - crop.width));
  const tops = faces.map((face) => clamped(face.top, picture.height - crop.height));
  const counts = lefts.flatMap((left) =>
    tops.map((top) => faces.filter((face) => isWhole(face, { left, top, ...crop })).length),
  );
  return Math.max(0, ...counts);
}

function clamped(value: number, most: number): number {
  return Math.max(0, Math.min(most, Math.floor(value)));
}
