import { ArgumentError } from '../errors.ts';
import {
  type FittedBox,
  nearestFittedBox,
  printFittedBox,
  readFittedBox,
  scaledBox,
  snappedBox,
} from '../fitted-box.ts';
import { largestOfRatio, resizedSize } from '../geometry.ts';
import { placeBox } from '../place-box.ts';
import { takeWhere, WHERE_ARGUMENT, type Where } from '../where.ts';
import { type Canvas, defineOperation, type Size } from './operation.ts';

type Cover = FittedBox<Where>;

const ARGUMENT = `[<where>]<width>x<height>[>], where: ${WHERE_ARGUMENT}`;

export const cover = defineOperation<Cover>({
  name: 'cover',
  summary: 'Fills a box with the picture and cuts off what is over, as CSS `object-fit: cover` does.',
  argument: ARGUMENT,
  details: `
Exactly W x H pixels come out (whole numbers, at least 1). The picture is scaled by max(W/width, H/height), sides rounded
half up, and a box of W x H is cut out of that at \`<where>\`, which means what it means in \`crop\`: a gravity
(\`nw n ne w c e sw s se\`; without one the centre), a focal point \`<x>,<y>,\` in fractions 0-1, \`smart\`, \`entropy\` or \`face\`.
Where enlarging would make more than 16 million pixels of it (a panorama into an upright box), the box is cut out first,
in whole pixels of the picture, and then scaled to W x H.

With \`>\` at the end, or the setting \`enlarge/off\`, the picture is never enlarged: where it is too small for the box, the
largest box of the same ratio is cut out of it as it is, as \`crop/<W>:<H>\` does.

\`dpr\` multiplies W and H.
`.trim(),
  examples: [
    { recipe: 'cover/300x300', meaning: 'a full square of 300, from the centre' },
    { recipe: 'cover/n300x400', meaning: 'the upper part is kept' },
    {
      recipe: 'cover/0.3,0.25,300x300',
      meaning: 'around a point at 30 % of the width and 25 % of the height',
    },
    { recipe: 'cover/smart300x300', meaning: 'the part that the eye goes to' },
    { recipe: 'cover/face300x300', meaning: 'the part where the faces are' },
    { recipe: 'cover/1200x630%3E', meaning: 'the same ratio in less pixels where the picture is smaller' },
  ],
  parse: (argument) => {
    const box = readFittedBox(argument, takeWhere);
    if (box === undefined) throw new ArgumentError(ARGUMENT, nearestFittedBox(argument, takeWhere));
    return box;
  },
  print: printFittedBox,
  size: coveredSize,
  scale: scaledBox,
  needsFaces: ({ where }) => where.kind === 'face',
  snap: snappedBox,
  shrinkOnly: (box) => ({ ...box, when: 'shrink' }),
  apply: coverBox,
});

function coveredSize(box: Cover, before: Size): Size {
  const isTooSmall = box.width > before.width || box.height > before.height;
  if (box.when === 'shrink' && isTooSmall) return largestOfRatio(box, before);
  return { width: box.width, height: box.height };
}

async function coverBox(canvas: Canvas, { where, ...box }: Cover): Promise<void> {
  const size = coveredSize({ where, ...box }, canvas);
  const filled = resizedSize({ kind: 'box', fit: 'cover', ...box }, canvas);
  const mostPixels = Math.max(MAX_ENLARGED_PIXELS, canvas.width * canvas.height);
  if (filled.width * filled.height <= mostPixels) {
    await canvas.resample(filled);
    await canvas.extract(await placeBox(canvas, where, size));
  } else {
    await canvas.extract(await placeBox(canvas, where, largestOfRatio(size, canvas)));
    await canvas.resample(size);
  }
}

/** 64 MB of RGBA: what is cut off again after enlarging must not cost more than that. */
const MAX_ENLARGED_PIXELS = 16_000_000;
