import { planSizes, printSteps, type Recipe, type Size } from '@images-server/recipe';
import { ServiceError } from '../errors.ts';
import type { OutputLimits, OutputPlan, PictureFacts } from '../render/protocol.ts';
import { OUTPUT_LIMITS, planOutput } from './output-plan.ts';

/** A recipe settled for one original: nothing is left to decide but by its pixels. */
export interface VariantPlan {
  /** The steps' canonical text. */
  readonly steps: string;
  readonly output: OutputPlan;
  readonly outputLimits: OutputLimits;
  /** The original's size, then the one after each step; undefined from the first step on whose size only pixels tell. */
  readonly sizes: readonly (Size | undefined)[];
  /** Frames of the variant: those of the original, or 1 where the format has no animation. */
  readonly frames: number;
}

/** Settles defaults, computes every size and applies the limits; `result_too_large` before any pixel is read. */
export function planVariant(recipe: Recipe, facts: PictureFacts): VariantPlan {
  const output = planOutput(recipe.settings, facts);
  const outputLimits = OUTPUT_LIMITS[output.format];
  const frames = ANIMATED_FORMATS.has(output.format) ? facts.frames : 1;
  const sizes = planSizes(recipe.steps, { width: facts.width, height: facts.height });
  for (const size of sizes.slice(1)) assertWithin({ size, frames, ...outputLimits });
  assertWithin({ size: sizes.at(-1), frames, ...outputLimits, maxPixels: outputLimits.maxResultPixels });
  return { steps: printSteps(recipe.steps), output, outputLimits, sizes, frames };
}

const ANIMATED_FORMATS: ReadonlySet<string> = new Set(['gif', 'webp']);

function assertWithin(check: {
  size: Size | undefined;
  frames: number;
  maxSidePx: number;
  maxPixels: number;
}): void {
  const { size, frames, maxSidePx, maxPixels } = check;
  if (size === undefined) return;
  const { width, height } = size;
  if (Math.max(width, height) > maxSidePx)
    throw tooLarge(`${width}x${height} has a side over ${maxSidePx} pixels`);
  if (width * height * frames > maxPixels) {
    const times = frames === 1 ? '' : ` times ${frames} frames`;
    throw tooLarge(`${width}x${height}${times} is more than the ${maxPixels} pixels that a result may have`);
  }
}

function tooLarge(message: string): ServiceError {
  return new ServiceError('result_too_large', message);
}
