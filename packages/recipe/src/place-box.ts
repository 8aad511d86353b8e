import type { Box, Canvas, Size } from './operations/operation.ts';
import { type FixedWhere, isFixed, positionAt, type Where } from './where.ts';

/** Where in the picture a box of that size goes; the box is not larger than the picture. */
export async function placeBox(canvas: Canvas, where: Where, { width, height }: Size): Promise<Box> {
  const { left, top } = isFixed(where)
    ? positionAt(where, { width, height }, canvas)
    : await canvas.pointOfInterest(where.kind, { width, height });
  return { left, top, width, height };
}

/** Grows the canvas to `after`, which holds the picture at `where`. */
export async function extendTo(canvas: Canvas, where: FixedWhere, after: Size): Promise<void> {
  const { left, top } = positionAt(where, canvas, after);
  const right = after.width - canvas.width - left;
  const bottom = after.height - canvas.height - top;
  if (left + right + top + bottom > 0) await canvas.extend({ top, right, bottom, left });
}
