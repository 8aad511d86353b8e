import { ArgumentError } from '../errors.ts';
import { defineFilter } from './filter.ts';
import { type ColorMatrix, changeColors } from './pixels/color-matrix.ts';

const ARGUMENT = ':<[-]degrees, a whole number>';

export const hue = defineFilter<{ readonly degrees: number }>({
  name: 'hue',
  summary: 'Turns every colour along the colour wheel.',
  argument: ARGUMENT,
  details: `
As CSS's \`hue-rotate(<d>deg)\`, with c = cos d and s = sin d; only the degrees modulo 360 count. Grey stays grey.

- \`r' = (0.213 + 0.787c - 0.213s)r + (0.715 - 0.715c - 0.715s)g + (0.072 - 0.072c + 0.928s)b\`
- \`g' = (0.213 - 0.213c + 0.143s)r + (0.715 + 0.285c + 0.140s)g + (0.072 - 0.072c - 0.283s)b\`
- \`b' = (0.213 - 0.213c - 0.787s)r + (0.715 - 0.715c + 0.715s)g + (0.072 + 0.928c + 0.072s)b\`
`.trim(),
  examples: [
    { recipe: 'filter/hue:90', meaning: 'a quarter turn of the wheel' },
    { recipe: 'filter/hue:-30', meaning: 'a little the other way' },
  ],
  parse: (text) => {
    if (text === undefined || !DEGREES.test(text)) throw new ArgumentError(ARGUMENT, nearestDegrees(text));
    return { degrees: wholeTurns(Number(text)) };
  },
  print: ({ degrees }) => String(degrees),
  apply: (canvas, { degrees }) => changeColors(canvas, hueMatrix((degrees * Math.PI) / 180)),
});

/** Fifteen digits are exact in a double, so that the value modulo 360 is right. */
const DEGREES = /^[+-]?\d{1,15}$/;

function wholeTurns(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

/** `90deg` and `90.4` probably meant 90. */
function nearestDegrees(text: string | undefined): string | undefined {
  const match = /^[+-]?\d{1,15}/.exec(text ?? '');
  return match === null ? undefined : String(wholeTurns(Number(match[0])));
}

function hueMatrix(radians: number): ColorMatrix {
  const [c, s] = [Math.cos(radians), Math.sin(radians)];
  return [
    [0.213 + 0.787 * c - 0.213 * s, 0.715 - 0.715 * c - 0.715 * s, 0.072 - 0.072 * c + 0.928 * s],
    [0.213 - 0.213 * c + 0.143 * s, 0.715 + 0.285 * c + 0.14 * s, 0.072 - 0.072 * c - 0.283 * s],
    [0.213 - 0.213 * c - 0.787 * s, 0.715 - 0.715 * c + 0.715 * s, 0.072 + 0.928 * c + 0.072 * s],
  ];
}
