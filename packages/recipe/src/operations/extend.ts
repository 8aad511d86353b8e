import { readPixelSides, readRatio, respelledBox } from '../box-text.ts';
import { ArgumentError } from '../errors.ts';
import { scaledBox } from '../fitted-box.ts';
import { withAreaAround } from '../new-area.ts';
import { INTEGER_PATTERN, NUMBER_PATTERN, roundHalfUp } from '../numbers.ts';
import { extendTo } from '../place-box.ts';
import { FIXED_WHERE_ARGUMENT, type FixedWhere, printWhere, takeFixedWhere } from '../where.ts';
import { defineOperation, type Size } from './operation.ts';

interface Extend {
  readonly where: FixedWhere;
  readonly box: { readonly kind: 'pixels' | 'ratio'; readonly width: number; readonly height: number };
}

const ARGUMENT = `[<where>]<width>x<height> or [<where>]<a>:<b>, where: ${FIXED_WHERE_ARGUMENT}`;

export const extend = defineOperation<Extend>({
  name: 'extend',
  summary: 'Grows the canvas to a size or a ratio; the picture is neither scaled nor cut.',
  argument: ARGUMENT,
  details: `
At least W x H pixels come out (whole numbers, at least 1): max(W, width) x max(H, height). With a ratio \`<a>:<b>\` (it may
have decimals), the smallest box of that ratio that holds the picture; its longer side is rounded half up.

The picture lies in it at \`<where>\`: a gravity (\`nw n ne w c e sw s se\`; without one the centre), or \`<x>,<y>,\`, the point of
the canvas (fractions 0-1) on which the picture is centred as far as the canvas allows. New area has the \`background\`, if
that step came before, else it is transparent (black in formats without alpha).

\`dpr\` multiplies W and H, but not a ratio.
`.trim(),
  examples: [
    { recipe: 'extend/800x600', meaning: 'at least 800x600, the picture in the middle' },
    { recipe: 'resize/800x600%3E/extend/n800x600', meaning: 'the picture at the upper edge of 800x600' },
    { recipe: 'background/000000/extend/16:9', meaning: 'black bars around it, up to 16:9' },
  ],
  parse: (argument) => {
    const values = readExtend(argument);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestExtend(argument));
    return values;
  },
  print: printExtend,
  size: ({ box }, before) => extendedSize(box, before),
  transparency: ({ box }, known, before) =>
    withAreaAround(known, { picture: before, box: before && extendedSize(box, before) }),
  scale: ({ where, box }, dpr) => ({ where, box: box.kind === 'ratio' ? box : scaledBox(box, dpr) }),
  apply: (canvas, { where, box }) => extendTo(canvas, where, extendedSize(box, canvas)),
});

function extendedSize(box: Extend['box'], before: Size): Size {
  if (box.kind === 'pixels') {
    return { width: Math.max(box.width, before.width), height: Math.max(box.height, before.height) };
  }
  return box.width * before.height >= before.width * box.height
    ? { width: roundHalfUp((before.height * box.width) / box.height), height: before.height }
    : { width: before.width, height: roundHalfUp((before.width * box.height) / box.width) };
}

function readExtend(argument: string): Extend | undefined {
  const taken = takeFixedWhere(argument);
  const match = taken === undefined ? null : BOX.exec(taken.rest);
  if (taken === undefined || match === null) return undefined;
  const [, width, height = '', ratioWidth = '', ratioHeight = ''] = match;
  const kind = width === undefined ? 'ratio' : 'pixels';
  const box = width === undefined ? readRatio(ratioWidth, ratioHeight) : readPixelSides(width, height);
  return box && { where: taken.where, box: { kind, ...box } };
}

const BOX = new RegExp(
  `^(?:(${INTEGER_PATTERN})x(${INTEGER_PATTERN})|(${NUMBER_PATTERN}):(${NUMBER_PATTERN}))$`,
);

function nearestExtend(argument: string): string | undefined {
  const respelled = respelledBox(argument);
  const values = respelled === undefined ? undefined : readExtend(respelled);
  return values && printExtend(values);
}

function printExtend({ where, box }: Extend): string {
  return `${printWhere(where)}${box.width}${box.kind === 'ratio' ? ':' : 'x'}${box.height}`;
}
