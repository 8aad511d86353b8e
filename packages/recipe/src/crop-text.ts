import { readRatio, respelledBox } from './box-text.ts';
import { ArgumentError } from './errors.ts';
import type { Crop, Side } from './geometry.ts';
import { INTEGER_PATTERN, MAX_NUMBER, NUMBER_PATTERN, printNumber } from './numbers.ts';
import { isFixed, printWhere, takeWhere, WHERE_ARGUMENT } from './where.ts';

/** The grammar of a crop as error messages and docs show it. */
export const CROP_ARGUMENT = `[<where>]<width>x<height>[+<x>+<y>] (pixels, <n>% or 0.<n>) or [<where>]<a>:<b>, where: ${WHERE_ARGUMENT}`;

/**
 * Reads a crop: `[<where>]<width>x<height>[+<x>+<y>]` or `[<where>]<a>:<b>`. A side is a whole number of pixels, `<n>%` of
 * the picture's, or the same as a fraction: a number with a point, at most 1. Throws `ArgumentError` for anything else,
 * for sides of 0 or over 100 %, for numbers of 10^12 and more, and for offsets from a place that only the pixels tell.
 */
export function parseCrop(argument: string): Crop {
  const crop = readCrop(argument);
  if (crop !== undefined) return crop;
  throw new ArgumentError(CROP_ARGUMENT, nearestCrop(argument));
}

function readCrop(argument: string): Crop | undefined {
  const taken = takeWhere(argument);
  const match = taken === undefined ? null : BOX.exec(taken.rest);
  if (taken === undefined || match === null) return undefined;
  const { where } = taken;
  const [, first = '', second = '', x, y, ratioWidth, ratioHeight] = match;
  const box = ratioWidth === undefined ? readSides(first, second) : readRatioBox(ratioWidth, ratioHeight);
  const offset = readOffset(x, y);
  if (box === undefined || offset === undefined) return undefined;
  if (x !== undefined && !isFixed(where)) return undefined;
  return { where, box, offset };
}

const SIDE_PATTERN = `${NUMBER_PATTERN}%?`;
const SIGNED_PATTERN = `[+-]${INTEGER_PATTERN}`;
const BOX = new RegExp(
  `^(?:(${SIDE_PATTERN})x(${SIDE_PATTERN})(?:(${SIGNED_PATTERN})(${SIGNED_PATTERN}))?|(${NUMBER_PATTERN}):(${NUMBER_PATTERN}))$`,
);

function readOffset(x = '0', y = '0'): Crop['offset'] | undefined {
  // Adding 0 turns -0 into 0: equal meaning, equal value.
  const offset = { x: Number(x) + 0, y: Number(y) + 0 };
  return Math.abs(offset.x) >= MAX_NUMBER || Math.abs(offset.y) >= MAX_NUMBER ? undefined : offset;
}

function readSides(first: string, second: string): Crop['box'] | undefined {
  const [width, height] = [readSide(first), readSide(second)];
  if (width === undefined || height === undefined) return undefined;
  return { kind: 'sides', width, height };
}

function readRatioBox(first: string, second = ''): Crop['box'] | undefined {
  const ratio = readRatio(first, second);
  return ratio && { kind: 'ratio', ...ratio };
}

/** A fraction becomes a percentage: equal meaning, equal value. Shifting the point in the text keeps `.07` exactly 7. */
function readSide(text: string): Side | undefined {
  const isPercent = text.endsWith('%');
  const isFraction = !isPercent && text.includes('.');
  const value = Number(isPercent ? text.slice(0, -1) : isFraction ? `${text}e2` : text);
  const unit = isPercent || isFraction ? '%' : 'px';
  if (value === 0 || (unit === '%' ? value > 100 : value >= MAX_NUMBER)) return undefined;
  return { unit, value };
}

/** A crop that was probably meant: `C100X50` is `100x50`, `center100x50` too. */
function nearestCrop(argument: string): string | undefined {
  const respelled = respelledBox(argument);
  const crop = respelled === undefined ? undefined : readCrop(respelled);
  return crop === undefined ? undefined : printCrop(crop);
}

/** The canonical spelling: equal meaning, equal text. */
export function printCrop({ where, box, offset }: Crop): string {
  const sides =
    box.kind === 'ratio' ? `${box.width}:${box.height}` : `${printSide(box.width)}x${printSide(box.height)}`;
  const moved = offset.x === 0 && offset.y === 0 ? '' : `${signed(offset.x)}${signed(offset.y)}`;
  return `${printWhere(where)}${sides}${moved}`;
}

function printSide({ unit, value }: Side): string {
  return unit === 'px' ? String(value) : `${printNumber(value)}%`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
