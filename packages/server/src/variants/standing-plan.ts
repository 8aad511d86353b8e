import type { Recipe } from '@images-server/recipe';
import type { VariantCache } from '../cache/variant-cache.ts';
import type { Original } from '../sources/source.ts';
import type { Client } from './client.ts';
import type { FindOverlays } from './find-overlays.ts';
import type { OutputPolicy } from './output-policy.ts';
import { planVariant, type VariantPlan } from './plan-variant.ts';
import { createSlowRenders } from './slow-renders.ts';
import { variantKey } from './variant-key.ts';

/** What a request for a variant would come to now. */
export interface StandingPlan {
  readonly plan: VariantPlan;
  /** The plan that gave way, because its render is known to go beyond its budget. */
  readonly gaveWay: VariantPlan | undefined;
  readonly key: string;
  readonly isCached: boolean;
}

/** Plans, and looks into the cache as a request for the variant would; nothing is rendered. Throws as `planVariant` and `findOverlays` do. */
export type FindStandingPlan = (question: {
  readonly recipe: Recipe;
  readonly client: Client;
  readonly original: Original;
  readonly signal: AbortSignal;
}) => Promise<StandingPlan>;

/** Creates the way to a plan without its variant. */
export function createFindStandingPlan(dependencies: {
  cache: VariantCache;
  findOverlays: FindOverlays;
  policy: OutputPolicy;
}): FindStandingPlan {
  const { cache, findOverlays, policy } = dependencies;
  const slowRenders = createSlowRenders(cache);

  return async function findStandingPlan({ recipe, client, original, signal }) {
    const plan = planVariant({ recipe, facts: original.facts, client, policy });
    await findOverlays(plan.overlays, signal);
    const first = await standing(original, plan);
    if (first.isCached || plan.budget === undefined) return first;
    if (!(await slowRenders.has(original.group, first.key))) return first;
    return { ...(await standing(original, plan.budget.otherwise())), gaveWay: plan };
  };

  async function standing(original: Original, plan: VariantPlan): Promise<StandingPlan> {
    const key = variantKey(plan, original.id);
    return { plan, gaveWay: undefined, key, isCached: await cache.has(original.group, key) };
  }
}
