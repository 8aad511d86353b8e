import { roundHalfUp } from '../numbers.ts';
import { defineFilter } from './filter.ts';
import { changeLevels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const posterize = defineFilter<OneNumber>({
  name: 'posterize',
  summary: 'Leaves few levels of each channel, as a poster has few inks.',
  ...oneNumber({ min: 2, max: 64, step: 1, meaning: 'levels' }),
  details: `\`x' = 255 round(x (n - 1) / 255) / (n - 1)\`: n even levels from 0 to 255.`,
  examples: [{ recipe: 'filter/posterize:4', meaning: 'four levels of red, green and blue' }],
  apply: (canvas, { value }) => {
    const steps = value - 1;
    return changeLevels(canvas, (level) => (255 * roundHalfUp((level * steps) / 255)) / steps);
  },
});
