import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { MAX_NUMBER } from '../numbers.ts';
import type { Box, Size } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { MAX_BLOCKS, MIN_BLOCK_PX, REDACTIONS, type Redaction, redactBox } from './pixels/redact-box.ts';
import { LENGTH_ARGUMENT, type Length, lengthPx, printLength, readLength } from './values/length.ts';

interface Redact {
  readonly redaction: Redaction;
  readonly region: Region;
}

/** What is to be hidden; `kind` tells it from what only the pixels can tell. */
interface Region {
  readonly kind: 'box';
  readonly x: Length;
  readonly y: Length;
  readonly width: Length;
  readonly height: Length;
}

const ARGUMENT = `:<${REDACTIONS.join('|')}>,<x>,<y>,<width>,<height>, each in ${LENGTH_ARGUMENT}`;

export const redact = defineFilter<Redact>({
  name: 'redact',
  summary: 'Makes a part of the picture unrecognizable for good.',
  argument: ARGUMENT,
  details: `
The box lies x to the right of and y below the left upper corner of the picture as it is at that step; both may be negative.
Each of the four is in whole pixels, in percent of the picture's width or height, or the same as a fraction (a number with
a point). Sides that do not fall on whole pixels are moved outwards, and what lies outside the picture is cut off.

Only the means of a few blocks are left of the box, as \`pixelate\` computes them; nothing else can be got back. For a box of
w x h pixels and \`s = max(${MIN_BLOCK_PX}, max(w, h) / ${MAX_BLOCKS})\` there are max(1, floor(w/s)) blocks across and max(1, floor(h/s)) down, and
block i of n spans floor(iw/n) to floor((i + 1)w/n). \`pixelate\` shows these; \`blur\` interpolates between their centres,
linear along both axes, colours weighted with alpha. Outside the box nothing is changed.
`.trim(),
  examples: [
    { recipe: 'filter/redact:blur,40,60,200,80', meaning: 'a blurred box of 200x80 pixels' },
    { recipe: 'filter/redact:pixelate,25%25,10%25,50%25,30%25', meaning: 'the upper middle in blocks' },
  ],
  parse: (text = '') => {
    const values = readRedact(text);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestRedact(text));
    return values;
  },
  print: printRedact,
  scale: scaleRedact,
  apply: async (canvas, { redaction, region }) => {
    const box = boxInside(region, canvas);
    if (box === undefined) return;
    const pixels = await canvas.pixels();
    redactBox(pixels, box, redaction);
    canvas.replace(pixels);
  },
});

function readRedact(text: string): Redact | undefined {
  const [name, ...lengths] = text.split(',', 6);
  const redaction = REDACTIONS.find((known) => known === name);
  const [x, y, width, height] = lengths.map(readLength);
  if (redaction === undefined || lengths.length !== 4 || x === undefined || y === undefined) return undefined;
  if (width === undefined || height === undefined || width.value <= 0 || height.value <= 0) return undefined;
  return { redaction, region: { kind: 'box', x, y, width, height } };
}

function printRedact({ redaction, region }: Redact): string {
  const { x, y, width, height } = region;
  return [redaction, ...[x, y, width, height].map(printLength)].join(',');
}

/** `Blur, 10px, 10.4, 50, 50` probably meant `blur,10,10,50,50`. */
function nearestRedact(text: string): string | undefined {
  const [name = '', ...lengths] = text
    .slice(0, LONGEST_RESPELLED)
    .split(',')
    .map((part) => part.trim());
  const redaction = nearestName(name, REDACTIONS);
  const respelled = lengths.map((length) => {
    const value = Number.parseFloat(length);
    return readLength(length) === undefined && !length.includes('%') ? Math.round(value) : length;
  });
  const values = readRedact([redaction, ...respelled].join(','));
  return values && printRedact(values);
}

const LONGEST_RESPELLED = 100;

/** Outwards to whole pixels, so that nothing of what the box covers is left uncovered. */
function scaleRedact({ redaction, region }: Redact, dpr: number): Redact {
  const across = scaleSpan(region.x, region.width, dpr);
  const down = scaleSpan(region.y, region.height, dpr);
  return {
    redaction,
    region: { kind: 'box', x: across.start, width: across.length, y: down.start, height: down.length },
  };
}

function scaleSpan(start: Length, length: Length, dpr: number): { start: Length; length: Length } {
  // In whole thousandths, since the double 1.005 is less than 1.005.
  const thousandths = Math.round(dpr * 1000);
  const scaledStart = start.unit === '%' ? start.value : Math.floor((start.value * thousandths) / 1000);
  const before = start.unit === '%' ? 0 : start.value;
  const end = Math.ceil(((before + length.value) * thousandths) / 1000);
  const scaledLength = length.unit === '%' ? length.value : end - (start.unit === '%' ? 0 : scaledStart);
  return {
    start: { unit: start.unit, value: within(scaledStart) },
    length: { unit: length.unit, value: within(scaledLength) },
  };
}

function within(lengthPx: number): number {
  return Math.max(1 - MAX_NUMBER, Math.min(MAX_NUMBER - 1, lengthPx));
}

/** What of the region lies inside the picture; undefined where nothing does. */
function boxInside({ x, y, width, height }: Region, picture: Size): Box | undefined {
  const [left, right] = spanInside(x, width, picture.width);
  const [top, bottom] = spanInside(y, height, picture.height);
  return left < right && top < bottom ? { left, top, width: right - left, height: bottom - top } : undefined;
}

function spanInside(start: Length, length: Length, sidePx: number): readonly [number, number] {
  const startPx = lengthPx(start, sidePx);
  const endPx = startPx + lengthPx(length, sidePx);
  return [Math.max(0, Math.floor(startPx)), Math.min(sidePx, Math.ceil(endPx))];
}
