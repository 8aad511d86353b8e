import { defineFilter } from './filter.ts';
import { changeLevels } from './pixels/levels.ts';
import { NO_VALUES } from './values/no-values.ts';

export const negate = defineFilter({
  name: 'negate',
  summary: 'Turns every colour into its opposite.',
  ...NO_VALUES,
  details: `\`x' = 255 - x\`, as CSS's \`invert(1)\`.`,
  examples: [{ recipe: 'filter/negate', meaning: 'a negative' }],
  apply: (canvas) => changeLevels(canvas, (level) => 255 - level),
});
