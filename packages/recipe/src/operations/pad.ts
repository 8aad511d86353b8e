import { ArgumentError } from '../errors.ts';
import { withNewArea } from '../new-area.ts';
import { INTEGER_PATTERN, MAX_NUMBER, scaledOffset } from '../numbers.ts';
import { defineOperation } from './operation.ts';

/** Whole pixels, 0 or more. */
interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

const ARGUMENT = '<pixels> or <top>,<right>,<bottom>,<left>, whole numbers';

export const pad = defineOperation<Padding>({
  name: 'pad',
  summary: 'Adds a margin around the picture.',
  argument: ARGUMENT,
  details: `
Whole pixels, 0 or more: one number for all sides, or four in the order of CSS. The picture keeps its size, so
width + left + right by height + top + bottom come out. The margin has the \`background\`, if that step came before, else it
is transparent (black in formats without alpha). \`dpr\` multiplies each margin.
`.trim(),
  examples: [
    { recipe: 'pad/20', meaning: '20 pixels on each side' },
    { recipe: 'background/ffffff/pad/10,20,60,20', meaning: 'a white frame, wide at the lower edge' },
  ],
  parse: (argument) => {
    const padding = readPadding(argument);
    if (padding === undefined) throw new ArgumentError(ARGUMENT, nearestPadding(argument));
    return padding;
  },
  print: printPadding,
  size: ({ top, right, bottom, left }, { width, height }) => ({
    width: width + left + right,
    height: height + top + bottom,
  }),
  transparency: (padding, known) => (printPadding(padding) === '0' ? known : withNewArea(known)),
  scale: ({ top, right, bottom, left }, dpr) => ({
    top: scaledOffset(top, dpr),
    right: scaledOffset(right, dpr),
    bottom: scaledOffset(bottom, dpr),
    left: scaledOffset(left, dpr),
  }),
  apply: async (canvas, padding) => {
    if (printPadding(padding) !== '0') await canvas.extend(padding);
  },
});

function readPadding(argument: string): Padding | undefined {
  const match = PADDING.exec(argument);
  if (match === null) return undefined;
  const [, first = '', second = first, third = first, fourth = first] = match;
  const [top, right, bottom, left] = [Number(first), Number(second), Number(third), Number(fourth)];
  return Math.max(top, right, bottom, left) < MAX_NUMBER ? { top, right, bottom, left } : undefined;
}

const PADDING = new RegExp(
  `^(${INTEGER_PATTERN})(?:,(${INTEGER_PATTERN}),(${INTEGER_PATTERN}),(${INTEGER_PATTERN}))?$`,
);

/** `10px` probably meant `10`, and the two and three numbers of CSS mean four. */
function nearestPadding(argument: string): string | undefined {
  if (argument.length > LONGEST_RESPELLED) return undefined;
  const [top = '', right = top, bottom = top, left = right] = argument
    .toLowerCase()
    .replace(/px/g, '')
    .split(/[\s,;]+/);
  const padding = readPadding([top, right, bottom, left].join(','));
  return padding && printPadding(padding);
}

const LONGEST_RESPELLED = 64;

function printPadding({ top, right, bottom, left }: Padding): string {
  return right === top && bottom === top && left === top ? String(top) : `${top},${right},${bottom},${left}`;
}
