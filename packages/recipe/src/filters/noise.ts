import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorChannels } from './pixels/levels.ts';
import { type OneNumber, oneNumber } from './values/one-number.ts';

export const noise = defineFilter<OneNumber>({
  name: 'noise',
  summary: 'Adds grain, the same each time.',
  ...oneNumber({ min: 0, max: 100, step: 0.01, meaning: 'percent' }),
  details: `
\`x' = x + 127.5 p/100 (2h/2³² - 1)\`, the same for all channels of a pixel. h is a hash of the place, in 32 bits: of
\`h = x + 16384y\`, then \`h ^= h >> 16\`, \`h *= 0x7feb352d\`, \`h ^= h >> 15\`, \`h *= 0x846ca68b\`, \`h ^= h >> 16\`. So the grain is
the same in every render and in every frame.
`.trim(),
  examples: [{ recipe: 'filter/noise:15', meaning: 'the grain of film' }],
  apply: async (canvas, { value }) => {
    const pixels = await canvas.pixels();
    addGrain(pixels, (127.5 * value) / 100);
    canvas.replace(pixels);
  },
});

function addGrain(pixels: Pixels, amplitude: number): void {
  const { data, width, height, channels } = pixels;
  const colors = colorChannels(pixels);
  // Storing into this view cuts to 0-255.
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const hash = hashPlace(pixel % width, Math.floor(pixel / width));
    const grain = amplitude * (hash / 2 ** 31 - 1);
    for (let at = pixel * channels; at < pixel * channels + colors; at += 1) {
      clamped[at] = Math.floor((clamped[at] ?? 0) + grain + 0.5);
    }
  }
}

/** An even 32-bit hash (C. Wellons, "lowbias32"). No picture has a side of more than 16,384, so no place repeats. */
function hashPlace(x: number, y: number): number {
  let hash = x + 16_384 * y;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
