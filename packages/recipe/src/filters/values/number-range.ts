import { ArgumentError } from '../../errors.ts';
import { NUMBER_PATTERN, printNumber } from '../../numbers.ts';

/** The numbers `min`, `min + step`, ... up to `max`. A step is a whole number or 0.01. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** The number of the range that is nearest to any number; halves go up. */
export function nearestInRange({ min, max, step }: NumberRange, value: number): number {
  const steps = Math.round((Math.min(max, Math.max(min, value)) - min) / step);
  // Adding 0 turns -0 into 0: equal meaning, equal value.
  return Number((min + steps * step).toFixed(2)) + 0;
}

/** Reads a number of the range. Throws `ArgumentError` for anything else and suggests the nearest. */
export function readNumber(range: NumberRange, text: string): number {
  const value = NUMBER.test(text) ? Number(text) + 0 : Number.NaN;
  if (value === nearestInRange(range, value)) return value;
  const meant = Number.parseFloat(text);
  const suggestion = Number.isNaN(meant) ? undefined : printNumber(nearestInRange(range, meant));
  throw new ArgumentError(describeRange(range), suggestion);
}

const NUMBER = new RegExp(`^[+-]?${NUMBER_PATTERN}$`);

/** `0.3 to 100, at most 2 decimals`. */
export function describeRange({ min, max, step }: NumberRange): string {
  const kind = step < 1 ? 'at most 2 decimals' : 'a whole number';
  return `${printNumber(min)} to ${printNumber(max)}, ${kind}`;
}
