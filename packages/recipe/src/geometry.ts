import { roundHalfUp } from './numbers.ts';
import type { Box, Size } from './operations/operation.ts';
import { isFixed, pointOf, positionAt, type Where } from './where.ts';

/**
 * What a resize asks for, in ImageMagick's terms; flags that have no effect on a form are no part of it.
 * `box`: sides in whole pixels, at least one given (`cover` has both); `fit` is ImageMagick's nothing, `^` or `!`,
 * `when` its nothing, `>` (only shrink) or `<` (only enlarge), for each side alone.
 * `area`: `pixels` at most, above 0. `percent`: of each side, above 0. `ratio`: stretches to width:height.
 */
export type Geometry =
  | {
      readonly kind: 'box';
      readonly width?: number;
      readonly height?: number;
      readonly fit: 'inside' | 'cover' | 'exact';
      readonly when: 'always' | 'shrink' | 'enlarge';
    }
  | { readonly kind: 'area'; readonly pixels: number; readonly when: 'always' | 'shrink' }
  | { readonly kind: 'percent'; readonly x: number; readonly y: number }
  | { readonly kind: 'ratio'; readonly width: number; readonly height: number };

/**
 * The size that ImageMagick's resize gives, bit for bit: the doubles are computed in the order of its
 * `ParseMetaGeometry` (6.9.10; areas are truncated, not rounded). A side that comes to nothing is 1 pixel.
 */
export function resizedSize(geometry: Geometry, before: Size): Size {
  switch (geometry.kind) {
    case 'box':
      return sizeByBox(geometry, before);
    case 'area':
      return sizeByArea(geometry, before);
    case 'percent':
      return atLeastOne(
        roundHalfUp((geometry.x * before.width) / 100),
        roundHalfUp((geometry.y * before.height) / 100),
      );
    case 'ratio':
      return sizeByRatio(geometry, before);
  }
}

function sizeByBox(box: Extract<Geometry, { kind: 'box' }>, { width, height }: Size): Size {
  const asked = fitted(box, { width, height });
  if (box.when === 'shrink') {
    return { width: Math.min(asked.width, width), height: Math.min(asked.height, height) };
  }
  if (box.when === 'enlarge') {
    return { width: Math.max(asked.width, width), height: Math.max(asked.height, height) };
  }
  return asked;
}

function fitted(box: Extract<Geometry, { kind: 'box' }>, { width, height }: Size): Size {
  if (box.fit === 'exact') return { width: box.width ?? width, height: box.height ?? height };
  const scales: number[] = [];
  if (box.width !== undefined) scales.push(box.width / width);
  if (box.height !== undefined) scales.push(box.height / height);
  const scale = box.fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  // The side that was asked for is recomputed too, as ImageMagick does.
  return atLeastOne(roundHalfUp(scale * width), roundHalfUp(scale * height));
}

function sizeByArea(area: Extract<Geometry, { kind: 'area' }>, { width, height }: Size): Size {
  const scale = reciprocal(Math.sqrt(width * height) * reciprocal(Math.sqrt(area.pixels + 1e-6)));
  // ImageMagick first takes the number for a width; the area rules where it is smaller than what that gave.
  const asWidth = sizeByBox(
    { kind: 'box', width: roundHalfUp(area.pixels), fit: 'inside', when: area.when },
    { width, height },
  );
  if (!(width * scale < asWidth.width || height * scale < asWidth.height)) return asWidth;
  return atLeastOne(Math.trunc(width * scale), Math.trunc(height * scale));
}

function sizeByRatio(ratio: Extract<Geometry, { kind: 'ratio' }>, { width, height }: Size): Size {
  const asked = ratio.width * reciprocal(ratio.height);
  const present = width * reciprocal(height);
  return asked >= present
    ? atLeastOne(width, roundHalfUp(reciprocal(asked) * height * present))
    : atLeastOne(roundHalfUp(reciprocal(present) * width * asked), height);
}

/** ImageMagick's `PerceptibleReciprocal`, for numbers that are not negative. */
function reciprocal(value: number): number {
  return value >= 1e-12 ? 1 / value : 1e12;
}

