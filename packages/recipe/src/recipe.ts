import type { StepValues } from './operations/operation.ts';
import type * as settingsTable from './settings/table.ts';

/** One operation with its values. */
export interface Step {
  readonly operation: string;
  readonly values: StepValues;
}

/** What the URL says of the result as a whole; follows from the settings table. */
export type OutputSettings = {
  readonly [Name in keyof typeof settingsTable]?: ReturnType<(typeof settingsTable)[Name]['parse']>;
};

/** What the URL asks: steps in order, and output settings. */
export interface Recipe {
  readonly steps: readonly Step[];
  readonly settings: OutputSettings;
}

/** The most steps in one recipe. */
export const MAX_STEPS = 10;
/** The longest recipe, in characters after percent-decoding. */
export const MAX_RECIPE_LENGTH = 2048;
