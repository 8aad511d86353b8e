import { OUTPUT_FORMATS, type Size } from '@images-server/recipe';
import type { CacheEntry } from '../cache/variant-cache.ts';
import type { VariantPlan } from './plan-variant.ts';
import type { Variant } from './serve-variant.ts';

/** A variant as the cache keeps it, with the sizes after its steps where only its pixels have told them. */
export function variantEntry({ bytes, format, sizes }: Variant, plan: VariantPlan): CacheEntry {
  const isTold = plan.sizes.includes(undefined) && sizes !== undefined;
  return { bytes, meta: { format, ...(isTold ? { sizes: sizes.map(sizeText).join(' ') } : {}) } };
}

/** Undoes `variantEntry`; undefined for what another version left there. */
export function readVariantEntry({ bytes, meta }: CacheEntry): Variant | undefined {
  const format = OUTPUT_FORMATS.find((known) => known === meta.format);
  if (format === undefined) return undefined;
  return { bytes, format, sizes: typeof meta.sizes === 'string' ? readSizes(meta.sizes) : undefined };
}

function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

function readSizes(text: string): readonly Size[] {
  return text.split(' ').map((size) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    return { width, height };
  });
}
