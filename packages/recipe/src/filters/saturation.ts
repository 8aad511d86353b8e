import { defineFilter } from './filter.ts';
import { changeColors } from './pixels/color-matrix.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const saturation = defineFilter<OneNumber>({
  name: 'saturation',
  summary: 'Makes the colours paler or stronger.',
  ...oneNumber({ min: -100, max: 100, step: 0.01, meaning: 'percent' }),
  details: `
\`x' = l + (x - l)(1 + p/100)\` with l = 0.213r + 0.715g + 0.072b, as CSS's \`saturate(<100 + p>%)\`: -100 takes the colour
away, 100 doubles its distance from grey. Grey stays grey.
`.trim(),
  examples: [
    { recipe: 'filter/saturation:40', meaning: 'stronger colours' },
    { recipe: 'filter/saturation:-50', meaning: 'half of the colour' },
  ],
  apply: (canvas, { value }) => {
    const kept = 1 + value / 100;
    const [r, g, b] = [0.213 * (1 - kept), 0.715 * (1 - kept), 0.072 * (1 - kept)];
    return changeColors(canvas, [
      [r + kept, g, b],
      [r, g + kept, b],
      [r, g, b + kept],
    ]);
  },
});
