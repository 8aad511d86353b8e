import type { Recipe } from '@images-server/recipe';
import type { Coalescer } from '../async/coalesce.ts';
import type { VariantCache } from '../cache/variant-cache.ts';
import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Original } from '../sources/source.ts';
import type { Client, ClientTrait } from './client.ts';
import type { FailureMemory } from './failure-memory.ts';
import { OUTPUT_LIMITS } from './output-plan.ts';
import type { PictureAtHand } from './picture-description.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { ServeVariant } from './serve-variant.ts';
import { createStageTimer } from './stage-timer.ts';
import type { FindStandingPlan } from './standing-plan.ts';

export interface VariantQuestion {
  readonly recipe: Recipe;
  readonly client: Client;
  readonly original: Original;
  readonly signal: AbortSignal;
}

/** Says something of a variant, which is made where it is not cached; rejects as renders do. */
export type AskOfVariant<Value> = (
  question: VariantQuestion,
) => Promise<{ readonly value: Value; readonly variesBy: readonly ClientTrait[] }>;

/** What asking of variants needs, whatever is asked. */
export interface AskDependencies {
  readonly cache: VariantCache;
  readonly limits: InputLimits;
  readonly findStandingPlan: FindStandingPlan;
  readonly serveVariant: ServeVariant;
}

/** Creates one kind of question. What `look` finds is kept beside the variant under `name`, and found once. */
export function createAskOfVariant<Value extends object>(
  dependencies: AskDependencies & {
    readonly name: string;
    readonly look: (picture: PictureAtHand, signal: AbortSignal) => Promise<Value>;
    readonly coalescer: Coalescer<Value>;
    readonly failures: FailureMemory;
  },
): AskOfVariant<Value> {
  const { cache, limits, findStandingPlan, serveVariant, name, look, coalescer, failures } = dependencies;

  return async function askOfVariant(question) {
    const { original, signal } = question;
    const { group } = original;
    const { plan, key } = await findStandingPlan(question);
    const kept = await findKept(group, key);
    if (kept !== undefined) return { value: kept, variesBy: plan.variesBy };
    // Taken before the variant is made: a DELETE from here on voids it.
    const ticket = cache.ticket(group, plan.overlays);
    const made = await makeVariant(serveVariant, question);
    const entryName = `${made.key}-${name}`;
    const run = `${group}/${entryName}`;
    failures.rethrow(run);
    const value = await coalescer.run(run, signal, async (runSignal) => {
      const picture = pictureAtHand(made.bytes, { original, plan, limits });
      const found = await failures.remember(run, look(picture, runSignal));
      void cache.put(ticket, entryName, { bytes: Buffer.from(JSON.stringify(found)), meta: {} });
      return found;
    });
    return { value, variesBy: made.variesBy };
  };

  async function findKept(group: string, key: string): Promise<Value | undefined> {
    const entryName = `${key}-${name}`;
    const entry = cache.peek(group, entryName) ?? (await cache.get(group, entryName));
    // Entries carry checksums: what lies under this name was put there above.
    return entry && (JSON.parse(entry.bytes.toString('utf8')) as Value);
  }
}

async function makeVariant(serveVariant: ServeVariant, question: VariantQuestion) {
  const { variant, key, variesBy } = await serveVariant({
    ...question,
    resolve: async () => question.original,
    holds: () => false,
    timer: createStageTimer(),
  });
  if (variant === undefined) throw new Error('a variant that nobody holds was not made');
  return { key, variesBy, bytes: variant.bytes };
}

/** A variant has the pixels that it has, whatever the limit is on originals of its format. */
const { maxPixels } = OUTPUT_LIMITS.jpeg;
const ANY_VARIANT = { light: maxPixels, middle: maxPixels, heavy: maxPixels, avif: maxPixels };

function pictureAtHand(
  bytes: Buffer,
  made: { original: Original; plan: VariantPlan; limits: InputLimits },
): PictureAtHand {
  const { original, plan, limits } = made;
  return {
    input: { bytes },
    limits: { ...limits, maxPixels: ANY_VARIANT },
    pictureId: original.id,
    estimatedBytes: estimateDecodeBytes(original.facts, plan.sizes.at(-1)),
  };
}
