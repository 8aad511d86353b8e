import type { Pixels } from '../operations/operation.ts';
import { SIGMA } from './blur.ts';
import { defineFilter } from './filter.ts';
import { BLURRED_SCALE, blurRows } from './pixels/gaussian-blur.ts';
import { colorChannels, hasAlpha, toLevel } from './pixels/levels.ts';
import { type OneNumber, oneNumber, scaleLength } from './values/one-number.ts';

export const sharpen = defineFilter<OneNumber>({
  name: 'sharpen',
  summary: 'Sharpens with an unsharp mask.',
  ...oneNumber({ ...SIGMA, meaning: 'sigma in px', fallback: 1 }),
  details: `
\`c' = c + (c - b)\`, where b is the colour, not rounded, that \`blur\` of that sigma gives there (1 where none is given). Alpha is kept, and
what is transparent has no part in b, so that no rim appears around a cut-out. A large sigma raises local contrast.
`.trim(),
  examples: [
    { recipe: 'filter/sharpen', meaning: 'fine detail, after reducing' },
    { recipe: 'filter/sharpen:3', meaning: 'coarser detail too' },
  ],
  scale: scaleLength(SIGMA),
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    sharpenInPlace(pixels, value);
    canvas.replace(pixels);
  },
});

function sharpenInPlace(pixels: Pixels, sigmaPx: number): void {
  const { data, width, channels } = pixels;
  const isTranslucent = hasAlpha(pixels);
  const colors = colorChannels(pixels);
  blurRows(pixels, sigmaPx, (row, y) => {
    const to = y * width * channels;
    for (let pixel = 0; pixel < row.length; pixel += channels) {
      const alpha = isTranslucent ? (row[pixel + channels - 1] ?? 0) : BLURRED_SCALE * 255;
      if (alpha === 0) continue;
      for (let at = pixel; at < pixel + colors; at += 1) {
        const blurred = ((row[at] ?? 0) * BLURRED_SCALE) / alpha;
        data[to + at] = toLevel(2 * (data[to + at] ?? 0) - blurred);
      }
    }
  });
}
