import type { GroupTicket, VariantCache } from '../cache/variant-cache.ts';
import type { OutputPlan } from '../render/protocol.ts';
import type { Original } from '../sources/source.ts';
import type { VariantPlan } from './plan-variant.ts';
import { variantKey } from './variant-key.ts';

/** Remembers the quality that a search found, for the same picture at the same size. */
export interface FoundQualities {
  /** The output with the quality that was found for it before; as it is where nothing is to be searched, or was found. */
  settle(original: Original, plan: VariantPlan): Promise<OutputPlan>;
  keep(ticket: GroupTicket, original: Original, plan: VariantPlan, quality: number | undefined): void;
}

/** Creates the memory in the cache, where a picture's entries go with it. */
export function createFoundQualities(cache: VariantCache): FoundQualities {
  return {
    async settle(original, plan) {
      if (plan.output.similarity === undefined) return plan.output;
      const { similarity: _, ...output } = plan.output;
      const entry = await cache.get(original.group, searchName(original, plan));
      const quality = entry?.meta.quality;
      return typeof quality === 'number' ? { ...output, quality } : plan.output;
    },
    keep(ticket, original, plan, quality) {
      if (quality === undefined) return;
      void cache.put(ticket, searchName(original, plan), { bytes: Buffer.alloc(0), meta: { quality } });
    },
  };
}

/** What has no part in the search has none in its name. */
function searchName(original: Original, plan: VariantPlan): string {
  const { maxBytes: _bytes, progressive: _progressive, ...output } = plan.output;
  return `${variantKey({ ...plan, output }, original.id)}-quality`;
}
