import type { PicturesOfVariant } from './serve-variant.ts';

/**
 * False where one of the pictures has been deleted, by this server or by another one on the same folders. What cannot be
 * looked up is not known to be deleted.
 */
export async function areThere({ original, overlays }: PicturesOfVariant): Promise<boolean> {
  const pictures = [original, ...overlays];
  const found = await Promise.all(pictures.map(({ isThere }) => isThere?.().catch(() => true) ?? true));
  return found.every(Boolean);
}
