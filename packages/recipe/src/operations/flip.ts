import { ArgumentError } from '../errors.ts';
import { defineOperation } from './operation.ts';

interface Axes {
  readonly horizontal: boolean;
  readonly vertical: boolean;
}

const ARGUMENT = 'h, v or hv';

export const flip = defineOperation<Axes>({
  name: 'flip',
  summary: 'Mirrors the picture.',
  argument: ARGUMENT,
  details: '`h` swaps left and right, `v` swaps top and bottom, `hv` does both (a half turn). Lossless.',
  examples: [
    { recipe: 'flip/h', meaning: 'left and right swapped' },
    { recipe: 'flip/v', meaning: 'top and bottom swapped' },
    { recipe: 'flip/hv', meaning: 'both' },
  ],
  parse: (argument) => {
    if (argument === 'h' || argument === 'v' || argument === 'hv') return axes(argument);
    throw new ArgumentError(ARGUMENT, nearestAxes(argument));
  },
  print: printAxes,
  size: (_values, before) => ({ width: before.width, height: before.height }),
  apply: (canvas, values) => canvas.flip(values),
});

function axes(argument: string): Axes {
  return { horizontal: argument.includes('h'), vertical: argument.includes('v') };
}

function printAxes({ horizontal, vertical }: Axes): string {
  return `${horizontal ? 'h' : ''}${vertical ? 'v' : ''}`;
}

/** `VH` and `horizontal` probably meant `hv` and `h`. */
function nearestAxes(argument: string): string | undefined {
  const letters = /^[hv]+/i.exec(argument)?.[0].toLowerCase();
  return letters === undefined ? undefined : printAxes(axes(letters));
}
