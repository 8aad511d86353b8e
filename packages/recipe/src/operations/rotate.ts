import { ArgumentError } from '../errors.ts';
import { rotatedSize } from '../geometry.ts';
import { withNewArea } from '../new-area.ts';
import { defineOperation } from './operation.ts';

const ARGUMENT = '[-]<degrees>, a whole number';

export const rotate = defineOperation<{ readonly degrees: number }>({
  name: 'rotate',
  summary: 'Turns the picture clockwise; the canvas grows to hold it.',
  argument: ARGUMENT,
  details: `
Whole degrees of any size; only their value modulo 360 counts, and a negative angle turns the other way.
Multiples of 90 are lossless. Any other angle d gives, for W x H with c = |cos d| and s = |sin d|, the canvas of ImageMagick:
ex = (W*c + H*s)/2, gx = floor(W/2 - ex - 0.5), width = ceil(W/2 + ex - gx + 0.5); the height likewise with (W*s + H*c)/2.
That is the bounding box and about one pixel more on each side. New corners have the background, else are transparent
(black in formats without alpha). Nothing is trimmed: two turns in a row enlarge twice.
`.trim(),
  examples: [
    { recipe: 'rotate/90', meaning: 'a quarter turn clockwise, lossless' },
    { recipe: 'rotate/-90', meaning: 'a quarter turn the other way, the same as 270' },
    { recipe: 'rotate/15', meaning: '15 degrees clockwise on a larger canvas' },
  ],
  parse: (argument) => {
    if (!DEGREES.test(argument)) throw new ArgumentError(ARGUMENT, nearestDegrees(argument));
    return { degrees: wholeTurns(Number(argument)) };
  },
  print: ({ degrees }) => String(degrees),
  size: ({ degrees }, before) => rotatedSize(degrees, before),
  transparency: ({ degrees }, known) => (degrees % 90 === 0 ? known : withNewArea(known)),
  apply: (canvas, { degrees }) => canvas.rotate(degrees),
});

/** Fifteen digits are exact in a double, so that the value modulo 360 is right. */
const DEGREES = /^[+-]?\d{1,15}$/;

function wholeTurns(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

/** `90deg` and `90.4` probably meant 90. */
function nearestDegrees(argument: string): string | undefined {
  const match = /^[+-]?\d{1,15}/.exec(argument);
  return match === null ? undefined : String(wholeTurns(Number(match[0])));
}
