import type { Size } from '@images-server/recipe';

/**
 * How the points of a picture are mapped to those of a result: `matrix` (a, b, c, d: x' = ax + by, y' = cx + dy), then
 * `shift`. Coordinates are continuous, from the left upper corner: the centre of the first pixel is (0.5, 0.5).
 */
export interface Mapping {
  readonly matrix: readonly [number, number, number, number];
  readonly shift: readonly [number, number];
  /** The result is cut to this size at its origin. */
  readonly size: Size;
}

/** What is added on each side before mapping: bicubic interpolation looks two pixels beyond the edge. */
export const MARGIN_PX = 3;

/** Stretches to `after` with the pixels' centres aligned: result i looks at (i + 0.5) * before / after - 0.5. */
export function enlarge(before: Size, after: Size): Mapping {
  return {
    matrix: [after.width / before.width, 0, 0, after.height / before.height],
    shift: [0, 0],
    size: after,
  };
}

/**
 * Turns clockwise about the centre, onto ImageMagick's canvas of this `size` (`rotatedSize`): its left upper corner lies
 * gx = floor(W/2 - ex - 0.5), gy = floor(H/2 - ey - 0.5) from the picture's, where ex and ey are half the sides of the
 * box around the turned picture.
 */
export function rotation(degrees: number, { width, height }: Size, size: Size): Mapping {
  const radians = (Math.PI * degrees) / 180;
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  const [centreX, centreY] = [width / 2, height / 2];
  const extentX = (width * Math.abs(cosine) + height * Math.abs(sine)) / 2;
  const extentY = (width * Math.abs(sine) + height * Math.abs(cosine)) / 2;
  const gx = Math.floor(centreX - extentX - 0.5);
  const gy = Math.floor(centreY - extentY - 0.5);
  return {
    matrix: [cosine, -sine, sine, cosine],
    shift: [
      centreX - gx - (cosine * centreX - sine * centreY),
      centreY - gy - (sine * centreX + cosine * centreY),
    ],
    size,
  };
}
