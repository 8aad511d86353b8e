import { ArgumentError } from '../errors.ts';
import { defineOperation } from './operation.ts';

const ARGUMENT = 'h, v or hv';

export const flip = defineOperation<{ readonly horizontal: boolean; readonly vertical: boolean }>({
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
    const suggestion = [...'hv'].filter((axis) => argument.toLowerCase().startsWith(axis)).join('');
    throw new ArgumentError(ARGUMENT, suggestion === '' ? undefined : suggestion);
  },
  print: ({ horizontal, vertical }) => `${horizontal ? 'h' : ''}${vertical ? 'v' : ''}`,
  size: (_values, before) => ({ width: before.width, height: before.height }),
  apply: (canvas, values) => canvas.flip(values),
});

function axes(argument: string): { horizontal: boolean; vertical: boolean } {
  return { horizontal: argument.includes('h'), vertical: argument.includes('v') };
}
