import type { OutputFormat, OutputSettings } from '@images-server/recipe';
import type { OutputLimits, OutputPlan } from '../render/protocol.ts';

/** Qualities that look alike to the eye on photographs, each on its encoder's own scale. */
export const DEFAULT_QUALITY: Readonly<Record<OutputFormat, number>> = {
  jpeg: 80,
  webp: 80,
  avif: 52,
  tiff: 100,
  png: 100,
  gif: 100,
};

/** For clients that wish for few bytes: about two thirds of them. */
const SAVING_QUALITY: Readonly<Record<OutputFormat, number>> = {
  ...DEFAULT_QUALITY,
  jpeg: 60,
  webp: 60,
  avif: 40,
};

/** Formats that lose detail, by quality. */
export const LOSSY_FORMATS: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['jpeg', 'webp', 'avif']);
const LOSSLESS_TOO: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['webp', 'avif']);
const PROGRESSIVE: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['jpeg', 'png', 'gif']);
const SUBSAMPLED: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['jpeg', 'avif']);

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

/** True where the client's wish for few bytes changes the output: quality counts, and the recipe does not name it. */
export function isSaveable({ quality, lossless }: OutputSettings, format: OutputFormat): boolean {
  return quality === undefined && LOSSY_FORMATS.has(format) && !(lossless && LOSSLESS_TOO.has(format));
}

/** Settles the output settings for a format; what has no effect on it is left out, so that equal meaning is equal. */
export function planOutput(
  settings: OutputSettings,
  settled: { format: OutputFormat; savesData: boolean; progressive: boolean; similarity: number },
): OutputPlan {
  const { format } = settled;
  const isExact = settings.lossless === true && LOSSLESS_TOO.has(format);
  const isLossy = LOSSY_FORMATS.has(format) && !isExact;
  const isSearched = settings.quality === 'auto' && isLossy;
  const isProgressive = PROGRESSIVE.has(format) && (settings.progressive ?? settled.progressive);
  const subsampling = settings.subsampling ?? (isSearched ? 'auto' : '420');
  return {
    format,
    quality: isLossy ? plannedQuality(settings, settled) : 100,
    ...(isExact ? { lossless: true } : {}),
    ...(isProgressive ? { progressive: true } : {}),
    ...(SUBSAMPLED.has(format) && isLossy && subsampling !== '420' ? { subsampling } : {}),
    ...(isSearched ? { similarity: settled.similarity } : {}),
    ...(settings.maxbytes === undefined ? {} : { maxBytes: settings.maxbytes }),
  };
}

function plannedQuality(
  { quality }: OutputSettings,
  { format, savesData }: { format: OutputFormat; savesData: boolean },
): number {
  if (typeof quality === 'number') return quality;
  return quality === undefined && savesData ? SAVING_QUALITY[format] : DEFAULT_QUALITY[format];
}
