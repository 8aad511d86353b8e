import { defineFilter } from './filter.ts';
import { changeLevels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const gamma = defineFilter<OneNumber>({
  name: 'gamma',
  summary: 'Makes the middle levels brighter or darker; black and white stay.',
  ...oneNumber({ min: 0.1, max: 10, step: 0.01, meaning: 'gamma' }),
  details: `\`x' = 255 (x/255)^(1/γ)\`: above 1 it brightens, below 1 it darkens.`,
  examples: [
    { recipe: 'filter/gamma:1.6', meaning: 'brighter shadows' },
    { recipe: 'filter/gamma:0.7', meaning: 'darker in the middle' },
  ],
  apply: (canvas, { value }) => changeLevels(canvas, (level) => 255 * (level / 255) ** (1 / value)),
});
