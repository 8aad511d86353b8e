import { ArgumentError } from '../errors.ts';
import { type Crop, cropBox } from '../geometry.ts';
import { INTEGER_PATTERN, MAX_NUMBER, NUMBER_PATTERN, scaledLength } from '../numbers.ts';
import { printWhere, takeWhere, WHERE_ARGUMENT } from '../where.ts';
import { defineOperation } from './operation.ts';

const ARGUMENT = `[<where>]<width>x<height>[+<x>+<y>] or [<where>]<a>:<b>, where: ${WHERE_ARGUMENT}`;

export const crop = defineOperation<Crop>({
  name: 'crop',
  summary: 'Cuts a box out of the picture.',
  argument: ARGUMENT,
  details: `
The box is given in whole pixels, or as a ratio \`<a>:<b>\` (it may have decimals): the largest box of that ratio.

\`<where>\` says where it lies: a gravity (\`nw n ne w c e sw s se\`; without one it is the centre), or a focal point
\`<x>,<y>,\` in fractions 0-1 of width and height, on which the box is centred as far as the edges allow.
In the middle of W pixels a box of w starts at floor(W/2) - floor(w/2); at a focal point p, at floor(p*W) - floor(w/2).

Offsets move the box inwards from a side that \`<where>\` names, else right and down; \`-\` moves it the other way.
What of the box lies outside the picture is cut away: a crop pads nothing and is never an error. Of a box that lies
outside altogether, the nearest row or column of pixels is kept.
`.trim(),
  examples: [
    { recipe: 'crop/300x200', meaning: '300x200 from the centre' },
    { recipe: 'crop/nw300x200', meaning: 'from the left upper corner' },
    { recipe: 'crop/nw300x200+40+20', meaning: 'the same, 40 to the right and 20 down' },
    { recipe: 'crop/16:9', meaning: 'the largest box of 16:9, from the centre' },
    { recipe: 'crop/n1:1', meaning: 'the largest square, at the top' },
    {
      recipe: 'crop/0.3,0.25,400x400',
      meaning: 'around a point at 30 % of the width and 25 % of the height',
    },
  ],
  parse: parseCrop,
  print: printCrop,
  size: cropBox,
  scale: scaleCrop,
  apply: (canvas, values) => canvas.extract(cropBox(values, canvas)),
});

function parseCrop(argument: string): Crop {
  const crop = readCrop(argument);
  if (crop !== undefined) return crop;
  throw new ArgumentError(ARGUMENT, nearestCrop(argument));
}

function readCrop(argument: string): Crop | undefined {
  const taken = takeWhere(argument);
  const match = taken === undefined ? null : BOX.exec(taken.rest);
  if (taken === undefined || match === null) return undefined;
  const [, first = '', separator, second = '', x = '0', y = '0'] = match;
  const offset = { x: readOffset(x), y: readOffset(y) };
  const box = separator === 'x' ? readSides(first, second) : readRatio(first, second);
  if (box === undefined || Math.abs(offset.x) >= MAX_NUMBER || Math.abs(offset.y) >= MAX_NUMBER) {
    return undefined;
  }
  if (box.kind === 'ratio' && match[4] !== undefined) return undefined;
  return { where: taken.where, box, offset };
}

const BOX = new RegExp(
  `^(${NUMBER_PATTERN})([x:])(${NUMBER_PATTERN})(?:([+-]${INTEGER_PATTERN})([+-]${INTEGER_PATTERN}))?$`,
);

/** Adding 0 turns -0 into 0: equal meaning, equal value. */
function readOffset(text: string): number {
  return Number(text) + 0;
}

function readSides(first: string, second: string): Crop['box'] | undefined {
  const [width, height] = [Number(first), Number(second)];
  if (`${first}${second}`.includes('.') || width === 0 || height === 0) return undefined;
  if (width >= MAX_NUMBER || height >= MAX_NUMBER) return undefined;
  return { kind: 'pixels', width, height };
}

/** Equal ratios become equal values: whole numbers without a common divisor (1.5:1 is 3:2). */
function readRatio(first: string, second: string): Crop['box'] | undefined {
  const scale = 10 ** Math.max(decimals(first), decimals(second));
  const [width, height] = [Math.round(Number(first) * scale), Math.round(Number(second) * scale)];
  if (width === 0 || height === 0 || width > MAX_RATIO_SIDE || height > MAX_RATIO_SIDE) return undefined;
  const divisor = greatestCommonDivisor(width, height);
  return { kind: 'ratio', width: width / divisor, height: height / divisor };
}

/** Products of a ratio’s side and a picture’s (at most 16,384) stay far below 2^53, so they are exact. */
const MAX_RATIO_SIDE = 1_000_000_000;

function decimals(text: string): number {
  const [, fraction = ''] = text.split('.');
  return fraction.length;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A crop that was probably meant: `C100X50` is `100x50`, `center100x50` too. */
function nearestCrop(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  const respelled = argument
    .toLowerCase()
    .replace(/\s|px/g, '')
    .replace(/^cent(?:er|re)/, 'c')
    .replace(/[*×]/g, 'x');
  const crop = readCrop(respelled);
  return crop === undefined ? undefined : printCrop(crop);
}

const LONGEST_RESPELLED = 64;

function printCrop({ where, box, offset }: Crop): string {
  const sides = `${box.width}${box.kind === 'ratio' ? ':' : 'x'}${box.height}`;
  const moved = offset.x === 0 && offset.y === 0 ? '' : `${signed(offset.x)}${signed(offset.y)}`;
  return `${printWhere(where)}${sides}${moved}`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

function scaleCrop(crop: Crop, dpr: number): Crop {
  if (crop.box.kind === 'ratio') return crop;
  const { where, box, offset } = crop;
  return {
    where,
    box: { kind: 'pixels', width: scaledLength(box.width, dpr), height: scaledLength(box.height, dpr) },
    offset: { x: scaledOffset(offset.x, dpr), y: scaledOffset(offset.y, dpr) },
  };
}

function scaledOffset(offset: number, dpr: number): number {
  return offset === 0 ? 0 : Math.sign(offset) * scaledLength(Math.abs(offset), dpr);
}
