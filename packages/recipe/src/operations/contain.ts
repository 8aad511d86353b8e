import { ArgumentError } from '../errors.ts';
import {
  type FittedBox,
  nearestFittedBox,
  printFittedBox,
  readFittedBox,
  scaledBox,
  snappedBox,
} from '../fitted-box.ts';
import { resizedSize } from '../geometry.ts';
import { withAreaAround } from '../new-area.ts';
import { extendTo } from '../place-box.ts';
import { FIXED_WHERE_ARGUMENT, type FixedWhere, takeFixedWhere } from '../where.ts';
import { defineOperation } from './operation.ts';

const ARGUMENT = `[<where>]<width>x<height>[>], where: ${FIXED_WHERE_ARGUMENT}`;

export const contain = defineOperation<FittedBox<FixedWhere>>({
  name: 'contain',
  summary: 'Fits the picture into a box and pads what is left, as CSS `object-fit: contain` does.',
  argument: ARGUMENT,
  details: `
Exactly W x H pixels come out (whole numbers, at least 1). The picture is scaled by min(W/width, H/height), sides rounded
half up, which is the size that \`resize/<W>x<H>\` gives, and laid into the box at \`<where>\`: a gravity
(\`nw n ne w c e sw s se\`; without one the centre), or \`<x>,<y>,\`, the point of the box (fractions 0-1) on which the picture
is centred as far as the box allows. What is left has the \`background\`, if that step came before, else it is transparent
(black in formats without alpha).

With \`>\` at the end, or the setting \`enlarge/off\`, the picture is never enlarged (CSS \`scale-down\`): a smaller one is laid
into the box as it is. W x H come out all the same.

\`dpr\` multiplies W and H.
`.trim(),
  examples: [
    { recipe: 'contain/300x300', meaning: 'whole, in the middle of a transparent square' },
    { recipe: 'background/ffffff/contain/300x300', meaning: 'the same on white' },
    { recipe: 'background/ffffff/contain/s300x300', meaning: 'at the lower edge of the square' },
    { recipe: 'contain/300x300%3E', meaning: 'never enlarged' },
  ],
  parse: (argument) => {
    const box = readFittedBox(argument, takeFixedWhere);
    if (box === undefined) throw new ArgumentError(ARGUMENT, nearestFittedBox(argument, takeFixedWhere));
    return box;
  },
  print: printFittedBox,
  size: ({ width, height }) => ({ width, height }),
  transparency: ({ where, ...box }, known, before) => {
    const picture = before && resizedSize({ kind: 'box', fit: 'inside', ...box }, before);
    return withAreaAround(known, { picture, box });
  },
  scale: scaledBox,
  snap: snappedBox,
  shrinkOnly: (box) => ({ ...box, when: 'shrink' }),
  apply: async (canvas, { where, ...box }) => {
    await canvas.resample(resizedSize({ kind: 'box', fit: 'inside', ...box }, canvas));
    await extendTo(canvas, where, box);
  },
});
