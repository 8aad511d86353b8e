import type { Recipe } from '@images-server/recipe';
import type { Coalescer } from '../async/coalesce.ts';
import type { VariantCache } from '../cache/variant-cache.ts';
import type { ServiceError } from '../errors.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { Client } from './client.ts';
import type { OutputPolicy } from './output-policy.ts';
import { planVariant } from './plan-variant.ts';
import { runName, type Variant } from './serve-variant.ts';
import { variantKey } from './variant-key.ts';

/** What is asked for, as far as that is known without waiting. */
export interface EarlyQuestion {
  readonly recipe: Recipe;
  readonly client: Client;
  readonly original: Original;
}

/**
 * The refusal that a request of `asker` for a variant would end in, for want of room among the renders; undefined where
 * there is room, where no render is needed, and where that takes more than a moment to find out: then the request has to
 * be tried. `question` is asked only where there is no room; what it throws counts as not to be known.
 */
export type RefuseEarly = (
  asker: string | undefined,
  question: () => EarlyQuestion | undefined,
) => ServiceError | undefined;

/** Creates it, on the parts of the flow that it spares. */
export function createRefuseEarly(dependencies: {
  cache: VariantCache;
  renderer: Renderer;
  coalescer: Coalescer<Variant>;
  policy: OutputPolicy;
}): RefuseEarly {
  const { cache, renderer, coalescer, policy } = dependencies;

  return function refuseEarly(asker, question) {
    if (renderer.hasRoom(asker) || !isKnownToNeedRender(question)) return undefined;
    const refusal = renderer.refusal(asker);
    return refusal && REFUSALS.has(refusal.code) ? refusal : undefined;
  };

  function isKnownToNeedRender(question: () => EarlyQuestion | undefined): boolean {
    try {
      const asked = question();
      return asked !== undefined && needsRender(asked);
    } catch {
      return false;
    }
  }

  function needsRender({ recipe, client, original }: EarlyQuestion): boolean {
    const plan = planVariant({ recipe, facts: original.facts, client, policy });
    // Where a render has a budget there may be another variant to fall back on.
    if (plan.budget !== undefined) return false;
    const key = variantKey(plan, original.id);
    return cache.lacks(original.group, key) && !coalescer.has(runName(original, key, plan));
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['queue_full', 'too_many_requests']);
