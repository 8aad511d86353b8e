import type { Face, Size } from '@images-server/recipe';
import { ServiceError } from '../../../errors.ts';
import type { Mapping } from '../mapping.ts';
import { type Orientation, orientedBox } from '../orientation.ts';

/** Where the faces of the original lie in what the steps have made of it so far. */
export interface FollowedFaces {
  /** In pixels; they may lie outside. Throws where they were not looked for. */
  now(): readonly Face[];
  /** A step moves every point by `matrix` and `shift` of a mapping; slanting boxes become the upright ones around them. */
  map(mapping: Pick<Mapping, 'matrix' | 'shift'>): void;
  /** A step turns a picture of that size. */
  turn(orientation: Orientation, before: Size): void;
}

/** Begins with the faces in fractions of the original's upright width and height, and the size that it begins with. */
export function followFaces(found: readonly Face[] | undefined, { width, height }: Size): FollowedFaces {
  let faces = found;

  function map({ matrix: [a, b, c, d], shift: [right, down] }: Pick<Mapping, 'matrix' | 'shift'>): void {
    faces = faces?.map(({ left, top, width, height, score }) => {
      const [x, y] = [left + width / 2, top + height / 2];
      const halfWidth = (Math.abs(a) * width + Math.abs(b) * height) / 2;
      const halfHeight = (Math.abs(c) * width + Math.abs(d) * height) / 2;
      return {
        left: a * x + b * y + right - halfWidth,
        top: c * x + d * y + down - halfHeight,
        width: 2 * halfWidth,
        height: 2 * halfHeight,
        score,
      };
    });
  }
  map({ matrix: [width, 0, 0, height], shift: [0, 0] });

  return {
    now() {
      if (faces === undefined) throw new ServiceError('internal', 'the faces were not looked for');
      return faces;
    },
    map,
    turn(orientation, before) {
      faces = faces?.map((face) => ({ ...orientedBox(face, before, orientation), score: face.score }));
    },
  };
}

/** Moves without stretching. */
export function shiftedBy(right: number, down: number): Pick<Mapping, 'matrix' | 'shift'> {
  return { matrix: [1, 0, 0, 1], shift: [right, down] };
}
