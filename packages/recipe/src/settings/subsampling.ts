import { ArgumentError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { defineSetting } from './setting.ts';

const CHOICES = ['420', '444', 'auto'] as const;
const ARGUMENT = CHOICES.join('|');

export const subsampling = defineSetting<(typeof CHOICES)[number]>({
  name: 'subsampling',
  summary: 'At which resolution JPEG and AVIF keep the colours.',
  argument: ARGUMENT,
  details:
    '`420` keeps them at half the width and height, which photographs hardly show; `444` keeps them whole, which red text and fine coloured lines need. `auto` goes by the picture: `444` where the colours vary strongly within 2 x 2 pixels in more than one place of 500, else `420`. Other formats ignore it. Without it, `420`; with `quality/auto`, `auto`.',
  examples: [
    { recipe: 'format/jpeg/quality/90/subsampling/444', meaning: 'a JPEG with sharp colours' },
    { recipe: 'resize/800x/subsampling/auto', meaning: 'by what the picture shows' },
  ],
  parse: (argument) => {
    const found = CHOICES.find((name) => name === argument);
    if (found !== undefined) return found;
    throw new ArgumentError(ARGUMENT, nearestName(argument.replace(/:/g, ''), CHOICES));
  },
  print: (value) => value,
});
