export { effectiveSteps } from './effective-steps.ts';
export { ArgumentError, RecipeError, type RecipeErrorCode } from './errors.ts';
export type { Filter } from './filters/filter.ts';
export { FILTERS, type FilterName } from './filters/find-filter.ts';
export { type Crop, cropBox, cropSize, type Geometry, resizedSize, rotatedSize } from './geometry.ts';
export { needsFaces } from './needs-faces.ts';
export { onLadder } from './on-ladder.ts';
export { findOperation, OPERATIONS, type OperationName } from './operations/find-operation.ts';
export type {
  Box,
  Canvas,
  Color,
  Example,
  Face,
  Operation,
  Pixels,
  Size,
  Stage,
  StepValues,
  Words,
} from './operations/operation.ts';
export { STAGES } from './operations/operation.ts';
export { parseRecipe } from './parse-recipe.ts';
export { parseSteps } from './parse-steps.ts';
export { operationsSegments, pathSegments } from './path.ts';
export { type PictureElement, pictureElement, type SrcsetCandidate, srcsetText } from './picture-element.ts';
export { planFonts, planOverlays } from './plan-needs.ts';
export { planSizes } from './plan-sizes.ts';
export { planTransparency } from './plan-transparency.ts';
export { printRecipe, printSteps } from './print-recipe.ts';
export { MAX_RECIPE_LENGTH, MAX_STEPS, type OutputSettings, type Recipe, type Step } from './recipe.ts';
export { PRESET, type RecipeRules } from './recipe-rules.ts';
export { type RecipeAtWidth, recipesAtWidths } from './recipes-at-widths.ts';
export { scaleSteps } from './scale-steps.ts';
export { SETTINGS, type SettingName } from './settings/find-setting.ts';
export { OUTPUT_FORMATS, type OutputFormat } from './settings/format.ts';
export type { Setting } from './settings/setting.ts';
export {
  readSignature,
  type SignatureParts,
  type SignatureVerdict,
  signatureVerdict,
  signTarget,
  verifyTarget,
} from './signature.ts';
export type { ContentKind, Position } from './where.ts';
