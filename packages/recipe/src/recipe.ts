import type { StepValues } from './operations/operation.ts';

/** One operation with its values. */
export interface Step {
  readonly operation: string;
  readonly values: StepValues;
}

/** The formats that a variant can have. */
export const OUTPUT_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What the URL says of the result as a whole; where it stands in the URL does not matter. */
export interface OutputSettings {
  readonly format?: OutputFormat | 'auto';
  /** 1-100 */
  readonly quality?: number | 'auto';
}

/** What the URL asks: steps in order, and output settings. */
export interface Recipe {
  readonly steps: readonly Step[];
  readonly settings: OutputSettings;
}

/** The most steps in one recipe. */
export const MAX_STEPS = 10;
/** The longest recipe, in characters after percent-decoding. */
export const MAX_RECIPE_LENGTH = 2048;
