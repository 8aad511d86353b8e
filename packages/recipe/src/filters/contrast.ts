import { defineFilter } from './filter.ts';
import { changeLevels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const contrast = defineFilter<OneNumber>({
  name: 'contrast',
  summary: 'Moves the levels away from the middle or towards it.',
  ...oneNumber({ min: -100, max: 100, step: 0.01, meaning: 'percent' }),
  details: `
\`x' = 127.5 + (x - 127.5)(1 + p/100)\`, as CSS's \`contrast(<100 + p>%)\`: -100 is an even grey, 100 twice the contrast.
`.trim(),
  examples: [
    { recipe: 'filter/contrast:30', meaning: 'more contrast' },
    { recipe: 'filter/contrast:-50', meaning: 'half the contrast' },
  ],
  apply: (canvas, { value }) => changeLevels(canvas, (level) => 127.5 + (level - 127.5) * (1 + value / 100)),
});
