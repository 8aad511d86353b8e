import { ArgumentError } from '../errors.ts';
import { trimmedBox } from '../trimmed-box.ts';
import { defineOperation } from './operation.ts';

interface Trim {
  readonly tolerancePercent: number;
}

const ARGUMENT = '0 to 100, a whole number of percent';

export const trim = defineOperation<Trim>({
  name: 'trim',
  summary: 'Cuts off the rows and columns at the edges that have the colour of the corner.',
  argument: ARGUMENT,
  details: `
The colour of the left upper pixel is taken for the border's. A pixel differs from it where its alpha or one of its colour
channels (times alpha, so that transparent is transparent) is off by more than that percentage of 255 levels: \`trim/0\` takes
exactly that colour only, \`trim/10\` gets over the noise of a JPEG (25 levels). What is left is the smallest box with all
pixels that differ. A picture of one colour is left as it is. The first frame of an animation decides for all.

The size that comes out is not known before the pixels are.
`.trim(),
  examples: [
    { recipe: 'trim/10', meaning: 'without its border, JPEG noise included' },
    { recipe: 'trim/0/pad/20', meaning: 'with a border of exactly 20 pixels' },
  ],
  parse: (argument) => {
    const tolerancePercent = PERCENT.test(argument) ? Number(argument) : -1;
    if (tolerancePercent < 0 || tolerancePercent > 100) {
      throw new ArgumentError(ARGUMENT, nearestTolerance(argument));
    }
    return { tolerancePercent };
  },
  print: ({ tolerancePercent }) => String(tolerancePercent),
  size: () => undefined,
  apply: async (canvas, { tolerancePercent }) => {
    const find = async () => trimmedBox(await canvas.pixels(), (tolerancePercent / 100) * 255);
    await canvas.extract(await canvas.boxOnFirstFrame(find));
  },
});

const PERCENT = /^\d{1,16}$/;

/** `10%` probably meant 10, `2.5` meant 3, `255` the most there is. */
function nearestTolerance(argument: string): string | undefined {
  const value = Number.parseFloat(argument);
  return Number.isNaN(value) ? undefined : String(Math.min(100, Math.max(0, Math.round(value))));
}
