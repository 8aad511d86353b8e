import type { VariantCache } from '../cache/variant-cache.ts';
import type { Originals } from './originals.ts';
import { isPictureHash } from './picture-hash.ts';

/** Removes an upload with everything made from it; false where there was none. */
export type DeletePicture = (hash: string) => Promise<boolean>;

/** Creates the removal of a picture: first the original, so that nothing new can be made of it, then what was made. */
export function createDeletePicture(dependencies: {
  originals: Originals;
  cache: VariantCache;
}): DeletePicture {
  const { originals, cache } = dependencies;

  return async function deletePicture(hash) {
    if (!isPictureHash(hash)) return false;
    const existed = await originals.remove(hash);
    // Also where there was none: a deletion that broke off half way is finished by the next.
    await cache.deleteGroup(hash);
    // What it was laid on is of other pictures, but shows it.
    await cache.deleteMadeFrom(hash);
    return existed;
  };
}
