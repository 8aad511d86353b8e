import type { Recipe } from '@images-server/recipe';
import type { VariantCache } from '../cache/variant-cache.ts';
import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { InputLimits } from '../render/protocol.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Original } from '../sources/source.ts';
import type { Client, ClientTrait } from './client.ts';
import { OUTPUT_LIMITS } from './output-plan.ts';
import {
  analysePicture,
  DESCRIPTION_REVISION,
  type FindOnce,
  type PictureAtHand,
  type PictureDescription,
} from './picture-description.ts';
import type { ServeVariant } from './serve-variant.ts';
import { createStageTimer } from './stage-timer.ts';
import type { FindStandingPlan } from './standing-plan.ts';

export interface VariantQuestion {
  readonly recipe: Recipe;
  readonly client: Client;
  readonly original: Original;
  readonly signal: AbortSignal;
}

/** Describes a variant, which is made where it is not cached: analysed once, and kept beside it. Rejects as renders do. */
export type DescribeVariant = (
  question: VariantQuestion,
) => Promise<PictureDescription & { readonly variesBy: readonly ClientTrait[] }>;

/** Creates it on the flow that makes variants. */
export function createDescribeVariant(dependencies: {
  cache: VariantCache;
  renderer: Renderer;
  limits: InputLimits;
  findOnce: FindOnce;
  findStandingPlan: FindStandingPlan;
  serveVariant: ServeVariant;
}): DescribeVariant {
  const { cache, renderer, limits, findOnce, findStandingPlan, serveVariant } = dependencies;

  return async function describeVariant(question) {
    const { original, signal } = question;
    const { group, id, facts } = original;
    const { plan, key } = await findStandingPlan(question);
    const kept = await findKept(group, key);
    if (kept !== undefined) return { ...kept, variesBy: plan.variesBy };
    // Taken before the variant is made: a DELETE from here on voids it.
    const ticket = cache.ticket(group);
    const made = await makeVariant(question);
    const description = await findOnce(`${group}/${made.key}`, signal, async (runSignal) => {
      const picture: PictureAtHand = {
        input: { bytes: made.bytes },
        limits: { ...limits, maxPixels: ANY_VARIANT },
        pictureId: id,
        estimatedBytes: estimateDecodeBytes(facts, plan.sizes.at(-1)),
      };
      const found = await analysePicture(renderer, picture, runSignal);
      const bytes = Buffer.from(JSON.stringify(found));
      void cache.put(ticket, entryName(made.key), { bytes, meta: {} });
      return found;
    });
    return { ...description, variesBy: made.variesBy };
  };

  async function makeVariant({ recipe, client, original, signal }: VariantQuestion) {
    const { variant, key, variesBy } = await serveVariant({
      recipe,
      client,
      resolve: async () => original,
      holds: () => false,
      timer: createStageTimer(),
      signal,
    });
    if (variant === undefined) throw new Error('a variant that nobody holds was not made');
    return { key, variesBy, bytes: variant.bytes };
  }

  async function findKept(group: string, key: string): Promise<PictureDescription | undefined> {
    const entry = cache.peek(group, entryName(key)) ?? (await cache.get(group, entryName(key)));
    // Entries carry checksums, and this one's name its revision: it is what was put there above.
    return entry && (JSON.parse(entry.bytes.toString('utf8')) as PictureDescription);
  }
}

/** A variant has the pixels that it has, whatever the limit is on originals of its format. */
const { maxPixels } = OUTPUT_LIMITS.jpeg;
const ANY_VARIANT = { light: maxPixels, middle: maxPixels, heavy: maxPixels, avif: maxPixels };

function entryName(key: string): string {
  return `${key}-info-${DESCRIPTION_REVISION}`;
}
