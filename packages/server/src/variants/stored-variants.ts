import type { VariantCache } from '../cache/variant-cache.ts';
import type { Original } from '../sources/source.ts';
import { areThere } from './pictures-there.ts';
import type { PicturesOfVariant, Variant } from './serve-variant.ts';
import { readVariantEntry } from './variant-entry.ts';

/** The variants in the cache. */
export interface StoredVariants {
  /** One that lies in memory. */
  peek(original: Original, key: string): Variant | undefined;
  /** One from wherever it lies, unless a picture that it shows is gone. */
  lookUp(pictures: PicturesOfVariant, key: string): Promise<Variant | undefined>;
}

/** Creates the view of the cache that the flow has. */
export function createStoredVariants(cache: VariantCache): StoredVariants {
  return {
    peek(original, key) {
      const entry = cache.peek(original.group, key);
      return entry && readVariantEntry(entry);
    },
    async lookUp(pictures, key) {
      const { group } = pictures.original;
      const entry = await cache.get(group, key);
      if (entry === undefined) return undefined;
      // Another server on the same folders stores what it had under way when the picture was deleted, and then looks itself.
      if (await areThere(pictures)) return readVariantEntry(entry);
      await cache.drop(group, key);
      return undefined;
    },
  };
}
