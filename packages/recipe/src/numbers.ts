/** Numbers of an argument stay below this: whole ones are exact, and no chain of steps reaches infinity. */
export const MAX_NUMBER = 1e12;

/** `12`, `12.5`, `12.` or `.5`, as the source of a regular expression without groups; its length is bounded. */
export const NUMBER_PATTERN = String.raw`(?:\d{1,16}(?:\.\d{0,12})?|\.\d{1,12})`;

/** A whole number without a sign, as the source of a regular expression; its length is bounded. */
export const INTEGER_PATTERN = String.raw`\d{1,16}`;

/** Half up, as ImageMagick rounds: 2.5 is 3, -2.5 is -2. */
export function roundHalfUp(value: number): number {
  return Math.floor(value + 0.5);
}

/**
 * A length in whole pixels on a display of `dpr` device pixels to the CSS pixel (three decimals count): the exact
 * product, rounded half up; at least 1, below `MAX_NUMBER`.
 */
export function scaledLength(lengthPx: number, dpr: number): number {
  // In whole thousandths, since the double 1.005 is less than 1.005, and 100 of it would round down.
  const thousandths = Math.round(dpr * 1000);
  return Math.min(MAX_NUMBER - 1, Math.max(1, Math.floor((lengthPx * thousandths + 500) / 1000)));
}

/** The same for a length that may be 0 (which stays 0) or negative. */
export function scaledOffset(offsetPx: number, dpr: number): number {
  return offsetPx === 0 ? 0 : Math.sign(offsetPx) * scaledLength(Math.abs(offsetPx), dpr);
}

/** The shortest decimal spelling that reads back as the same number, never with an exponent. */
export function printNumber(value: number): string {
  const text = String(value);
  const [mantissa, exponent] = text.split('e-');
  if (mantissa === undefined || exponent === undefined) return text;
  return `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}
