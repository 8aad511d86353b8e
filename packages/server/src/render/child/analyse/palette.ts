import type { RgbaPixels } from './analyse-picture.ts';
import { type Oklab, oklabDistanceSquared, oklabOf } from './oklab.ts';

const MAX_COLORS = 8;
/** Nearer than this in Oklab, colours begin as one. */
const MIN_DISTANCE = 0.08;
const ROUNDS = 10;
/** Colours are counted in boxes of 8 levels a side. */
const BOX_BITS = 3;

/** Pixels of almost the same colour: sums of their channels, weighted by opacity. */
interface ColorCount {
  weight: number;
  r: number;
  g: number;
  b: number;
}

interface Swatch extends ColorCount {
  readonly lab: Oklab;
}

/**
 * The colours that a picture is made of, up to 8, that of the largest part first: k-means in Oklab, each colour the mean of
 * its pixels, weighted by opacity. It begins with the most frequent colour; each further one is that of the greatest
 * squared distance from those before, times the square root of its pixels, until none is farther than 0.08: small parts of
 * a colour of their own count, large parts of almost the same one do not.
 */
export function paletteOf(pixels: RgbaPixels): string[] {
  const swatches = countColors(pixels);
  let centers = firstCenters(swatches);
  for (let round = 0; round < ROUNDS; round += 1) {
    centers = gathered(swatches, centers).map((part) => oklabOf(meanOf(part)));
  }
  return gathered(swatches, centers)
    .toSorted((one, other) => other.weight - one.weight)
    .map((part) => hexOf(meanOf(part)));
}

/** The mean of all pixels, weighted by opacity; null where all are transparent. */
export function averageColor(pixels: RgbaPixels): string | null {
  const total = countColors(pixels).reduce(added, NOTHING);
  return total.weight === 0 ? null : hexOf(meanOf(total));
}

const NOTHING: ColorCount = { weight: 0, r: 0, g: 0, b: 0 };

/** The most frequent colour first; in one order for equal counts. */
function countColors({ data }: RgbaPixels): Swatch[] {
  const boxes = new Map<number, ColorCount>();
  for (let at = 0; at < data.length; at += 4) {
    const [r = 0, g = 0, b = 0, alpha = 0] = data.subarray(at, at + 4);
    if (alpha === 0) continue;
    const box = ((r >> BOX_BITS) << 16) | ((g >> BOX_BITS) << 8) | (b >> BOX_BITS);
    const weight = alpha / 255;
    const color = { weight, r: r * weight, g: g * weight, b: b * weight };
    boxes.set(box, added(boxes.get(box) ?? NOTHING, color));
  }
  return [...boxes]
    .toSorted(([oneBox, one], [otherBox, other]) => other.weight - one.weight || oneBox - otherBox)
    .map(([, count]) => ({ ...count, lab: oklabOf(meanOf(count)) }));
}

function firstCenters(swatches: readonly Swatch[]): Oklab[] {
  const centers: Oklab[] = [];
  let next = swatches[0];
  while (next !== undefined && centers.length < MAX_COLORS) {
    centers.push(next.lab);
    let best = 0;
    next = undefined;
    for (const swatch of swatches) {
      const squared = nearest(swatch.lab, centers).squared;
      const claim = Math.sqrt(swatch.weight) * squared;
      if (squared < MIN_DISTANCE ** 2 || claim <= best) continue;
      best = claim;
      next = swatch;
    }
  }
  return centers;
}

/** What is nearest to each centre, together; a centre that nothing is nearest to is left out. */
function gathered(swatches: readonly Swatch[], centers: readonly Oklab[]): ColorCount[] {
  const parts = centers.map(() => NOTHING);
  for (const swatch of swatches) {
    const { index } = nearest(swatch.lab, centers);
    parts[index] = added(parts[index] ?? NOTHING, swatch);
  }
  return parts.filter(({ weight }) => weight > 0);
}

function nearest(lab: Oklab, centers: readonly Oklab[]): { index: number; squared: number } {
  let found = { index: 0, squared: Number.POSITIVE_INFINITY };
  for (const [index, center] of centers.entries()) {
    const squared = oklabDistanceSquared(lab, center);
    if (squared < found.squared) found = { index, squared };
  }
  return found;
}

function added(one: ColorCount, other: ColorCount): ColorCount {
  return {
    weight: one.weight + other.weight,
    r: one.r + other.r,
    g: one.g + other.g,
    b: one.b + other.b,
  };
}

function meanOf({ weight, r, g, b }: ColorCount): readonly [number, number, number] {
  return [r / weight, g / weight, b / weight];
}

function hexOf(color: readonly [number, number, number]): string {
  return `#${color.map((level) => Math.round(level).toString(16).padStart(2, '0')).join('')}`;
}
