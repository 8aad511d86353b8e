import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { MAX_NUMBER } from '../numbers.ts';
import type { Box, Canvas, Size } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { MAX_BLOCKS, MIN_BLOCK_PX, REDACTIONS, type Redaction, redactBox } from './pixels/redact-box.ts';
import { LENGTH_ARGUMENT, type Length, lengthPx, printLength, readLength } from './values/length.ts';

interface Redact {
  readonly redaction: Redaction;
  readonly region: Region;
}

/** What is to be hidden. */
type Region = BoxRegion | { readonly kind: 'faces' };

interface BoxRegion {
  readonly kind: 'box';
  readonly x: Length;
  readonly y: Length;
  readonly width: Length;
  readonly height: Length;
}

const ARGUMENT = `:<${REDACTIONS.join('|')}>,faces or :<${REDACTIONS.join('|')}>,<x>,<y>,<width>,<height>, each in ${LENGTH_ARGUMENT}`;

export const redact = defineFilter<Redact>({
  name: 'redact',
  summary: 'Makes a part of the picture, or the faces in it, unrecognizable for good.',
  argument: ARGUMENT,
  details: `
The box lies x to the right of and y below the left upper corner of the picture as it is at that step; both may be negative.
Each of the four is in whole pixels, in percent of the picture's width or height, or the same as a fraction (a number with
a point). Sides that do not fall on whole pixels are moved outwards, and what lies outside the picture is cut off.

Only the means of a few blocks are left of the box, as \`pixelate\` computes them; nothing else can be got back. For a box of
w x h pixels and \`s = max(${MIN_BLOCK_PX}, max(w, h) / ${MAX_BLOCKS})\` there are max(1, floor(w/s)) blocks across and max(1, floor(h/s)) down, and
block i of n spans floor(iw/n) to floor((i + 1)w/n). \`pixelate\` shows these; \`blur\` interpolates between their centres,
linear along both axes, colours weighted with alpha. Outside the box nothing is changed.

With \`faces\` there is a box for each face that is found in the original, from the hairline to the chin and a quarter of that
more on each side. A program finds them, and it misses some (\`docs/smart-crop.md\` says how many): look at what comes out
before anybody's safety hangs on it. Of an animation it looks at the first frame only, and what other pictures or words
were laid on by earlier steps is not searched.
`.trim(),
  examples: [
    { recipe: 'filter/redact:blur,40,60,200,80', meaning: 'a blurred box of 200x80 pixels' },
    { recipe: 'filter/redact:pixelate,25%25,10%25,50%25,30%25', meaning: 'the upper middle in blocks' },
    { recipe: 'filter/redact:pixelate,faces', meaning: 'every face in blocks' },
  ],
  parse: (text = '') => {
    const values = readRedact(text);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestRedact(text));
    return values;
  },
  print: printRedact,
  scale: scaleRedact,
  needsFaces: ({ region }) => region.kind === 'faces',
  apply: async (canvas, { redaction, region }) => {
    const boxes = region.kind === 'faces' ? faceBoxes(canvas) : [boxInside(region, canvas)];
    const inside = boxes.filter((box) => box !== undefined);
    if (inside.length === 0) return;
    const pixels = await canvas.pixels();
    for (const box of inside) redactBox(pixels, box, redaction);
    canvas.replace(pixels);
  },
});

function readRedact(text: string): Redact | undefined {
  const [name, ...lengths] = text.split(',', 6);
  const redaction = REDACTIONS.find((known) => known === name);
  if (redaction !== undefined && lengths.length === 1 && lengths[0] === 'faces') {
    return { redaction, region: { kind: 'faces' } };
  }
  const [x, y, width, height] = lengths.map(readLength);
  if (redaction === undefined || lengths.length !== 4 || x === undefined || y === undefined) return undefined;
  if (width === undefined || height === undefined || width.value <= 0 || height.value <= 0) return undefined;
  return { redaction, region: { kind: 'box', x, y, width, height } };
}

function printRedact({ redaction, region }: Redact): string {
  if (region.kind === 'faces') return `${redaction},faces`;
  const { x, y, width, height } = region;
  return [redaction, ...[x, y, width, height].map(printLength)].join(',');
}

/** `Blur, 10px, 10.4, 50, 50` probably meant `blur,10,10,50,50`, and `pixel,face` `pixelate,faces`. */
function nearestRedact(text: string): string | undefined {
  const [name = '', ...lengths] = text
    .slice(0, LONGEST_RESPELLED)
    .split(',')
    .map((part) => part.trim());
  const redaction = nearestName(name, REDACTIONS);
  const isFaces = lengths.length === 1 && nearestName(lengths[0] ?? '', ['faces']) !== undefined;
  const respelled = lengths.map((length) => {
    const value = Number.parseFloat(length);
    return readLength(length) === undefined && !length.includes('%') ? Math.round(value) : length;
  });
  const values = readRedact([redaction, ...(isFaces ? ['faces'] : respelled)].join(','));
  return values && printRedact(values);
}

const LONGEST_RESPELLED = 100;

/** Outwards to whole pixels, so that nothing of what the box covers is left uncovered. */
function scaleRedact({ redaction, region }: Redact, dpr: number): Redact {
  if (region.kind === 'faces') return { redaction, region };
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
function boxInside({ x, y, width, height }: BoxRegion, picture: Size): Box | undefined {
  return wholePixels(
    {
      left: lengthPx(x, picture.width),
      top: lengthPx(y, picture.height),
      width: lengthPx(width, picture.width),
      height: lengthPx(height, picture.height),
    },
    picture,
  );
}

/** What is hidden of each face: more than the face, as its place is not known to the pixel. */
function faceBoxes(canvas: Canvas): (Box | undefined)[] {
  return canvas.faces.map(({ left, top, width, height }) =>
    wholePixels(
      {
        left: left - FACE_MARGIN * width,
        top: top - FACE_MARGIN * height,
        width: (1 + 2 * FACE_MARGIN) * width,
        height: (1 + 2 * FACE_MARGIN) * height,
      },
      canvas,
    ),
  );
}

const FACE_MARGIN = 0.25;

/** Outwards to whole pixels, and what of that lies inside the picture; undefined where nothing does. */
function wholePixels(box: Box, picture: Size): Box | undefined {
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const right = Math.min(picture.width, Math.ceil(box.left + box.width));
  const bottom = Math.min(picture.height, Math.ceil(box.top + box.height));
  return left < right && top < bottom ? { left, top, width: right - left, height: bottom - top } : undefined;
}
