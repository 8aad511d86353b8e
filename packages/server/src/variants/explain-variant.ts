import { onLadder, parseSteps, printRecipe, printSteps, type Recipe, type Size } from '@images-server/recipe';
import type { OutputPlan, PictureFacts } from '../render/protocol.ts';
import type { Original } from '../sources/source.ts';
import type { Client, ClientTrait } from './client.ts';
import { type FormatReason, formatReason } from './format-reason.ts';
import type { OutputPolicy } from './output-policy.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { ServeVariant } from './serve-variant.ts';
import { createStageTimer } from './stage-timer.ts';
import type { FindStandingPlan } from './standing-plan.ts';

/** One step of a plan. */
export interface ExplainedStep {
  /** Its canonical text, percent-encoded as in a URL. */
  readonly segment: string;
  /** What is done, where settings (`dpr`, `enlarge`) or the client's hints make that another step. */
  readonly takenAs: string | undefined;
  readonly before: Size;
  readonly after: Size;
}

/** What a request for a variant, or for the original, would come to now. */
export interface Explanation {
  readonly source: Size & Pick<PictureFacts, 'format' | 'frames' | 'bytes'>;
  readonly steps: readonly ExplainedStep[];
  readonly result: Size & Pick<PictureFacts, 'format' | 'frames'>;
  readonly format: FormatReason;
  /** The settled output settings; undefined of the original itself. */
  readonly output: OutputPlan | undefined;
  /** The canonical text of the recipe, percent-encoded. */
  readonly recipe: string;
  readonly key: string;
  readonly isCached: boolean;
  readonly variesBy: readonly ClientTrait[];
}

export interface ExplainQuestion {
  readonly recipe: Recipe;
  readonly client: Client;
  readonly original: Original;
  readonly signal: AbortSignal;
}

/**
 * Explains what a recipe comes to, from the plan that the variant would be made by; no pixel is touched, but where only
 * they tell the size (`trim`): then the variant is made, and kept. Throws as `planVariant` does.
 */
export type ExplainVariant = (question: ExplainQuestion) => Promise<Explanation>;

/** Explains the answer to no recipe at all: the original as it is stored. Its size is said upright. */
export function explainOriginal({ id, facts }: Original): Explanation {
  const { width, height, format, frames, bytes } = facts;
  return {
    source: { width, height, format, frames, bytes },
    steps: [],
    result: { width, height, format, frames },
    format: { by: 'original', why: 'it is the original itself, as it was stored' },
    output: undefined,
    recipe: '',
    key: id,
    isCached: true,
    variesBy: [],
  };
}

/** Creates it on the flow that makes variants. */
export function createExplainVariant(dependencies: {
  findStandingPlan: FindStandingPlan;
  serveVariant: ServeVariant;
  policy: OutputPolicy;
}): ExplainVariant {
  const { findStandingPlan, serveVariant, policy } = dependencies;

  return async function explainVariant(question) {
    const { recipe, client, original } = question;
    const standing = await findStandingPlan(question);
    const { plan, key, isCached } = standing;
    const sizes = plan.sizes.every((size) => size !== undefined)
      ? plan.sizes
      : await measuredSizes(question, plan);
    const { facts } = original;
    return {
      source: { ...sizeAt(sizes, 0), format: facts.format, frames: facts.frames, bytes: facts.bytes },
      steps: explainedSteps(recipe, plan, sizes),
      result: { ...sizeAt(sizes, -1), format: plan.output.format, frames: plan.frames },
      format: formatReason({ standing, facts, client, policy }),
      output: plan.output,
      recipe: printRecipe(onLadder(recipe, policy.sizes)),
      key,
      isCached,
      variesBy: plan.variesBy,
    };
  };

  async function measuredSizes(question: ExplainQuestion, plan: VariantPlan): Promise<readonly Size[]> {
    const { variant } = await serveVariant({
      ...question,
      resolve: async () => question.original,
      holds: () => false,
      timer: createStageTimer(),
    });
    if (variant?.sizes === undefined) throw new Error('a variant came without the sizes that its plan lacks');
    return [sizeAt(plan.sizes, 0), ...variant.sizes];
  }
}

function sizeAt(sizes: readonly (Size | undefined)[], index: number): Size {
  const size = sizes.at(index);
  if (size === undefined) throw new Error(`a plan has no size ${index}`);
  return size;
}

function explainedSteps(
  recipe: Recipe,
  plan: VariantPlan,
  sizes: readonly (Size | undefined)[],
): ExplainedStep[] {
  return parseSteps(plan.steps).map((step, index) => {
    const taken = printSteps([step]);
    const asked = recipe.steps[index];
    const segment = asked === undefined ? taken : printSteps([asked]);
    return {
      segment,
      takenAs: taken === segment ? undefined : taken,
      before: sizeAt(sizes, index),
      after: sizeAt(sizes, index + 1),
    };
  });
}
