export { ArgumentError, RecipeError, type RecipeErrorCode } from './errors.ts';
export type {
  Box,
  Canvas,
  Color,
  Example,
  Operation,
  Pixels,
  Size,
  Stage,
  StepValues,
} from './operations/operation.ts';
export { STAGES } from './operations/operation.ts';
export {
  MAX_RECIPE_LENGTH,
  MAX_STEPS,
  OUTPUT_FORMATS,
  type OutputFormat,
  type OutputSettings,
  type Recipe,
  type Step,
} from './recipe.ts';
