import { ArgumentError } from '../errors.ts';
import { printNumber } from '../numbers.ts';
import { defineSetting } from './setting.ts';

const MIN_DPR = 0.1;
const MAX_DPR = 8;
const ARGUMENT = `${MIN_DPR} to ${MAX_DPR}, with at most three decimals`;

export const dpr = defineSetting<number>({
  name: 'dpr',
  summary: 'Device pixels to one pixel of the recipe, for dense displays.',
  argument: ARGUMENT,
  details: `
Multiplies every length that a step gives in pixels: sides, offsets, margins, radii. Percentages, fractions, ratios and
areas stay as they are. Each length is rounded half up (the product is exact) and is at least 1 pixel, so \`resize/101x\`
with \`dpr/1.5\` is \`resize/152x\`, the same variant under the same key. Where it stands in the URL does not matter.
`.trim(),
  examples: [
    { recipe: 'resize/400x/dpr/2', meaning: 'the same as `resize/800x`' },
    { recipe: 'dpr/1.5/cover/200x200/round/16', meaning: 'the same as `cover/300x300/round/24`' },
  ],
  parse: (argument) => {
    const value = DPR.test(argument) ? Number(argument) : 0;
    if (value < MIN_DPR || value > MAX_DPR) throw new ArgumentError(ARGUMENT, nearestDpr(argument));
    return value;
  },
  print: printNumber,
});

const DPR = /^(?:\d{1,16}(?:\.\d{0,3})?|\.\d{1,3})$/;

/** `2x` probably meant 2, `10` the most there is, `1.3333` three decimals of it. */
function nearestDpr(argument: string): string | undefined {
  const value = Number.parseFloat(argument);
  if (Number.isNaN(value)) return undefined;
  return printNumber(Math.min(MAX_DPR, Math.max(MIN_DPR, Math.round(value * 1000) / 1000)));
}
