import {
  OUTPUT_FORMATS,
  type OutputFormat,
  type Recipe,
  recipesAtWidths,
  type Size,
} from '@images-server/recipe';
import { ServiceError } from '../errors.ts';
import type { PictureFacts } from '../render/protocol.ts';
import type { Client } from './client.ts';
import type { OutputPolicy } from './output-policy.ts';
import { planVariant } from './plan-variant.ts';
import { settlePage } from './settle-page.ts';

/** One width of a picture that comes in several. */
export interface PlannedCandidate {
  readonly recipe: Recipe;
  /** What comes out; undefined where only pixels tell. */
  readonly size: Size | undefined;
  /** In pixels. */
  readonly width: number;
}

/** A picture at several widths, in one format. */
export interface PlannedSrcset {
  /** Undefined where the recipe leaves the format open. */
  readonly format: OutputFormat | undefined;
  /** Ascending. */
  readonly candidates: readonly PlannedCandidate[];
}

/** A picture at several widths: as asked for, and in formats that not every browser shows, the best first. */
export interface ResponsivePlan {
  readonly asked: PlannedSrcset;
  readonly modern: readonly PlannedSrcset[];
}

/**
 * Plans a recipe at each of some widths (pixels), none wider than the original gives without enlarging; the widths are
 * those that come out, after the ladder of sizes too. Where the recipe leaves the format open, AVIF and WebP are planned
 * besides, as far as they can hold every one of them. No pixel is read. Throws as `planVariant` does.
 */
export function planSrcset(question: {
  recipe: Recipe;
  widths: readonly number[];
  facts: PictureFacts;
  policy: OutputPolicy;
}): ResponsivePlan {
  const { recipe } = question;
  const { format = 'auto' } = recipe.settings;
  const asked = { format: format === 'auto' ? undefined : format, candidates: planCandidates(question) };
  if (format !== 'auto') return { asked, modern: [] };
  const modern = MODERN_FORMATS.flatMap((modernFormat) => {
    const candidates = planModern(question, modernFormat);
    return candidates === undefined ? [] : [{ format: modernFormat, candidates }];
  });
  return { asked, modern };
}

const MODERN_FORMATS: readonly OutputFormat[] = ['avif', 'webp'];

type Question = Parameters<typeof planSrcset>[0];

/** Undefined where the format cannot hold the picture as large as it is asked for, or its frames. */
function planModern(question: Question, format: OutputFormat): readonly PlannedCandidate[] | undefined {
  const { recipe, facts } = question;
  if (format === 'avif' && settlePage(recipe.settings.page, facts).isAnimated) return undefined;
  try {
    return planCandidates({ ...question, recipe: { ...recipe, settings: { ...recipe.settings, format } } });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'result_too_large') return undefined;
    throw error;
  }
}

function planCandidates({ recipe, widths, facts, policy }: Question): readonly PlannedCandidate[] {
  const { facts: source } = settlePage(recipe.settings.page, facts);
  const candidates = new Map<number, PlannedCandidate>();
  for (const candidate of recipesAtWidths(recipe, widths, { source, enlarges: policy.enlarge })) {
    const plan = planVariant({
      recipe: candidate.recipe,
      facts,
      client: ANYBODY,
      policy: { ...policy, clientHints: false },
    });
    const size = plan.sizes.at(-1);
    const width = size?.width ?? candidate.width;
    candidates.set(width, { recipe: candidate.recipe, size, width });
  }
  return [...candidates.values()].sort((one, other) => one.width - other.width);
}

/** What is planned holds for every client: the widest that it may get, in the format that takes the least. */
const ANYBODY: Client = {
  accepted: new Map(OUTPUT_FORMATS.map((format) => [format, format === 'avif' || format === 'webp' ? 0 : 1])),
  savesData: false,
  dpr: undefined,
  widthPx: undefined,
};
