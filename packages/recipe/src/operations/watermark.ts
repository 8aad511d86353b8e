import { ArgumentError } from '../errors.ts';
import { layOver } from '../lay-over.ts';
import {
  type LayerOptions,
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
import { nearestName } from '../nearest-name.ts';
import { NUMBER_PATTERN, printNumber, roundHalfUp } from '../numbers.ts';
import { defineOperation, type Size } from './operation.ts';

interface Watermark {
  /** Another stored picture's hash. */
  readonly picture: string;
  readonly placement: Placement;
  /** Percent of the picture's width, above 0 and at most 100; undefined for its own size. */
  readonly scale: number | undefined;
  /** Percent. */
  readonly opacity: number;
  /** Between the copies, where it is repeated; not negative. */
  readonly tile: Pair | undefined;
}

const NAMES = ['scale', 'opacity', 'tile'] as const;
const ARGUMENT = `<hash of a stored picture>[,<option>...], options: ${PLACEMENT_ARGUMENT}, scale:<percent>%, opacity:<0-100>, tile, tile:<x>x<y>`;

export const watermark = defineOperation<Watermark>({
  name: 'watermark',
  summary: 'Lays another stored picture on top.',
  argument: ARGUMENT,
  details: `
The hash that its upload was answered with, 40 hex digits, then options, in any order and each at most once; several
watermarks are several steps.

| option | meaning | without it |
|---|---|---|
| \`nw n ne w c e sw s se\`, or \`<x>,<y>\` | at that side or corner, or centred on that point (fractions 0-1 of width and height) as far as the edges allow | the centre |
| \`offset:<x>x<y>\` | moved inwards from a side that is named, else right and down; \`-\` moves it the other way | |
| \`scale:<p>%\` | as wide as p percent of the picture, above 0 and at most 100; the height follows | its own size |
| \`opacity:<n>\` | percent of its own opacity, 0 to 100 | 100 |
| \`tile\`, \`tile:<x>x<y>\` | repeated all over the picture from where the one would lie, with x and y between the copies | once |

Offsets and gaps are whole pixels, or percent of the picture's width and height: \`offset:20x5%\`. Widths and heights are rounded
half up and are at least 1.

It is laid on upright, in sRGB, by Porter and Duff's *over*: of a pixel c on an opaque b, with a its alpha times the opacity,
b + (c - b)*a comes out. What reaches over the edges is cut off. Of an animation the first frame is taken; every frame of an
animated picture gets it. A hash that there is no picture of is a 404 (\`overlay_not_found\`). With the other picture all variants
that it was laid on are deleted too.

\`dpr\` multiplies offsets and gaps in pixels, but neither percentages nor the picture's own size.
`.trim(),
  examples: [
    { recipe: `watermark/${'0123456789'.repeat(4)}`, meaning: 'another picture in the middle' },
    {
      recipe: `watermark/${'0123456789'.repeat(4)},se,offset:20x20,scale:15%25,opacity:60`,
      meaning: 'small, half transparent, in the right lower corner',
    },
    {
      recipe: `watermark/${'0123456789'.repeat(4)},opacity:20,tile:40x40`,
      meaning: 'all over the picture',
    },
  ],
  parse: (argument) => {
    const values = readWatermark(argument);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestWatermark(argument));
    return values;
  },
  print: printWatermark,
  size: (_values, { width, height }) => ({ width, height }),
  overlays: ({ picture }) => [picture],
  scale: ({ placement, tile, ...values }, dpr) => ({
    ...values,
    placement: scalePlacement(placement, dpr),
    tile: tile && scalePair(tile, dpr),
  }),
  apply: async (canvas, { picture, placement, scale, opacity, tile }) => {
    const { width, height } = canvas;
    const layer = await canvas.overlay(picture, (natural) =>
      scale === undefined ? natural : scaledToWidth(natural, (width * scale) / 100),
    );
    const gap = tile && { width: wholePx(tile.x, width), height: wholePx(tile.y, height) };
    const position = layerPosition(placement, layer, { width, height });
    canvas.replace(layOver(await canvas.pixels(), layer, { ...position, opacity: opacity / 100, gap }));
  },
});

function scaledToWidth(natural: Size, widthPx: number): Size {
  return {
    width: Math.max(1, roundHalfUp(widthPx)),
    height: Math.max(1, roundHalfUp((widthPx * natural.height) / natural.width)),
  };
}

function readWatermark(argument: string): Watermark | undefined {
  const [picture = '', ...parts] = argument.split(',');
  const options = readLayerOptions(parts, new Set(NAMES));
  if (!HASH.test(picture) || options === undefined) return undefined;
  const { placement, named } = options;
  const scale = readScale(named.get('scale'));
  const opacity = readOpacity(named.get('opacity'));
  const tile = readTile(named);
  if (scale === 'bad' || opacity === undefined || tile === 'bad') return undefined;
  return { picture, placement, scale, opacity, tile };
}

const HASH = /^[0-9a-f]{40}$/;

function readScale(text: string | undefined): number | undefined | 'bad' {
  if (text === undefined) return undefined;
  const percent = PERCENT.test(text) ? Number(text.slice(0, -1)) : 0;
  return percent > 0 && percent <= 100 ? percent : 'bad';
}

const PERCENT = new RegExp(`^${NUMBER_PATTERN}%$`);

function readOpacity(text = '100'): number | undefined {
  const percent = NUMBER.test(text) ? Number(text) : Number.NaN;
  return percent <= 100 ? percent : undefined;
}

const NUMBER = new RegExp(`^${NUMBER_PATTERN}$`);

function readTile(named: LayerOptions['named']): Pair | undefined | 'bad' {
  const text = named.get('tile');
  if (text === undefined) return undefined;
  const gap = readPair(text === '' ? '0x0' : text);
  return gap === undefined || gap.x.value < 0 || gap.y.value < 0 ? 'bad' : gap;
}

function printWatermark({ picture, placement, scale, opacity, tile }: Watermark): string {
  const gap = tile && printPair(tile);
  return [
    picture,
    ...printPlacement(placement),
    ...(scale === undefined ? [] : [`scale:${printNumber(scale)}%`]),
    ...(opacity === 100 ? [] : [`opacity:${printNumber(opacity)}`]),
    ...(gap === undefined ? [] : [gap === '0x0' ? 'tile' : `tile:${gap}`]),
  ].join(',');
}

/** `<HASH>, SE, offset=10px x 20px, opacty:50%` probably meant `<hash>,se,offset:10x20,opacity:50`. */
function nearestWatermark(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  const parts = argument
    .toLowerCase()
    .replace(/\s|px/g, '')
    .replace(/=/g, ':')
    .split(',')
    .map((part) => {
      const [name = '', value] = part.split(':', 2);
      const nearest = name.length > 3 ? nearestName(name, [...NAMES, 'offset']) : undefined;
      return nearest === undefined ? part : respelledOption(nearest, value);
    });
  const values = readWatermark(parts.join(','));
  return values && printWatermark(values);
}

const LONGEST_RESPELLED = 200;

function respelledOption(name: string, value: string | undefined): string {
  if (value === undefined) return name;
  if (name === 'scale') return `${name}:${value.replace(/%?$/, '%')}`;
  return `${name}:${name === 'opacity' ? value.replace(/%$/, '') : value}`;
}
