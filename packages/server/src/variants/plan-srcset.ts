import {
  OUTPUT_FORMATS,
  type OutputFormat,
  onLadder,
  type Recipe,
  type RecipeAtWidth,
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

function planCandidates(question: Question): readonly PlannedCandidate[] {
  const { facts, policy } = question;
  const recipe = onLadder(question.recipe, policy.sizes);
  const known = { source: settlePage(recipe.settings.page, facts).facts, enlarges: policy.enlarge };
  const [widest] = recipesAtWidths(recipe, [Number.MAX_SAFE_INTEGER], known);
  const maxWidth = widest?.width ?? 1;
  const whole = planCandidate(question, { recipe, width: maxWidth });
  const widths = question.widths.map((width) =>
    widthOnLadder(Math.min(width, maxWidth), maxWidth, policy.sizes),
  );
  const candidates = recipesAtWidths(recipe, widths, known)
    .map((candidate) => planCandidate(question, candidate))
    .filter(({ size, width }) => width <= maxWidth && hasShape(size, whole.size));
  const byWidth = new Map(candidates.map((candidate) => [candidate.width, candidate]));
  return byWidth.size === 0 ? [whole] : [...byWidth.values()].sort((one, other) => one.width - other.width);
}

function planCandidate(question: Question, { recipe, width }: RecipeAtWidth): PlannedCandidate {
  const { facts, policy } = question;
  const settled = onLadder(recipe, policy.sizes);
  const plan = planVariant({
    recipe: settled,
    facts,
    client: ANYBODY,
    policy: { ...policy, clientHints: false },
  });
  const size = plan.sizes.at(-1);
  return { recipe: settled, size, width: size?.width ?? width };
}

/** The next size that is not wider than possible, or else the one before it. */
function widthOnLadder(width: number, maxWidth: number, sizes: readonly number[] = []): number {
  const possible = sizes.filter((size) => size <= maxWidth);
  return possible.find((size) => size >= width) ?? possible.at(-1) ?? width;
}

/** Sides that go up to a ladder one by one can make another shape: that is not the same picture in another size. */
function hasShape(size: Size | undefined, shape: Size | undefined): boolean {
  if (size === undefined || shape === undefined) return true;
  const heightPx = (size.width * shape.height) / shape.width;
  return Math.abs(size.height - heightPx) <= Math.max(2, heightPx * MAX_SHAPE_ERROR);
}

const MAX_SHAPE_ERROR = 0.02;

/** What is planned holds for every client: the widest that it may get, in the format that takes the least. */
const ANYBODY: Client = {
  accepted: new Map(OUTPUT_FORMATS.map((format) => [format, format === 'avif' || format === 'webp' ? 0 : 1])),
  savesData: false,
  dpr: undefined,
  widthPx: undefined,
};
