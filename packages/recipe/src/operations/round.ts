import { ArgumentError } from '../errors.ts';
import { INTEGER_PATTERN, MAX_NUMBER, NUMBER_PATTERN, printNumber, scaledLength } from '../numbers.ts';
import { placeBox } from '../place-box.ts';
import { roundCorners } from '../round-corners.ts';
import { CENTRE } from '../where.ts';
import { defineOperation, type Size } from './operation.ts';

/** `pixels`: whole, at least 1. `percent`: of the shorter side, above 0 and at most 50. */
type Round =
  | { readonly kind: 'pixels'; readonly radius: number }
  | { readonly kind: 'percent'; readonly radius: number }
  | { readonly kind: 'circle' };

const ARGUMENT = '<radius in pixels>, <radius>% (at most 50) or circle';

export const round = defineOperation<Round>({
  name: 'round',
  summary: 'Rounds the corners off; they become transparent.',
  argument: ARGUMENT,
  details: `
The radius is a whole number of pixels, at least 1, or a percentage of the shorter side, above 0 and at most 50. It is at
most half the shorter side, where the ends are half circles.

\`circle\` first cuts the largest square from the centre (\`crop/1:1\`) and makes a circle of it; for a circle around another part
of the picture, cut the square there: \`crop/smart1:1/round/circle\`.

The edge is antialiased: alpha is multiplied by min(1, max(0, r - d + 0.5)), d being the distance of the pixel's centre from
that of the corner's circle of radius r. The corners are transparent also after \`background\`; for coloured ones that step
comes later: \`round/20/background/ffffff\`. In formats without alpha they have the recipe's last background, else are black.
\`dpr\` multiplies a radius in pixels.
`.trim(),
  examples: [
    { recipe: 'round/20', meaning: 'corners of 20 pixels' },
    { recipe: 'round/50%25', meaning: 'half circles at the ends' },
    { recipe: 'cover/smart200x200/round/circle', meaning: 'a round portrait' },
    { recipe: 'round/20/background/ffffff', meaning: 'white corners' },
  ],
  parse: (argument) => {
    const values = readRound(argument);
    if (values === undefined) throw new ArgumentError(ARGUMENT, nearestRound(argument));
    return values;
  },
  print: printRound,
  size: roundedSize,
  transparency: (_values, { background }) => ({ hasAlpha: true, background }),
  scale: (values, dpr) =>
    values.kind === 'pixels' ? { kind: 'pixels', radius: scaledLength(values.radius, dpr) } : values,
  apply: async (canvas, values) => {
    const size = roundedSize(values, canvas);
    await canvas.extract(await placeBox(canvas, CENTRE, size));
    canvas.replace(roundCorners(await canvas.pixels(), radiusPx(values, size)));
  },
});

function roundedSize({ kind }: Round, { width, height }: Size): Size {
  const shorter = Math.min(width, height);
  return kind === 'circle' ? { width: shorter, height: shorter } : { width, height };
}

function radiusPx(values: Round, { width, height }: Size): number {
  const shorter = Math.min(width, height);
  switch (values.kind) {
    case 'pixels':
      return Math.min(values.radius, shorter / 2);
    case 'percent':
      return (values.radius / 100) * shorter;
    case 'circle':
      return shorter / 2;
  }
}

function readRound(argument: string): Round | undefined {
  if (argument === 'circle') return { kind: 'circle' };
  const [, pixels, percent] = RADIUS.exec(argument) ?? [];
  const radius = Number(pixels ?? percent ?? 0);
  if (radius === 0 || radius >= MAX_NUMBER || (percent !== undefined && radius > 50)) return undefined;
  return { kind: percent === undefined ? 'pixels' : 'percent', radius };
}

const RADIUS = new RegExp(`^(?:(${INTEGER_PATTERN})|(${NUMBER_PATTERN})%)$`);

/** `20px` probably meant 20, `max` and `100%` the roundest there is, `Circle` a circle. */
function nearestRound(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  const respelled = argument.toLowerCase().replace(/\s|px/g, '');
  if (respelled === 'max' || /^\d{2,3}%$/.test(respelled)) return '50%';
  const values = readRound(respelled.replace(/^circ.*/, 'circle').replace(/\.\d*$/, ''));
  return values && printRound(values);
}

const LONGEST_RESPELLED = 64;

function printRound(values: Round): string {
  if (values.kind === 'circle') return 'circle';
  return `${printNumber(values.radius)}${values.kind === 'percent' ? '%' : ''}`;
}
