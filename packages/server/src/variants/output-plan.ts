import type { OutputFormat, OutputSettings } from '@images-server/recipe';
import type { OutputLimits, OutputPlan, PictureFacts } from '../render/protocol.ts';

/** Qualities that look alike to the eye on photographs, each on its encoder's own scale. */
export const DEFAULT_QUALITY: Readonly<Record<OutputFormat, number>> = {
  jpeg: 80,
  webp: 80,
  avif: 52,
  tiff: 90,
  // Lossless: quality says how many colours a palette may have, so all of them.
  png: 100,
  gif: 100,
};

const LIMITS: OutputLimits = { maxSidePx: 16_384, maxPixels: 40_000_000, maxResultPixels: 40_000_000 };

/** What a variant may be, by format. */
export const OUTPUT_LIMITS: Readonly<Record<OutputFormat, OutputLimits>> = {
  jpeg: LIMITS,
  png: LIMITS,
  webp: LIMITS,
  gif: LIMITS,
  tiff: LIMITS,
  // About 3 s for each megapixel of noise: more would miss the deadline.
  avif: { ...LIMITS, maxResultPixels: 2_000_000 },
};

/** Settles what the recipe leaves open: the original's own format, or the nearest that browsers show. */
export function planOutput({ format, quality }: OutputSettings, facts: PictureFacts): OutputPlan {
  const settled = format === undefined || format === 'auto' ? nativeFormat(facts) : format;
  return {
    format: settled,
    quality: quality === undefined || quality === 'auto' ? DEFAULT_QUALITY[settled] : quality,
  };
}

function nativeFormat(facts: PictureFacts): OutputFormat {
  if (facts.format !== 'tiff') return facts.format;
  return facts.hasAlpha ? 'png' : 'jpeg';
}
