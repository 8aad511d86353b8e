import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { defineSetting } from './setting.ts';

/** The formats that a variant can have. */
export const OUTPUT_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const FORMATS = [...OUTPUT_FORMATS, 'auto'] as const;
const ARGUMENT = FORMATS.join('|');

export const format = defineSetting<OutputFormat | 'auto'>({
  name: 'format',
  summary: 'The format of the result.',
  argument: ARGUMENT,
  details:
    'Without it, what the server’s configuration says: by default the format of the original, or the nearest that browsers show. `auto` is the best format that the client names in its `Accept` header and that can hold the picture: AVIF (up to 2 megapixels, and where it is made in time), WebP, or the original’s own; an animation becomes WebP or GIF, and transparency is kept. WebP’s encoder joins neighbouring frames that are equal into one that is shown for as long.',
  examples: [
    { recipe: 'format/webp', meaning: 'as WebP' },
    { recipe: 'resize/800x/format/auto', meaning: '800 wide, in the best format that the client takes' },
  ],
  parse: (argument) => {
    const found = FORMATS.find((name) => name === argument);
    if (found !== undefined) return found;
    throw new ArgumentError(ARGUMENT, nearestName(argument, FORMATS));
  },
  print: (value) => value,
});
