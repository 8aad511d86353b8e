import { printColor, readColor } from '../color-text.ts';
import { ArgumentError } from '../errors.ts';
import { type Length, printLength, readLength } from '../filters/values/length.ts';
import { layOver } from '../lay-over.ts';
import {
  layerPosition,
  type Pair,
  PLACEMENT_ARGUMENT,
  type Placement,
  printPair,
  printPlacement,
  readLayerOptions,
  readPair,
  scalePair,
  scalePlacement,
  wholePx,
} from '../layer-options.ts';
import { scaledLength } from '../numbers.ts';
import { pointOf } from '../where.ts';
import { type Canvas, type Color, defineOperation, type Pixels, type Size } from './operation.ts';

interface Text {
  /** Normalized (NFC), 1 to 500 characters, not only white space. */
  readonly text: string;
  readonly placement: Placement;
  /** What the words have to fit into; undefined for the picture. */
  readonly box: Pair | undefined;
  /** Of the em; percent are of the picture's height. */
  readonly size: Length;
  readonly font: string | undefined;
  readonly weight: number;
  readonly color: Color;
  readonly background: Color | undefined;
}

const NAMES: ReadonlySet<string> = new Set(['box', 'size', 'font', 'weight', 'color', 'background']);
const MAX_CHARACTERS = 500;
const DEFAULT_SIZE = '5%';
const DEFAULT_WEIGHT = '400';
const DEFAULT_COLOR = 'ffffff';
const MARGIN_EM = 0.25;

const ARGUMENT = `[<option>,...]text:<1 to ${MAX_CHARACTERS} characters>, options: ${PLACEMENT_ARGUMENT}, size:<px or percent>, box:<width>x<height>, font:<name>, weight:<100-900>, color:<rrggbb[aa]>, background:<rrggbb[aa]>`;

export const text = defineOperation<Text>({
  name: 'text',
  summary: 'Writes words on the picture.',
  argument: ARGUMENT,
  details: `
Options with commas between them, in any order and each at most once, then \`text:\`, after which all is text: commas, colons, any
script. It is percent-encoded like everything in a URL (\`%20\` or a space, \`%25\` for a percent sign); \`/\`, \`\\\` and control
characters cannot be in it. U+2028 (\`%E2%80%A8\`) begins a new line.

| option | meaning | without it |
|---|---|---|
| \`nw n ne w c e sw s se\`, or \`<x>,<y>\` | at that side or corner, or centred on that point (fractions 0-1 of width and height) as far as the edges allow | the centre |
| \`offset:<x>x<y>\` | moved inwards from a side that is named, else right and down; \`-\` moves it the other way | |
| \`size:<n>\`, \`size:<p>%\` | height of the em in pixels, or in percent of the picture's height | 5% |
| \`box:<width>x<height>\` | what the words have to fit into, at most the picture | the picture, less the offset |
| \`font:<name>\` | one of the fonts that the server was given | its own, Noto Sans |
| \`weight:<n>\` | 100 (thin) to 900 (black) in hundreds; 700 is bold | 400 |
| \`color:<rrggbb[aa]>\` | of the letters | ffffff |
| \`background:<rrggbb[aa]>\` | of a box around them, with a margin of a quarter of the em | none |

Lines are broken between words where they would be wider than the box. Where the words do not fit, the size is reduced by whole
pixels until they do, so that nothing is cut off. Lines begin at the same edge in the gravities of the left side, end at the same
one in those of the right, and are centred in the others; scripts that run from right to left do, and mirror that. What lies at the
place is the box around the ink of the letters, with the margin.

The server's own font has Latin, Greek, Cyrillic, Devanagari, Arabic and Hebrew letters, in all weights. Letters that no font has
are shown as boxes with their numbers. Box, offsets and \`size\` are whole pixels or percent: \`box:80%x120\`.

\`dpr\` multiplies offset, size and box where they are in pixels.
`.trim(),
  examples: [
    { recipe: 'text/text:Hello', meaning: 'in the middle, white, a twentieth of the height' },
    {
      recipe: 'text/s,offset:0x24,size:32,weight:700,color:ffcc00,text:Hello, world',
      meaning: 'bold and yellow at the lower edge',
    },
    {
      recipe: 'text/sw,size:8%25,box:60%25x40%25,background:00000080,text:A long line is broken',
      meaning: 'in a half transparent box, at most 60 % wide',
    },
    { recipe: 'text/ne,size:10%25,text:%D8%B3%D9%84%D8%A7%D9%85', meaning: 'Arabic' },
  ],
  parse: (argument) => {
    const values = readText(argument);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestText(argument));
    return values;
  },
  print: printText,
  size: (_values, { width, height }) => ({ width, height }),
  font: ({ font }) => font,
  scale: ({ placement, box, size, ...values }, dpr) => ({
    ...values,
    placement: scalePlacement(placement, dpr),
    box: box && scalePair(box, dpr),
    size: size.unit === 'px' ? { unit: 'px', value: scaledLength(size.value, dpr) } : size,
  }),
  apply: async (canvas, values) => {
    const { width, height } = canvas;
    const words = await setWords(canvas, values);
    const layer =
      values.background === undefined ? words : layOver(filled(words, values.background), words, FLUSH);
    const position = layerPosition(values.placement, layer, { width, height });
    canvas.replace(layOver(await canvas.pixels(), layer, { ...position, opacity: 1 }));
  },
});

