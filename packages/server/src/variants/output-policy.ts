import type { OutputFormat } from '@images-server/recipe';

/** What the configuration says of variants where their recipe leaves it open. */
export interface OutputPolicy {
  readonly defaultFormat: OutputFormat | 'original' | 'auto';
  readonly enlarge: boolean;
  /** The sizes that asked sizes snap to, pixels, ascending; undefined for any. */
  readonly sizes?: readonly number[] | undefined;
  readonly progressive: boolean;
  /** Mean structural similarity that `quality/auto` is to reach, 0-1. */
  readonly qualityAutoSimilarity: number;
  /** How long a render may take to become AVIF where nobody named that format; 0 for no AVIF then. */
  readonly avifBudgetMs: number;
  /** The fonts that recipes can name, and what changes whenever there are other fonts. */
  readonly fonts: { readonly names: readonly string[]; readonly revision: string };
  /** True where what the client says of its screen and of saving data counts. */
  readonly clientHints: boolean;
}
