import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorChannels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const vignette = defineFilter<OneNumber>({
  name: 'vignette',
  summary: 'Darkens the picture towards its corners.',
  ...oneNumber({ min: 0, max: 100, step: 0.01, meaning: 'percent', fallback: 50 }),
  details: `
\`x' = x (1 - p/100 d⁴)\`, where d is the distance of the pixel's centre from that of the picture, 0 there and 1 in the corners:
\`d² = (u² + v²) / 2\` with \`u = (2x + 1)/W - 1\` and \`v = (2y + 1)/H - 1\`. Without a number it is 50.
`.trim(),
  examples: [
    { recipe: 'filter/vignette', meaning: 'half as bright in the corners' },
    { recipe: 'filter/vignette:90', meaning: 'almost black there' },
  ],
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    darkenCorners(pixels, value / 100);
    canvas.replace(pixels);
  },
});

function darkenCorners(pixels: Pixels, strength: number): void {
  const { data, width, height, channels } = pixels;
  const colors = colorChannels(pixels);
  const squares = (sidePx: number) =>
    Float64Array.from({ length: sidePx }, (_, at) => ((2 * at + 1) / sidePx - 1) ** 2);
  const across = squares(width);
  for (const [y, vertical] of squares(height).entries()) {
    for (let x = 0; x < width; x += 1) {
      const distanceSquared = ((across[x] ?? 0) + vertical) / 2;
      const kept = 1 - strength * distanceSquared * distanceSquared;
      const pixel = (y * width + x) * channels;
      // Never above 255, as nothing gets brighter.
      for (let at = pixel; at < pixel + colors; at += 1) data[at] = (data[at] ?? 0) * kept + 0.5;
    }
  }
}
