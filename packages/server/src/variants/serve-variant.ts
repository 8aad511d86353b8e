import { OUTPUT_FORMATS, type OutputFormat, type Recipe } from '@images-server/recipe';
import type { Coalescer } from '../async/coalesce.ts';
import type { CacheEntry, VariantCache } from '../cache/variant-cache.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { FailureMemory } from './failure-memory.ts';
import { planVariant, type VariantPlan } from './plan-variant.ts';
import { renderVariant } from './render-variant.ts';
import type { StageTimer } from './stage-timer.ts';
import { variantKey } from './variant-key.ts';

export interface VariantRequest {
  readonly recipe: Recipe;
  /** Finds the original, or rejects: an upload by its hash, a remote picture by its URL. */
  readonly resolve: (signal: AbortSignal) => Promise<Original>;
  /** True where the client holds the variant of this key already. */
  readonly holds: (key: string) => boolean;
  readonly timer: StageTimer;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface VariantAnswer {
  /** Names the variant; its ETag. */
  readonly key: string;
  readonly original: Original;
  /** Undefined where the client holds the variant already. */
  readonly variant: Variant | undefined;
  readonly cacheState: 'hit' | 'miss' | 'stale' | 'unchanged';
}

export interface Variant {
  readonly bytes: Buffer;
  readonly format: OutputFormat;
}

export type ServeVariant = (request: VariantRequest) => Promise<VariantAnswer>;

/** Creates the flow from a recipe and an original to a variant. It knows nothing of HTTP, and nothing of pixels. */
export function createServeVariant(dependencies: {
  cache: VariantCache;
  renderer: Renderer;
  coalescer: Coalescer<Variant>;
  failures: FailureMemory;
  limits: InputLimits;
}): ServeVariant {
  const { cache, coalescer, failures } = dependencies;

  return async function serveVariant({ recipe, resolve, holds, timer, signal }) {
    const original = await timer.measure('resolve', resolve(signal));
    const plan = planVariant(recipe, original.facts);
    const key = variantKey(plan, original.id);
    const answer = { key, original };
    if (holds(key)) return { ...answer, variant: undefined, cacheState: 'unchanged' };

    const cached = peek(original, key) ?? (await lookUp(original, key));
    if (cached !== undefined) return { ...answer, variant: cached, cacheState: stateOf(original) };
    failures.rethrow(key);

    const variant = await coalescer.run(`${original.group}/${key}`, signal, (runSignal) =>
      failures.remember(key, makeVariant({ original, plan, key, timer, signal: runSignal })),
    );
    return { ...answer, variant, cacheState: 'miss' };
  };

  async function lookUp(original: Original, key: string): Promise<Variant | undefined> {
    const entry = await cache.get(original.group, key);
    return entry && asVariant(entry);
  }

  function peek(original: Original, key: string): Variant | undefined {
    const entry = cache.peek(original.group, key);
    return entry && asVariant(entry);
  }

  /** Looks into the memory once more: the run before this one may have ended between the look-up and here. */
  async function makeVariant(work: {
    original: Original;
    plan: VariantPlan;
    key: string;
    timer: StageTimer;
    signal: AbortSignal;
  }): Promise<Variant> {
    const { original, plan, key, timer, signal } = work;
    const cached = peek(original, key);
    if (cached !== undefined) return cached;
    // Taken before the original is opened: a DELETE from here on voids it, so nothing is kept of what is gone.
    const ticket = cache.ticket(original.group);
    const variant = await renderVariant({ ...dependencies, original, plan, timer, signal });
    // The answer does not wait for the store, and a store that fails has said so in the log.
    void cache.put(ticket, key, { bytes: variant.bytes, meta: { format: variant.format } });
    return variant;
  }
}

function stateOf(original: Original): 'hit' | 'stale' {
  return original.freshness.kind === 'remote' && original.freshness.stale ? 'stale' : 'hit';
}

function asVariant(entry: CacheEntry): Variant | undefined {
  const format = OUTPUT_FORMATS.find((known) => known === entry.meta.format);
  return format === undefined ? undefined : { bytes: entry.bytes, format };
}
