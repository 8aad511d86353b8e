import { printColor } from '../color-text.ts';
import { ArgumentError } from '../errors.ts';
import type { Color } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorByLuma, lumaOf } from './pixels/luma.ts';
import { nearestOpaqueColor, readOpaqueColor } from './values/opaque-color.ts';

const ARGUMENT = ':<rrggbb>';

export const tint = defineFilter<{ readonly color: Color }>({
  name: 'tint',
  summary: 'Colours the shades of grey; black and white stay.',
  argument: ARGUMENT,
  details: `
\`x' = L + w (t - l)\` for each channel, where t is that channel of the colour given, l its luma (not rounded), and
\`w = 1 - 4 (L/255 - 1/2)²\`: all of the colour in the middle, nothing of it in black and white.
`.trim(),
  examples: [{ recipe: 'filter/tint:2060c0', meaning: 'shades of blue' }],
  parse: (text = '') => {
    const color = readOpaqueColor(text);
    if (color === undefined) throw new ArgumentError(ARGUMENT, nearestOpaqueColor(text));
    return { color };
  },
  print: ({ color }) => printColor(color),
  apply: async (canvas, { color }) => {
    const ownLuma = lumaOf(color);
    const tinted = colorByLuma(await canvas.pixels(), (luma) => {
      const weight = 1 - 4 * (luma / 255 - 0.5) ** 2;
      const channel = (level: number) => luma + weight * (level - ownLuma);
      return { r: channel(color.r), g: channel(color.g), b: channel(color.b) };
    });
    canvas.replace(tinted);
  },
});