function atLeastOne(width: number, height: number): Size {
  return { width: Math.max(1, width), height: Math.max(1, height) };
}

/** A side of a box: whole pixels, at least 1, or percent of the picture's side, above 0 and at most 100. */
export interface Side {
  readonly unit: 'px' | '%';
  readonly value: number;
}

/**
 * What a crop cuts out: a box of two sides, or the largest box of a ratio (whole numbers without a common divisor), at
 * `where`, then moved by `offset` (whole pixels; none where the pixels tell the place): inwards from a side that `where`
 * names, else right and down.
 */
export interface Crop {
  readonly where: Where;
  readonly box:
    | { readonly kind: 'sides'; readonly width: Side; readonly height: Side }
    | { readonly kind: 'ratio'; readonly width: number; readonly height: number };
  readonly offset: { readonly x: number; readonly y: number };
}

/**
 * The part of the picture that a crop keeps: its box cut with the picture. A box larger than the picture pads nothing;
 * of one that lies outside, the nearest row or column of pixels is kept. Undefined where only the pixels tell the place.
 */
export function cropBox(crop: Crop, before: Size): Box | undefined {
  const { where, offset } = crop;
  if (!isFixed(where)) return undefined;
  const box = askedSize(crop, before);
  const position = positionAt(where, box, before);
  const point = pointOf(where);
  const x = cut(position.left + inwards(point.x, offset.x), box.width, before.width);
  const y = cut(position.top + inwards(point.y, offset.y), box.height, before.height);
  return { left: x.start, top: y.start, width: x.length, height: y.length };
}

/** The size of what a crop keeps, which needs no pixels wherever it lies. */
export function cropSize(crop: Crop, before: Size): Size {
  const { width, height } = cropBox(crop, before) ?? askedSize(crop, before);
  return { width: Math.min(width, before.width), height: Math.min(height, before.height) };
}

function askedSize({ box }: Crop, before: Size): Size {
  if (box.kind === 'ratio') return largestOfRatio(box, before);
  return { width: sidePx(box.width, before.width), height: sidePx(box.height, before.height) };
}

/** A percentage is rounded half up, as in a resize, and is at least a pixel. */
function sidePx({ unit, value }: Side, lengthPx: number): number {
  return unit === 'px' ? value : Math.max(1, roundHalfUp((value * lengthPx) / 100));
}

/** The largest box of that ratio inside the picture: one side is the picture's, the other is rounded half up. */
export function largestOfRatio(ratio: Size, { width, height }: Size): Size {
  return ratio.width * height >= width * ratio.height
    ? atLeastOne(width, roundHalfUp((width * ratio.height) / ratio.width))
    : atLeastOne(roundHalfUp((height * ratio.width) / ratio.height), height);
}

function inwards(fraction: number, offset: number): number {
  return fraction === 1 ? -offset : offset;
}

function cut(start: number, length: number, available: number): { start: number; length: number } {
  const from = Math.min(Math.max(start, 0), available - 1);
  const to = Math.min(Math.max(start + length, from + 1), available);
  return { start: from, length: to - from };
}

/**
 * The canvas that holds a picture turned clockwise by whole degrees, as ImageMagick's distortion gives it: the bounding
 * box and about one pixel more on each side; right angles keep or swap the sides. Pixel (i, j) of it shows the picture
 * turned about its centre, from canvas coordinates (i + gx, j + gy) as below.
 */
export function rotatedSize(degrees: number, { width, height }: Size): Size {
  const turn = ((degrees % 360) + 360) % 360;
  if (turn % 180 === 0) return { width, height };
  if (turn % 90 === 0) return { width: height, height: width };
  const radians = (Math.PI * turn) / 180;
  const cosine = Math.abs(Math.cos(radians));
  const sine = Math.abs(Math.sin(radians));
  const extentX = (width * cosine + height * sine) / 2;
  const extentY = (width * sine + height * cosine) / 2;
  const gx = Math.floor(width / 2 - extentX - 0.5);
  const gy = Math.floor(height / 2 - extentY - 0.5);
  return {
    width: Math.ceil(width / 2 + extentX - gx + 0.5),
    height: Math.ceil(height / 2 + extentY - gy + 0.5),
  };
}
