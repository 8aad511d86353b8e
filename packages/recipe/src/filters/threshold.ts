import { defineFilter } from './filter.ts';
import { greyPicture, lumaPlane } from './pixels/luma.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const threshold = defineFilter<OneNumber>({
  name: 'threshold',
  summary: 'Leaves black and white only.',
  ...oneNumber({ min: 0, max: 255, step: 1, meaning: 'level' }),
  details: `White where \`L >= t\`, else black.`,
  examples: [{ recipe: 'filter/threshold:128', meaning: 'black and white, divided at the middle' }],
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    const levels = lumaPlane(pixels).map((luma) => (luma >= value ? 255 : 0));
    canvas.replace(greyPicture(levels, pixels));
  },
});
