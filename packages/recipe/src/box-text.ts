import { nearestName } from './nearest-name.ts';
import { MAX_NUMBER } from './numbers.ts';
import type { Size } from './operations/operation.ts';
import { CONTENT_KINDS, GRAVITIES } from './where.ts';

/** Two sides in whole pixels; undefined where one is 0 or 10^12 and more. Both texts are digits. */
export function readPixelSides(first: string, second: string): Size | undefined {
  const [width, height] = [Number(first), Number(second)];
  if (width === 0 || height === 0 || width >= MAX_NUMBER || height >= MAX_NUMBER) return undefined;
  return { width, height };
}

/**
 * A ratio of two numbers (`NUMBER_PATTERN`) as whole numbers without a common divisor, so that equal ratios are equal
 * values (1.5:1 is 3:2). Undefined where a side is 0, or over 10^9 as a whole number.
 */
export function readRatio(first: string, second: string): Size | undefined {
  const scale = 10 ** Math.max(decimals(first), decimals(second));
  const [width, height] = [Math.round(Number(first) * scale), Math.round(Number(second) * scale)];
  if (width === 0 || height === 0 || width > MAX_RATIO_SIDE || height > MAX_RATIO_SIDE) return undefined;
  const divisor = greatestCommonDivisor(width, height);
  return { width: width / divisor, height: height / divisor };
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

/**
 * The argument as it was probably meant: `C100X50` as `c100x50`, `center 100px*50px` and `middle100x50` too, `north-west9x9`
 * as `nw9x9`, `faces9x9` as `face9x9`. Undefined for long ones.
 */
export function respelledBox(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  return argument
    .toLowerCase()
    .replace(/\s|px/g, '')
    .replace(/[*×]/g, 'x')
    .replace(/^[a-z_-]+(?=[\d.])/, respelledWhere);
}

function respelledWhere(word: string): string {
  const letters = word.replace(/[_-]/g, '');
  const compass = COMPASS.exec(letters);
  if (compass === null) return nearestName(letters, [...GRAVITIES, ...CONTENT_KINDS]) ?? word;
  const [, vertical = '', horizontal = ''] = compass;
  return `${SIDES[vertical] ?? ''}${SIDES[horizontal] ?? ''}` || 'c';
}

const COMPASS =
  /^(?:cent(?:er|re)|middle|(?=.)(north|south|top|bottom|upper|lower)?(east|west|left|right)?)$/;
const SIDES: Readonly<Record<string, string>> = {
  north: 'n',
  top: 'n',
  upper: 'n',
  south: 's',
  bottom: 's',
  lower: 's',
  east: 'e',
  right: 'e',
  west: 'w',
  left: 'w',
};

const LONGEST_RESPELLED = 64;
