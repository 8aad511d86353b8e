import { effectiveSteps } from './effective-steps.ts';
import { roundHalfUp } from './numbers.ts';
import { findOperation } from './operations/find-operation.ts';
import type { Size } from './operations/operation.ts';
import { planSizes } from './plan-sizes.ts';
import type { Recipe, Step } from './recipe.ts';
import { scaleSteps } from './scale-steps.ts';

/** A recipe that results in a picture of another width, and that width, in pixels. */
export interface RecipeAtWidth {
  readonly recipe: Recipe;
  readonly width: number;
}

/**
 * The recipe at each of some widths (whole pixels, at least one width), ascending, as a `srcset` wants them: from the last
 * step that asks for a size in pixels on, everything is scaled, so that all of them show the same; where there is no such
 * step, or only pixels tell what it results in, `resize/<width>x` comes last. `dpr` is taken into the steps.
 *
 * With a `source` (the original's upright size) none is wider than that step can give without enlarging: wider ones become
 * the widest possible. `enlarges` stands for an `enlarge` that the recipe does not say.
 */
export function recipesAtWidths(
  recipe: Recipe,
  widths: readonly number[],
  known: { readonly source?: Size | undefined; readonly enlarges: boolean },
): readonly RecipeAtWidth[] {
  const base = withoutDpr(recipe);
  const found = measure(base, known);
  const bounded = widths.map((width) => Math.max(1, Math.min(width, found.maxWidth)));
  const candidates = new Map<number, RecipeAtWidth>();
  for (const width of bounded.sort((one, other) => one - other)) {
    const steps = stepsAtWidth(base.steps, found, width);
    const sized = { ...base, steps };
    const planned = resultWidth(sized, known) ?? width;
    candidates.set(planned, { recipe: sized, width: planned });
  }
  return [...candidates.values()];
}

interface Measured {
  /** The last step that asks for a size in pixels; undefined where the width has to be asked for by another one. */
  readonly sizingStep: number | undefined;
  /** What the recipe results in as it is. */
  readonly width: number;
  /** Infinity where the original's size is not known. */
  readonly maxWidth: number;
}

function withoutDpr({ steps, settings }: Recipe): Recipe {
  const { dpr = 1, ...others } = settings;
  return { steps: scaleSteps(steps, dpr), settings: others };
}

function measure(
  recipe: Recipe,
  known: { readonly source?: Size | undefined; readonly enlarges: boolean },
): Measured {
  const { source } = known;
  const width = resultWidth(recipe, known);
  const sizingStep = recipe.steps.findLastIndex(isSizing);
  const scales = sizingStep !== -1 && width !== undefined;
  const anyWidth = { sizingStep: scales ? sizingStep : undefined, width: width ?? 0 };
  if (source === undefined) return { ...anyWidth, maxWidth: Number.POSITIVE_INFINITY };
  if (!scales) return { ...anyWidth, maxWidth: width ?? source.width };
  const sizes = planSizes(effectiveSteps(recipe, known), source);
  const [before, after] = [sizes[sizingStep], sizes[sizingStep + 1]];
  if (before === undefined || after === undefined) return { ...anyWidth, maxWidth: source.width };
  const mostTimes = Math.min(before.width / after.width, before.height / after.height);
  return { ...anyWidth, maxWidth: roundHalfUp(width * mostTimes) };
}

function isSizing({ operation, values }: Step): boolean {
  return findOperation(operation)?.snap?.(values, (sidePx) => sidePx) !== undefined;
}

/** Without a source, where the width is the same whatever the source. */
function resultWidth(
  recipe: Recipe,
  { source, enlarges }: { readonly source?: Size | undefined; readonly enlarges: boolean },
): number | undefined {
  const steps = effectiveSteps(recipe, { enlarges });
  const sources = source === undefined ? UNLIKE_SOURCES : [source];
  const widths = new Set(sources.map((each) => planSizes(steps, each).at(-1)?.width));
  const [width] = widths;
  return widths.size === 1 ? width : undefined;
}

/** Larger than what recipes ask for, and of different shapes. */
const UNLIKE_SOURCES: readonly Size[] = [
  { width: 14_000, height: 13_000 },
  { width: 13_000, height: 14_000 },
  { width: 16_000, height: 11_000 },
];

function stepsAtWidth(steps: readonly Step[], found: Measured, width: number): readonly Step[] {
  const { sizingStep } = found;
  if (sizingStep === undefined) return [...steps, resizeTo(width)];
  const times = width / found.width;
  return steps.flatMap((step, index) => {
    if (index < sizingStep) return [step];
    return index > sizingStep ? scaleSteps([step], times) : [resized(step, times)];
  });
}

/** Exactly, where `scaleSteps` counts in thousandths. */
function resized({ operation, values }: Step, times: number): Step {
  const scaled = (sidePx: number) => Math.max(1, roundHalfUp(sidePx * times));
  return { operation, values: findOperation(operation)?.snap?.(values, scaled) ?? values };
}

function resizeTo(width: number): Step {
  const values = findOperation('resize')?.parse(`${width}x`);
  if (values === undefined) throw new TypeError('there is no resize');
  return { operation: 'resize', values };
}
