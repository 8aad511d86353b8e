import { readPixelSides, respelledBox } from './box-text.ts';
import { INTEGER_PATTERN, scaledLength } from './numbers.ts';
import type { Size } from './operations/operation.ts';
import { printWhere, type Where } from './where.ts';

/** A box in whole pixels, at least 1 each side, that a picture is fitted to, and which part of either counts. */
export interface FittedBox<Place extends Where> {
  readonly where: Place;
  readonly width: number;
  readonly height: number;
  /** `shrink`: the picture is never enlarged. */
  readonly when: 'always' | 'shrink';
}

/** Reads `[<where>]<width>x<height>[>]`, with `take` reading the `where`; undefined for anything else. */
export function readFittedBox<Place extends Where>(
  argument: string,
  take: (argument: string) => { readonly where: Place; readonly rest: string } | undefined,
): FittedBox<Place> | undefined {
  const taken = take(argument);
  const match = taken === undefined ? null : BOX.exec(taken.rest);
  if (taken === undefined || match === null) return undefined;
  const sides = readPixelSides(match[1] ?? '', match[2] ?? '');
  if (sides === undefined) return undefined;
  return { where: taken.where, ...sides, when: match[3] === undefined ? 'always' : 'shrink' };
}

const BOX = new RegExp(`^(${INTEGER_PATTERN})x(${INTEGER_PATTERN})(>)?$`);

/** A fitted box that was probably meant: `300` is `300x300`, `300x200^` is `300x200`. */
export function nearestFittedBox<Place extends Where>(
  argument: string,
  take: (argument: string) => { readonly where: Place; readonly rest: string } | undefined,
): string | undefined {
  const respelled = respelledBox(argument)
    ?.replace(/[!^<@%]/g, '')
    .replace(/(^|[a-wyz,])(\d+)x?(>?)$/, '$1$2x$2$3');
  const box = respelled === undefined ? undefined : readFittedBox(respelled, take);
  return box === undefined ? undefined : printFittedBox(box);
}

/** The canonical spelling: equal meaning, equal text. */
export function printFittedBox({ where, width, height, when }: FittedBox<Where>): string {
  return `${printWhere(where)}${width}x${height}${when === 'shrink' ? '>' : ''}`;
}

/** The same on a display of `dpr` device pixels to the CSS pixel. */
export function scaledBox<Box extends Size>(box: Box, dpr: number): Box {
  return { ...box, width: scaledLength(box.width, dpr), height: scaledLength(box.height, dpr) };
}

/** The same with sides that `snapped` makes of them. */
export function snappedBox<Box extends Size>(box: Box, snapped: (sidePx: number) => number): Box {
  return { ...box, width: snapped(box.width), height: snapped(box.height) };
}
