import { ArgumentError } from '../../errors.ts';
import { printNumber } from '../../numbers.ts';
import type { FilterDefinition } from '../filter.ts';
import { describeRange, type NumberRange, nearestInRange, readNumber } from './number-range.ts';

/** The value of a filter that takes one number. */
export interface OneNumber {
  readonly value: number;
}

interface OneNumberOptions extends NumberRange {
  /** What the number is, with its unit, as it stands in the grammar: `sigma in px`. */
  readonly meaning: string;
  /** What is meant where none is given; without it the number has to be there. */
  readonly fallback?: number;
}

/** The grammar of a filter that takes one number. */
export function oneNumber(
  options: OneNumberOptions,
): Pick<FilterDefinition<OneNumber>, 'argument' | 'parse' | 'print'> {
  const { meaning, fallback } = options;
  const grammar = `:<${meaning}, ${describeRange(options)}>`;
  return {
    argument: fallback === undefined ? grammar : `[${grammar}]`,
    parse: (text) => {
      if (text !== undefined) return { value: readNumber(options, text) };
      if (fallback === undefined) throw new ArgumentError(grammar);
      return { value: fallback };
    },
    print: ({ value }) => (value === fallback ? '' : printNumber(value)),
  };
}

/** For a filter whose number is a length in pixels: the same on a display of `dpr` device pixels to the CSS pixel. */
export function scaleLength(range: NumberRange): (values: OneNumber, dpr: number) => OneNumber {
  return ({ value }, dpr) => ({ value: nearestInRange(range, value * dpr) });
}
