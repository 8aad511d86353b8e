import type { Pixels } from '../operations/operation.ts';
import { defineFilter } from './filter.ts';
import { applyTable, levelTable } from './pixels/levels.ts';
import { lumaPlane } from './pixels/luma.ts';
import { lumaHistogram } from './pixels/luma-histogram.ts';
import { NO_VALUES } from './values/no-values.ts';

export const normalize = defineFilter({
  name: 'normalize',
  summary: 'Stretches the contrast to the whole range from black to white.',
  ...NO_VALUES,
  details: `
\`x' = 255 (x - lo) / (hi - lo)\` for all channels alike, where lo is the lowest L that at least 1 % of the pixels do not
exceed, and hi the highest L that at least 1 % of them reach. Fully transparent pixels are not counted. Where lo and hi are
the same, nothing is changed. Of an animation every frame is stretched for itself.
`.trim(),
  examples: [{ recipe: 'filter/normalize', meaning: 'full contrast' }],
  apply: async (canvas) => {
    const pixels = await canvas.pixels();
    const { low, high } = usedLevels(pixels);
    if (low < high)
      applyTable(
        pixels,
        levelTable((level) => (255 * (level - low)) / (high - low)),
      );
    canvas.replace(pixels);
  },
});

/** At least this part of the pixels lies at or beyond either end. */
const END_RATIO = 0.01;

function usedLevels(pixels: Pixels): { readonly low: number; readonly high: number } {
  const histogram = lumaHistogram(pixels, lumaPlane(pixels), {
    left: 0,
    top: 0,
    width: pixels.width,
    height: pixels.height,
  });
  const count = histogram.reduce((sum, pixelsOfLevel) => sum + pixelsOfLevel, 0);
  const cumulated = (levels: Iterable<number>) => {
    let sum = 0;
    for (const level of levels) {
      sum += histogram[level] ?? 0;
      if (sum > 0 && sum >= count * END_RATIO) return level;
    }
    return 0;
  };
  return { low: cumulated(histogram.keys()), high: cumulated([...histogram.keys()].reverse()) };
}
