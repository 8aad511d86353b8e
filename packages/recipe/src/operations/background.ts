import { COLOR_ARGUMENT, nearestColor, printColor, readColor } from '../color-text.ts';
import { ArgumentError } from '../errors.ts';
import { type Color, defineOperation } from './operation.ts';

export const background = defineOperation<Color>({
  name: 'background',
  summary: 'Lays the picture on a colour, which also fills what later steps add.',
  argument: COLOR_ARGUMENT,
  details: `
Red, green, blue and (if it is not opaque) alpha, two hex digits each, without \`#\`; upper and lower case are the same.

What is transparent at that point of the recipe gets the colour, and so does all area that later steps add: the corners of
\`rotate\`, the margins of \`contain\`, \`pad\` and \`extend\`. So the order matters: \`background/ffffff/rotate/10\` has white
corners, \`rotate/10/background/ffffff\` too, but \`background/ffffff/rotate/10/background/000000/pad/5\` has white corners in a
black frame. \`round\` always makes its corners transparent, so a colour for them comes after it.

A colour with alpha is laid under the picture (Porter and Duff's *over*): of a pixel with alpha a on a colour with alpha c,
a + c - a*c comes out. In formats without alpha what is left transparent is black, under the last background of the recipe.
\`00000000\` goes back to transparent.
`.trim(),
  examples: [
    { recipe: 'background/ffffff', meaning: 'white instead of transparent' },
    { recipe: 'background/336699/rotate/10', meaning: 'a tilted picture with blue corners' },
    { recipe: 'background/00000080/pad/20', meaning: 'a frame of half transparent black' },
  ],
  parse: (argument) => {
    const color = readColor(argument);
    if (color === undefined) throw new ArgumentError(COLOR_ARGUMENT, nearestColor(argument));
    return color;
  },
  print: printColor,
  size: (_color, before) => ({ width: before.width, height: before.height }),
  transparency: (color, { hasAlpha }) => ({ hasAlpha: hasAlpha && color.alpha < 1, background: color }),
  apply: async (canvas, color) => {
    canvas.background = color;
    await canvas.flatten(color);
  },
});
