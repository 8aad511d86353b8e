import type { VariantCache } from '../cache/variant-cache.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { FindFaces } from './find-faces.ts';
import { createFoundQualities } from './found-quality.ts';
import { isOverBudget } from './over-budget.ts';
import { areThere } from './pictures-there.ts';
import type { VariantPlan } from './plan-variant.ts';
import { renderVariant } from './render-variant.ts';
import type { PicturesOfVariant, Variant } from './serve-variant.ts';
import type { SlowRenders } from './slow-renders.ts';
import type { StageTimer } from './stage-timer.ts';
import { variantEntry } from './variant-entry.ts';

/** Renders a variant, and keeps it and what was found out on the way. */
export type MakeVariant = (
  work: PicturesOfVariant & {
    readonly plan: VariantPlan;
    readonly key: string;
    readonly isOneOfMany: boolean;
    readonly timer: StageTimer;
    readonly signal: AbortSignal;
  },
) => Promise<Variant>;

const IN_NO_HURRY = { inNoHurry: true };

/** Creates the part of the flow that is run once for each key, however many ask. */
export function createMakeVariant(dependencies: {
  cache: VariantCache;
  renderer: Renderer;
  limits: InputLimits;
  findFaces: FindFaces;
  slowRenders: SlowRenders;
}): MakeVariant {
  const { cache, renderer, limits, findFaces, slowRenders } = dependencies;
  const qualities = createFoundQualities(cache);

  return async function makeVariant({ original, overlays, plan, key, isOneOfMany, timer, signal }) {
    // Taken before the original is opened: a DELETE from here on voids it, so nothing is kept of what is gone.
    const ticket = cache.ticket(original.group, plan.overlays);
    const output = await qualities.settle(original, plan);
    const faces = plan.needsFaces
      ? await timer.measure('faces', findFaces(original, plan.page, signal))
      : undefined;
    try {
      const rendered = await renderVariant({
        renderer,
        limits,
        original,
        overlays,
        plan,
        faces,
        output,
        isOneOfMany,
        timer,
        signal,
      });
      const { variant, foundQuality } = rendered;
      qualities.keep(ticket, original, plan, foundQuality);
      // The answer does not wait for the store, and a store that fails has said so in the log.
      const stored = cache.put(ticket, key, variantEntry(variant, plan), IN_NO_HURRY);
      void timer.measure('store', stored);
      void stored.then(() => dropIfDeleted({ original, overlays }, key));
      return variant;
    } catch (error) {
      if (isOverBudget(plan, error)) slowRenders.note(ticket, key);
      throw error;
    }
  };

  /**
   * The ticket is void where this server has deleted a picture. Another one on the same folders takes the original away
   * first, then what it finds made of it: so whoever has stored something looks, after that, whether there is an original.
   */
  async function dropIfDeleted(pictures: PicturesOfVariant, key: string): Promise<void> {
    if (!(await areThere(pictures))) await cache.drop(pictures.original.group, key);
  }
}
