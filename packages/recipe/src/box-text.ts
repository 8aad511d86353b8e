import { MAX_NUMBER } from './numbers.ts';
import type { Size } from './operations/operation.ts';

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

/** The argument as it was probably meant: `C100X50` as `c100x50`, `center 100px*50px` too. Undefined for long ones. */
export function respelledBox(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  return argument
    .toLowerCase()
    .replace(/\s|px/g, '')
    .replace(/^cent(?:er|re)/, 'c')
    .replace(/[*×]/g, 'x');
}

const LONGEST_RESPELLED = 64;
