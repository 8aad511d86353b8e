import type { Box, Size } from '@images-server/recipe';

/** How a picture is turned, as sharp does it: first mirrored left to right, then turned clockwise by right angles. */
export interface Orientation {
  readonly mirrored: boolean;
  /** Quarter turns clockwise, 0-3. */
  readonly turns: number;
}

export const UPRIGHT: Orientation = { mirrored: false, turns: 0 };

/** What makes a picture with this EXIF orientation upright; `undefined` and what is not in 1-8 need nothing. */
export function orientationFromExif(value: number | undefined): Orientation {
  const turns = [0, 0, 2, 2, 3, 1, 1, 3][(value ?? 1) - 1];
  if (value === undefined || turns === undefined) return UPRIGHT;
  return { mirrored: value === 2 || value === 4 || value === 5 || value === 7, turns };
}

/** `second` after `first`. */
export function combine(first: Orientation, second: Orientation): Orientation {
  // A mirror image turns the other way round.
  const firstTurns = second.mirrored ? -first.turns : first.turns;
  return {
    mirrored: first.mirrored !== second.mirrored,
    turns: (firstTurns + second.turns + 4) % 4,
  };
}

/** What undoes it. */
export function inverse(orientation: Orientation): Orientation {
  // A mirroring undoes itself, whichever way it is turned.
  return orientation.mirrored ? orientation : { mirrored: false, turns: (4 - orientation.turns) % 4 };
}

/** The size after turning. */
export function orientedSize({ width, height }: Size, { turns }: Orientation): Size {
  return turns % 2 === 0 ? { width, height } : { width: height, height: width };
}

/** Where a box of a picture of size `before` lies after turning. */
export function orientedBox(box: Box, before: Size, orientation: Orientation): Box {
  let { left, top, width, height } = box;
  if (orientation.mirrored) left = before.width - left - width;
  let size: Size = before;
  for (let turn = 0; turn < orientation.turns; turn += 1) {
    [left, top, width, height] = [size.height - top - height, left, height, width];
    size = { width: size.height, height: size.width };
  }
  return { left, top, width, height };
}
