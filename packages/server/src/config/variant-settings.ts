import { aboutSettings } from './about-settings.ts';
import { choice, decimal, existingFolder, toggle, wholeNumber } from './setting-kinds.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The settings that say what variants are where their recipe leaves it open. */
export const variantSettings = {
  defaultFormat: choice(['original', 'auto', 'jpeg', 'png', 'webp', 'avif'])
    .prefault('original')
    .register(aboutSettings, {
      group: 'Variants',
      description:
        'Format of a variant whose recipe names none: that of the original (or the nearest that browsers show), the best that the client takes, or a format, where it can hold the picture.',
    }),
  enlarge: toggle().prefault('on').register(aboutSettings, {
    group: 'Variants',
    description:
      'Whether steps may enlarge a picture; `off` is `enlarge/off` in every recipe that does not say.',
  }),
  progressive: toggle().prefault('off').register(aboutSettings, {
    group: 'Variants',
    description:
      'Whether JPEGs are progressive, PNGs and GIFs interlaced, where the recipe does not say: coarse at once and finer while they load, for more work.',
  }),
  qualityAutoSimilarity: decimal({ min: 0.5, max: 0.999 }).prefault('0.98').register(aboutSettings, {
    group: 'Variants',
    description:
      'Mean structural similarity of the luma (SSIM) that `quality/auto` reaches with as few bytes as it can.',
  }),
  avifBudgetMs: wholeNumber({ min: 0, max: DAY_MS, unit: 'milliseconds' })
    .prefault('2000')
    .register(aboutSettings, {
      group: 'Variants',
      description:
        'How long a picture may take to become AVIF where nobody named that format; then it becomes WebP, and the next time at once. 0 for no AVIF then.',
    }),
  svg: toggle().prefault('off').register(aboutSettings, {
    group: 'Limits',
    description:
      'Whether SVG is taken: drawn in a render process, at its own size in pixels or as large as the first resize wants it, without scripts and without anything outside the file. A drawing can be made to take long; it ends at the deadline.',
  }),
  textFontsDir: existingFolder().optional().register(aboutSettings, {
    group: 'Variants',
    description:
      'Folder of more fonts for `text` (TTF, OTF, TTC), which also help out with letters that others lack, such as Chinese ones. A file is a font, a folder one font in several weights; `font:<name>` is the name of either, in lower case, with `-` for all but letters and digits.',
  }),
  clientHints: toggle().prefault('off').register(aboutSettings, {
    group: 'Variants',
    description:
      'Whether the headers `Save-Data`, `Sec-CH-DPR` and `Sec-CH-Width` (and `DPR`, `Width`) decide where the recipe says nothing. Every answer that they may change varies by them.',
  }),
};
