import { ArgumentError } from './errors.ts';
import type { Crop } from './geometry.ts';
import { INTEGER_PATTERN, MAX_NUMBER, NUMBER_PATTERN } from './numbers.ts';
import { printWhere, takeWhere, WHERE_ARGUMENT } from './where.ts';

/** The grammar of a crop as error messages and docs show it. */
export const CROP_ARGUMENT = `[<where>]<width>x<height>[+<x>+<y>] or [<where>]<a>:<b>, where: ${WHERE_ARGUMENT}`;

/**
 * Reads a crop: `[<where>]<width>x<height>[+<x>+<y>]` or `[<where>]<a>:<b>`. Throws `ArgumentError` for anything else, for
 * sides of 0 and for numbers of 10^12 and more.
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
  const [, first = '', separator, second = '', x = '0', y = '0'] = match;
  const offset = { x: readOffset(x), y: readOffset(y) };
  const box = separator === 'x' ? readSides(first, second) : readRatio(first, second);
  if (box === undefined || Math.abs(offset.x) >= MAX_NUMBER || Math.abs(offset.y) >= MAX_NUMBER) {
    return undefined;
  }
  if (box.kind === 'ratio' && match[4] !== undefined) return undefined;
  return { where: taken.where, box, offset };
}

const BOX = new RegExp(
  `^(${NUMBER_PATTERN})([x:])(${NUMBER_PATTERN})(?:([+-]${INTEGER_PATTERN})([+-]${INTEGER_PATTERN}))?$`,
);

/** Adding 0 turns -0 into 0: equal meaning, equal value. */
function readOffset(text: string): number {
  return Number(text) + 0;
}

function readSides(first: string, second: string): Crop['box'] | undefined {
  const [width, height] = [Number(first), Number(second)];
  if (`${first}${second}`.includes('.') || width === 0 || height === 0) return undefined;
  if (width >= MAX_NUMBER || height >= MAX_NUMBER) return undefined;
  return { kind: 'pixels', width, height };
}

/** Equal ratios become equal values: whole numbers without a common divisor (1.5:1 is 3:2). */
function readRatio(first: string, second: string): Crop['box'] | undefined {
  const scale = 10 ** Math.max(decimals(first), decimals(second));
  const [width, height] = [Math.round(Number(first) * scale), Math.round(Number(second) * scale)];
  if (width === 0 || height === 0 || width > MAX_RATIO_SIDE || height > MAX_RATIO_SIDE) return undefined;
  const divisor = greatestCommonDivisor(width, height);
  return { kind: 'ratio', width: width / divisor, height: height / divisor };
}

/** Products of a ratio’s side and a picture’s (at most 16,384) stay far below 2^53, so they are exact. */
const MAX_RATIO_SIDE = 1_000_000_000;

function decimals(text: string): number {
  const [, fraction = ''] = text.split('.');
  return fraction.length;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A crop that was probably meant: `C100X50` is `100x50`, `center100x50` too. */
function nearestCrop(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  const respelled = argument
    .toLowerCase()
    .replace(/\s|px/g, '')
    .replace(/^cent(?:er|re)/, 'c')
    .replace(/[*×]/g, 'x');
  const crop = readCrop(respelled);
  return crop === undefined ? undefined : printCrop(crop);
}

const LONGEST_RESPELLED = 64;

/** The canonical spelling: equal meaning, equal text. */
export function printCrop({ where, box, offset }: Crop): string {
  const sides = `${box.width}${box.kind === 'ratio' ? ':' : 'x'}${box.height}`;
  const moved = offset.x === 0 && offset.y === 0 ? '' : `${signed(offset.x)}${signed(offset.y)}`;
  return `${printWhere(where)}${sides}${moved}`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
