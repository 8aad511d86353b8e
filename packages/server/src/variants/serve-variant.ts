import type { OutputFormat, Recipe, Size } from '@images-server/recipe';
import { askerOf } from '../async/asker.ts';
import type { Coalescer } from '../async/coalesce.ts';
import type { VariantCache } from '../cache/variant-cache.ts';
import { ServiceError } from '../errors.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { Client, ClientTrait } from './client.ts';
import type { FailureMemory } from './failure-memory.ts';
import type { FindFaces } from './find-faces.ts';
import type { FindOverlays } from './find-overlays.ts';
import { createMakeVariant } from './make-variant.ts';
import type { OutputPolicy } from './output-policy.ts';
import { isOverBudget } from './over-budget.ts';
import { planVariant, type VariantPlan } from './plan-variant.ts';
import { createSlowRenders } from './slow-renders.ts';
import type { StageTimer } from './stage-timer.ts';
import { createStoredVariants } from './stored-variants.ts';
import { variantKey } from './variant-key.ts';

export interface VariantRequest {
  readonly recipe: Recipe;
  readonly client: Client;
  /** Finds the original, or rejects: an upload by its hash, a remote picture by its URL. */
  readonly resolve: (signal: AbortSignal) => Promise<Original>;
  /** True where the client holds the variant of this key already. */
  readonly holds: (key: string) => boolean;
  /** True where other recipes for the same original are asked for at once: it is then decoded once. */
  readonly isOneOfMany?: boolean;
  readonly timer: StageTimer;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface VariantAnswer {
  /** Names the variant; its ETag. */
  readonly key: string;
  readonly original: Original;
  /** What of the client had, or might have had, a say. */
  readonly variesBy: readonly ClientTrait[];
  /** Undefined where the client holds the variant already. */
  readonly variant: Variant | undefined;
  /** The variant's, as its plan says; undefined where only its pixels tell. */
  readonly plannedSize: Size | undefined;
  readonly cacheState: 'hit' | 'miss' | 'stale' | 'unchanged';
}

export interface Variant {
  readonly bytes: Buffer;
  readonly format: OutputFormat;
  /** The size after each step; undefined of one from the cache whose plan knew them. */
  readonly sizes: readonly Size[] | undefined;
}

export type ServeVariant = (request: VariantRequest) => Promise<VariantAnswer>;

/** What a variant is made of. */
export interface PicturesOfVariant {
  readonly original: Original;
  /** The stored pictures that its steps lay on. */
  readonly overlays: readonly Original[];
}

/** Creates the flow from a recipe and an original to a variant. It knows nothing of HTTP, and nothing of pixels. */
export function createServeVariant(dependencies: {
  cache: VariantCache;
  renderer: Renderer;
  coalescer: Coalescer<Variant>;
  failures: FailureMemory;
  limits: InputLimits;
  findFaces: FindFaces;
  findOverlays: FindOverlays;
  policy: OutputPolicy;
}): ServeVariant {
  const { cache, renderer, coalescer, failures, findOverlays, policy } = dependencies;
  const { peek, lookUp } = createStoredVariants(cache);
  const slowRenders = createSlowRenders(cache);
  const makeVariant = createMakeVariant({ ...dependencies, slowRenders });

  return async function serveVariant(request) {
    const { recipe, client, resolve, timer, signal } = request;
    const original = await timer.measure('resolve', resolve(signal));
    const plan = planVariant({ recipe, facts: original.facts, client, policy });
    // Before any look-up: what shows a deleted picture is not to be served from wherever it may still lie.
    const pictures = { original, overlays: await findOverlays(plan.overlays, signal) };
    return (await answerPlan(request, pictures, plan)) ?? answerInstead(request, pictures, plan);
  };

  /** Undefined where the variant takes longer than its budget. */
  async function answerPlan(
    request: VariantRequest,
    pictures: PicturesOfVariant,
    plan: VariantPlan,
  ): Promise<VariantAnswer | undefined> {
    const { holds, timer, signal } = request;
    const { original } = pictures;
    const key = variantKey(plan, original.id);
    const answer = { key, original, variesBy: plan.variesBy, plannedSize: plan.sizes.at(-1) };
    if (holds(key)) return { variant: undefined, cacheState: 'unchanged', ...answer };

    const cached = peek(original, key) ?? (await timer.measure('cache', lookUp(pictures, key)));
    if (cached !== undefined) return { variant: cached, cacheState: stateOf(original), ...answer };
    if (plan.budget !== undefined && (await slowRenders.has(original.group, key))) return undefined;
    const run = runName(original, key, plan);
    try {
      failures.rethrow(run);
      if (!coalescer.has(run)) renderer.assertRoom(askerOf(signal));
      const variant = await coalescer.run(
        run,
        signal,
        // The run before this one may have ended since the look-up.
        async (runSignal) =>
          peek(original, key) ??
          failures.remember(
            run,
            makeVariant({
              plan,
              key,
              isOneOfMany: request.isOneOfMany ?? false,
              timer,
              signal: runSignal,
              ...pictures,
            }),
          ),
      );
      return { variant, cacheState: 'miss', ...answer };
    } catch (error) {
      if (isOverBudget(plan, error)) return undefined;
      throw error;
    }
  }

  async function answerInstead(
    request: VariantRequest,
    pictures: PicturesOfVariant,
    plan: VariantPlan,
  ): Promise<VariantAnswer> {
    const instead = plan.budget && (await answerPlan(request, pictures, plan.budget.otherwise()));
    if (instead === undefined) throw new ServiceError('internal', 'a plan without a budget went beyond it');
    return instead;
  }
}

/** Renders of another deadline are another run, and fail for themselves. */
export function runName({ group }: Original, key: string, { budget }: VariantPlan): string {
  return budget === undefined ? `${group}/${key}` : `${group}/${key}-in-budget`;
}

function stateOf(original: Original): 'hit' | 'stale' {
  return original.freshness.kind === 'remote' && original.freshness.stale ? 'stale' : 'hit';
}
