import {
  effectiveSteps,
  needsFaces,
  type OutputFormat,
  planFonts,
  planOverlays,
  planSizes,
  planTransparency,
  printSteps,
  type Recipe,
  type Size,
  type Step,
} from '@images-server/recipe';
import { ServiceError } from '../errors.ts';
import type { OutputLimits, OutputPlan, PictureFacts } from '../render/protocol.ts';
import type { Client, ClientTrait } from './client.ts';
import { withClientHints } from './client-hints.ts';
import { isSaveable, OUTPUT_LIMITS, planOutput } from './output-plan.ts';
import type { OutputPolicy } from './output-policy.ts';
import { type SettledFormat, settleFormat } from './settle-format.ts';
import { settlePage } from './settle-page.ts';

/** A recipe settled for one original and one client: nothing is left to decide but by its pixels. */
export interface VariantPlan {
  /** The steps as they are taken, in their canonical text: `dpr` and `enlarge` are in them already. */
  readonly steps: string;
  /** The one frame or page that is used, from 1; undefined for all there are. */
  readonly page: number | undefined;
  /** True where a step has to know the faces in the original. */
  readonly needsFaces: boolean;
  /** The other stored pictures that are laid on it, by their hashes. */
  readonly overlays: readonly string[];
  /** Which fonts there are, where a step writes; undefined where none does. */
  readonly fontsRevision: string | undefined;
  readonly output: OutputPlan;
  readonly outputLimits: OutputLimits;
  /** The original's size, then the one after each step; undefined from the first step on whose size only pixels tell. */
  readonly sizes: readonly (Size | undefined)[];
  /** Frames of the variant: those of the original, or 1 where the format has no animation. */
  readonly frames: number;
  /** Who chose the format. */
  readonly formatBy: SettledFormat['by'];
  /** What of the client had, or might have had, a say. */
  readonly variesBy: readonly ClientTrait[];
  /** Where the render may take only so long, and what is made instead. */
  readonly budget: { readonly ms: number; otherwise(): VariantPlan } | undefined;
}

export interface PlanQuestion {
  readonly recipe: Recipe;
  readonly facts: PictureFacts;
  readonly client: Client;
  readonly policy: OutputPolicy;
}

/**
 * Settles defaults and what the client decides, computes every size and applies the limits: `page_not_found`,
 * `font_not_found`, and
 * `result_too_large` before any pixel is read.
 */
export function planVariant(question: PlanQuestion): VariantPlan {
  const { policy } = question;
  const avifMaxPixels = policy.avifBudgetMs === 0 ? 0 : OUTPUT_LIMITS.avif.maxResultPixels;
  return planWithin(question, avifMaxPixels);
}

function planWithin(question: PlanQuestion, avifMaxPixels: number): VariantPlan {
  const { facts, client, policy } = question;
  const { recipe, variesBy } = policy.clientHints
    ? withClientHints(question.recipe, client)
    : { recipe: question.recipe, variesBy: [] };
  const { settings } = recipe;
  const paged = settlePage(settings.page, facts);
  const steps = effectiveSteps(recipe, { enlarges: policy.enlarge, sizes: policy.sizes });
  const sizes = planSizes(steps, { width: paged.facts.width, height: paged.facts.height });
  const { format, by } = settleFormat(settings, {
    case: formatCase({ facts: paged.facts, isAnimated: paged.isAnimated, steps, sizes, avifMaxPixels }),
    client,
    defaultFormat: policy.defaultFormat,
  });
  const frames = paged.isAnimated && ANIMATED_FORMATS.has(format) ? facts.frames : 1;
  const savesData = policy.clientHints && isSaveable(settings, format);
  assertSizes(sizes, frames, OUTPUT_LIMITS[format]);
  return {
    steps: printSteps(steps),
    page: frames > 1 ? undefined : paged.page,
    needsFaces: needsFaces(steps),
    overlays: planOverlays(steps),
    fontsRevision: settleFonts(steps, policy.fonts),
    output: planOutput(settings, {
      format,
      savesData: savesData && client.savesData,
      progressive: policy.progressive,
      similarity: policy.qualityAutoSimilarity,
    }),
    outputLimits: OUTPUT_LIMITS[format],
    sizes,
    frames,
    formatBy: by,
    variesBy: [
      ...(by === 'client' ? (['accepted'] as const) : []),
      ...(savesData ? (['savesData'] as const) : []),
      ...variesBy,
    ],
    budget:
      format === 'avif' && by !== 'recipe'
        ? { ms: policy.avifBudgetMs, otherwise: () => planWithin(question, 0) }
        : undefined,
  };
}

function settleFonts(steps: readonly Step[], fonts: OutputPolicy['fonts']): string | undefined {
  const asked = planFonts(steps);
  const unknown = asked.find((font) => font !== undefined && !fonts.names.includes(font));
  if (unknown === undefined) return asked.length === 0 ? undefined : fonts.revision;
  const known = fonts.names.length === 0 ? 'no font but its own' : `only ${fonts.names.join(', ')}`;
  throw new ServiceError('font_not_found', `no font is called "${unknown}" here; the server has ${known}`);
}

function formatCase(known: {
  facts: PictureFacts;
  isAnimated: boolean;
  steps: readonly Step[];
  sizes: readonly (Size | undefined)[];
  avifMaxPixels: number;
}) {
  const { facts, isAnimated, steps, sizes, avifMaxPixels } = known;
  const result = sizes.at(-1);
  return {
    original: facts.format,
    isAnimated,
    hasAlpha: planTransparency(steps, facts),
    resultPixels: result && result.width * result.height,
    avifMaxPixels,
  };
}

const ANIMATED_FORMATS: ReadonlySet<OutputFormat> = new Set<OutputFormat>(['gif', 'webp']);

function assertSizes(sizes: readonly (Size | undefined)[], frames: number, limits: OutputLimits): void {
  for (const size of sizes.slice(1)) assertWithin({ size, frames, ...limits });
  assertWithin({ size: sizes.at(-1), frames, ...limits, maxPixels: limits.maxResultPixels });
}

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
