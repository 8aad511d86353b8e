import { ArgumentError } from '../errors.ts';
import { defineSetting } from './setting.ts';

const MAX_PAGE = 100_000;
const ARGUMENT = `1 to ${MAX_PAGE}, a whole number`;

export const page = defineSetting<number>({
  name: 'page',
  summary: 'One frame of an animation, or one page, as a still picture.',
  argument: ARGUMENT,
  details:
    'Counted from 1. Without it, all frames are kept where the format of the result has animations, else it is the first. One that the picture does not have is an error.',
  examples: [
    { recipe: 'page/1', meaning: 'the first frame, not animated' },
    { recipe: 'page/3/resize/200x', meaning: 'the third frame, 200 wide' },
  ],
  parse: (argument) => {
    const value = PAGE.test(argument) ? Number(argument) : 0;
    if (value < 1 || value > MAX_PAGE) throw new ArgumentError(ARGUMENT, nearestPage(argument));
    return value;
  },
  print: (value) => String(value),
});

const PAGE = /^\d{1,16}$/;

/** `0` probably meant the first. */
function nearestPage(argument: string): string | undefined {
  const value = Number.parseInt(argument, 10);
  return Number.isNaN(value) ? undefined : String(Math.min(MAX_PAGE, Math.max(1, value)));
}
