import { defineFilter } from './filter.ts';
import { changeLevels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const brightness = defineFilter<OneNumber>({
  name: 'brightness',
  summary: 'Makes the picture darker or brighter.',
  ...oneNumber({ min: -100, max: 100, step: 0.01, meaning: 'percent' }),
  details: `\`x' = x (1 + p/100)\`, as CSS's \`brightness(<100 + p>%)\`: -100 is black, 100 twice as bright.`,
  examples: [
    { recipe: 'filter/brightness:25', meaning: 'a quarter brighter' },
    { recipe: 'filter/brightness:-40', meaning: 'darker' },
  ],
  apply: (canvas, { value }) => changeLevels(canvas, (level) => level * (1 + value / 100)),
});
