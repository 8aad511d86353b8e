import type { OutputFormat } from '@images-server/recipe';

/** How much a client wants each format, 0 (not at all) to 1. */
export type Acceptance = ReadonlyMap<OutputFormat, number>;

/** What `format/auto` looks at besides the client. */
export interface FormatQuestion {
  /** What the picture becomes where the client names nothing better. */
  readonly native: OutputFormat;
  readonly isAnimated: boolean;
  /** True where the result may have transparent pixels. */
  readonly hasAlpha: boolean;
  /** Pixels of the result; undefined where only the render tells. */
  readonly resultPixels: number | undefined;
  /** Most pixels that AVIF's slow encoder may be given. */
  readonly avifMaxPixels: number;
}

/**
 * The format for a client: the one that it wants most of those that can hold the picture; among equals AVIF, then WebP,
 * then the picture's own. Animations stay animated and transparency stays; where the client wants none of them, the
 * picture's own format is the answer all the same.
 */
export function chooseFormat(accepted: Acceptance, question: FormatQuestion): OutputFormat {
  let chosen = fallbackFormat(question);
  let wanted = 0;
  for (const format of candidates(question)) {
    const weight = accepted.get(format) ?? 0;
    if (weight <= wanted) continue;
    chosen = format;
    wanted = weight;
  }
  return chosen;
}

function candidates(question: FormatQuestion): OutputFormat[] {
  if (question.isAnimated) return ['webp', 'gif'];
  const { resultPixels = Number.POSITIVE_INFINITY, avifMaxPixels } = question;
  return [...(resultPixels <= avifMaxPixels ? (['avif'] as const) : []), 'webp', fallbackFormat(question)];
}

/** What every browser shows and what can hold the picture. */
function fallbackFormat({ native, isAnimated, hasAlpha }: FormatQuestion): OutputFormat {
  if (isAnimated) return 'gif';
  if (native === 'png' || native === 'gif') return 'png';
  return hasAlpha ? 'png' : 'jpeg';
}
