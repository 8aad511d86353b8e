import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { BLURRED_SCALE, blurRows, unscaled } from './pixels/gaussian-blur.ts';
import { hasAlpha } from './pixels/levels.ts';
import { type OneNumber, oneNumber, scaleLength } from './values/one-number.ts';

/** The sigmas that can be asked for, in pixels. */
export const SIGMA = { min: 0.3, max: 100, step: 0.01 } as const;

export const blur = defineFilter<OneNumber>({
  name: 'blur',
  summary: 'Blurs like a Gaussian.',
  ...oneNumber({ ...SIGMA, meaning: 'sigma in px' }),
  details: `
Three boxes in a row along both axes, each of them \`2r + 1\` pixels of weight 1 with a pixel of weight \`e\` on either side,
where r = floor((sqrt(1 + 4σ²) - 1) / 2) and e = (2r + 1)(σ² - r(r + 1)) / (2(3(r + 1)² - σ²)): together they have the
standard deviation σ and are within 3 % of the Gaussian, as CSS's \`blur(<σ>px)\` is. The pixels at the edge are repeated
outwards. Colours are weighted with their alpha, and alpha is blurred too.
`.trim(),
  examples: [{ recipe: 'filter/blur:8', meaning: 'a Gaussian blur of 8 pixels' }],
  scale: scaleLength(SIGMA),
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    blurInPlace(pixels, value);
    canvas.replace(pixels);
  },
});

function blurInPlace(pixels: Pixels, sigmaPx: number): void {
  const { data, width, channels } = pixels;
  const isTranslucent = hasAlpha(pixels);
  blurRows(pixels, sigmaPx, (row, y) => {
    const to = y * width * channels;
    for (let pixel = 0; pixel < row.length; pixel += channels) {
      const alphaAt = pixel + channels - 1;
      const alpha = isTranslucent ? (row[alphaAt] ?? 0) : BLURRED_SCALE * 255;
      for (let at = pixel; at <= alphaAt; at += 1) data[to + at] = unscaled(row[at] ?? 0, alpha);
      if (isTranslucent) data[to + alphaAt] = alpha / BLURRED_SCALE + 0.5;
    }
  });
}
