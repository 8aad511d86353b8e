import { estimateDecodeBytes } from '../render/memory-estimate.ts';
import type { RenderInput, RenderOverlay } from '../render/protocol.ts';
import type { Original } from '../sources/source.ts';
import { asOverlays } from './find-overlays.ts';
import type { PicturesOfVariant } from './serve-variant.ts';

/** Local files for a render process, until they are released. */
export interface OpenedPictures {
  readonly inputs: { readonly input: RenderInput; readonly overlays: readonly RenderOverlay[] };
  release(): Promise<void>;
}

/**
 * Opens all that a variant is made of as local files. Where one cannot be opened, none is left open; rejects with
 * `not_found` or `overlay_not_found` where one has just been deleted.
 */
export async function openPictures(
  pictures: PicturesOfVariant,
  signal: AbortSignal,
): Promise<OpenedPictures> {
  const { original, overlays } = pictures;
  const locals: Awaited<ReturnType<Original['open']>>[] = [];
  const open = async (picture: Original): Promise<RenderInput> => {
    const local = await picture.open(signal);
    locals.push(local);
    return { path: local.path, offset: local.offset, length: local.length, id: picture.id };
  };
  const release = async () => {
    await Promise.all(locals.map((local) => local.release()));
  };
  try {
    const input = await open(original);
    const opened: RenderOverlay[] = [];
    for (const overlay of overlays) {
      const overlayInput = await open(overlay).catch((error) =>
        Promise.reject(asOverlays(error, overlay.id)),
      );
      opened.push({ picture: overlay.id, input: overlayInput });
    }
    return { inputs: { input, overlays: opened }, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What decoding the overlays is reckoned to take, in bytes; of an animation the first frame is decoded. */
export function estimateOverlays(overlays: readonly Original[]): number {
  return overlays.reduce((sum, { facts }) => sum + estimateDecodeBytes({ ...facts, frames: 1 }), 0);
}