const FLUSH = { left: 0, top: 0, opacity: 1 };

function setWords(canvas: Canvas, values: Text): Promise<Pixels> {
  const { font, weight, color, placement, size, background } = values;
  const { x } = pointOf(placement.where);
  return canvas.typeset({
    text: values.text,
    font,
    weight,
    color,
    sizePx: Math.max(1, wholePx(size, canvas.height)),
    marginEm: background === undefined ? 0 : MARGIN_EM,
    box: boxOf(values, canvas),
    align: x === 0 ? 'left' : x === 1 ? 'right' : 'centre',
  });
}

function boxOf({ box, placement }: Text, { width, height }: Size): Size {
  const { where, offset } = placement;
  const { x, y } = pointOf(where);
  return {
    width: box ? within(wholePx(box.x, width), width) : roomLeft(x, wholePx(offset.x, width), width),
    height: box ? within(wholePx(box.y, height), height) : roomLeft(y, wholePx(offset.y, height), height),
  };
}

/** From a side the offset is lost once, from the middle on both sides. */
function roomLeft(fraction: number, offset: number, sidePx: number): number {
  return within(sidePx - Math.abs(offset) * (fraction === 0 || fraction === 1 ? 1 : 2), sidePx);
}

function within(lengthPx: number, sidePx: number): number {
  return Math.min(sidePx, Math.max(1, lengthPx));
}

function filled({ width, height }: Size, { r, g, b, alpha }: Color): Pixels {
  const pixel = [r, g, b, Math.round(alpha * 255)];
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < data.length; at += 4) data.set(pixel, at);
  return { data, width, height, channels: 4 };
}

function readText(argument: string): Text | undefined {
  const at = argument.startsWith(MARK) ? 0 : argument.indexOf(`,${MARK}`) + 1;
  if (!argument.startsWith(MARK, at)) return undefined;
  const words = argument.slice(at + MARK.length).normalize('NFC');
  const options = readLayerOptions(at === 0 ? [] : argument.slice(0, at - 1).split(','), NAMES);
  if (options === undefined || !isWords(words)) return undefined;
  const { placement, named } = options;
  const box = named.get('box');
  const font = named.get('font');
  const background = named.get('background');
  const weight = named.get('weight') ?? DEFAULT_WEIGHT;
  const read = {
    size: readLength(named.get('size') ?? DEFAULT_SIZE),
    color: readColor(named.get('color') ?? DEFAULT_COLOR),
    box: box === undefined ? undefined : readBox(box),
    background: background === undefined ? undefined : readColor(background),
  };
  if (read.size === undefined || read.size.value <= 0 || read.color === undefined) return undefined;
  if (
    (box !== undefined && read.box === undefined) ||
    (background !== undefined && read.background === undefined)
  )
    return undefined;
  if (!WEIGHT.test(weight) || (font !== undefined && !FONT.test(font))) return undefined;
  return {
    ...read,
    size: read.size,
    color: read.color,
    text: words,
    placement,
    font,
    weight: Number(weight),
  };
}

const MARK = 'text:';
const WEIGHT = /^[1-9]00$/;
const FONT = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

function isWords(words: string): boolean {
  // By code units first: what is far too long need not be counted.
  if (words.length > 2 * MAX_CHARACTERS || [...words].length > MAX_CHARACTERS) return false;
  return !/^\s*$/.test(words) && !UNPRINTABLE.test(words);
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

function readBox(written: string): Pair | undefined {
  const box = readPair(written);
  return box !== undefined && box.x.value > 0 && box.y.value > 0 ? box : undefined;
}

function printText(values: Text): string {
  const { placement, box, size, font, weight, color, background } = values;
  const options = [
    ...printPlacement(placement),
    ...option('size', printLength(size), DEFAULT_SIZE),
    ...option('box', box && printPair(box)),
    ...option('font', font),
    ...option('weight', String(weight), DEFAULT_WEIGHT),
    ...option('color', printColor(color), DEFAULT_COLOR),
    ...option('background', background && printColor(background)),
  ];
  return [...options, `${MARK}${values.text}`].join(',');
}

function option(name: string, value: string | undefined, fallback?: string): string[] {
  return value === undefined || value === fallback ? [] : [`${name}:${value}`];
}

/** Words without the mark before them, as in `Hello` or `se,size:20:Hello`. */
function nearestText(argument: string): string | undefined {
  if (argument.includes(MARK) || argument.length > LONGEST_RESPELLED) return undefined;
  const colon = argument.lastIndexOf(':');
  const [options, words] = [argument.slice(0, Math.max(0, colon)), argument.slice(colon + 1)];
  const values = readText(`${options},${MARK}${words}`) ?? readText(`${MARK}${argument}`);
  return values && printText(values);
}

const LONGEST_RESPELLED = 200;
