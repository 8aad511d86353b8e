import { printColor } from '../color-text.ts';
import { ArgumentError } from '../errors.ts';
import type { Color } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { colorByLuma } from './pixels/luma.ts';
import { nearestOpaqueColor, readOpaqueColor } from './values/opaque-color.ts';

interface Inks {
  readonly dark: Color;
  readonly light: Color;
}

const ARGUMENT = ':<rrggbb for black>,<rrggbb for white>';

export const duotone = defineFilter<Inks>({
  name: 'duotone',
  summary: 'Maps the shades of grey to those between two colours.',
  argument: ARGUMENT,
  details: `\`x' = d + (w - d) L / 255\` for each channel: d of the colour for black, w of that for white.`,
  examples: [{ recipe: 'filter/duotone:1a2a6c,fdbb2d', meaning: 'from dark blue to gold' }],
  parse: (text = '') => {
    const [first = '', second = '', ...rest] = text.split(',', 3);
    const [dark, light] = [readOpaqueColor(first), readOpaqueColor(second)];
    if (dark !== undefined && light !== undefined && rest.length === 0) return { dark, light };
    throw new ArgumentError(ARGUMENT, nearestInks(first, second));
  },
  print: ({ dark, light }) => `${printColor(dark)},${printColor(light)}`,
  apply: async (canvas, { dark, light }) => {
    const toned = colorByLuma(await canvas.pixels(), (luma) => {
      const between = (from: number, to: number) => from + ((to - from) * luma) / 255;
      return { r: between(dark.r, light.r), g: between(dark.g, light.g), b: between(dark.b, light.b) };
    });
    canvas.replace(toned);
  },
});

/** One colour alone probably meant that for black, with white. */
function nearestInks(first: string, second: string): string | undefined {
  const [dark, light] = [nearestOpaqueColor(first), second === '' ? 'ffffff' : nearestOpaqueColor(second)];
  return dark === undefined || light === undefined ? undefined : `${dark},${light}`;
}
