import { defineFilter } from './filter.ts';
import { greyPicture, lumaPlane } from './pixels/luma.ts';
import { NO_VALUES } from './values/no-values.ts';

export const grayscale = defineFilter({
  name: 'grayscale',
  summary: 'Takes the colour away.',
  ...NO_VALUES,
  details: `\`r' = g' = b' = L\`, as CSS's \`grayscale(1)\`.`,
  examples: [{ recipe: 'filter/grayscale', meaning: 'shades of grey' }],
  apply: async (canvas) => {
    const pixels = await canvas.pixels();
    canvas.replace(greyPicture(lumaPlane(pixels), pixels));
  },
});
