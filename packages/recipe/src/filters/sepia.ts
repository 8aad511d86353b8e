import { defineFilter } from './filter.ts';
import { applyColorMatrix, type ColorMatrix } from './pixels/color-matrix.ts';
import { withColors } from './pixels/luma.ts';
import { NO_VALUES } from './values/no-values.ts';

const MATRIX: ColorMatrix = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
];

export const sepia = defineFilter({
  name: 'sepia',
  summary: 'Gives the brown of an old photograph.',
  ...NO_VALUES,
  details: `
As CSS's \`sepia(1)\`: \`r' = 0.393r + 0.769g + 0.189b\`, \`g' = 0.349r + 0.686g + 0.168b\`, \`b' = 0.272r + 0.534g + 0.131b\`.
`.trim(),
  examples: [{ recipe: 'filter/sepia', meaning: 'brown shades' }],
  apply: async (canvas) => {
    const pixels = withColors(await canvas.pixels());
    applyColorMatrix(pixels, MATRIX);
    canvas.replace(pixels);
  },
});
