import { defineFilter } from './filter.ts';
import { boxMean, fillBox } from './pixels/box-mean.ts';
import { type OneNumber, oneNumber, scaleLength } from './values/one-number.ts';

/** As long as the longest side that a picture can have. */
const BLOCK = { min: 1, max: 16_384, step: 1 } as const;

export const pixelate = defineFilter<OneNumber>({
  name: 'pixelate',
  summary: 'Turns the picture into coarse blocks.',
  ...oneNumber({ ...BLOCK, meaning: 'block in px' }),
  details: `
Square blocks of that side from the left upper corner; those at the right and at the bottom may be cut off. Each block gets
the mean of its pixels: \`c' = Σ a c / Σ a\` for the colours, \`a' = Σ a / n\` for alpha.
`.trim(),
  examples: [{ recipe: 'filter/pixelate:20', meaning: 'blocks of 20 pixels' }],
  scale: scaleLength(BLOCK),
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    const { width, height } = pixels;
    for (let top = 0; top < height; top += value) {
      for (let left = 0; left < width; left += value) {
        const block = {
          left,
          top,
          width: Math.min(value, width - left),
          height: Math.min(value, height - top),
        };
        fillBox(pixels, block, boxMean(pixels, block));
      }
    }
    canvas.replace(pixels);
  },
});
