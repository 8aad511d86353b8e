import { MAX_NUMBER, NUMBER_PATTERN, printNumber } from '../../numbers.ts';

/** A length along one side of the picture: whole pixels, or percent of that side. May be negative. */
export interface Length {
  readonly unit: 'px' | '%';
  readonly value: number;
}

/** The grammar of a length as error messages and docs show it. */
export const LENGTH_ARGUMENT = 'whole px, <n>% or 0.<n>';

/**
 * Reads whole pixels (below 10^12), percent (at most 100), or the same as a fraction, which has a point; undefined for
 * anything else. A fraction becomes percent: equal meaning, equal value.
 */
export function readLength(text: string): Length | undefined {
  const [, number = '', percent] = LENGTH.exec(text) ?? [];
  if (number === '') return undefined;
  const isFraction = percent === '' && number.includes('.');
  // Shifting the point in the text keeps .07 exactly 7. Adding 0 turns -0 into 0.
  const value = Number(isFraction ? `${number}e2` : number) + 0;
  const unit = isFraction || percent === '%' ? '%' : 'px';
  const isTooLarge = unit === '%' ? Math.abs(value) > 100 : Math.abs(value) >= MAX_NUMBER;
  return isTooLarge ? undefined : { unit, value };
}

const LENGTH = new RegExp(`^([+-]?${NUMBER_PATTERN})(%?)$`);

/** The canonical spelling. */
export function printLength({ unit, value }: Length): string {
  return unit === 'px' ? String(value) : `${printNumber(value)}%`;
}

/** Pixels along a side of that length, not rounded. */
export function lengthPx({ unit, value }: Length, sidePx: number): number {
  return unit === 'px' ? value : (value * sidePx) / 100;
}
