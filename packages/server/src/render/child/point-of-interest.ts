import type { ContentKind, Pixels, Size } from '@images-server/recipe';
import sharp from 'sharp';
import { LENIENT, runPixels } from './run-sharp.ts';

/**
 * Where in the pixels a box of that size, not larger than they are, holds the most detail, or else of what draws the eye;
 * from the left upper corner.
 */
export async function pointOfInterest(
  { data, width, height, channels }: Pixels,
  kind: ContentKind,
  box: Size,
): Promise<{ readonly left: number; readonly top: number }> {
  const { info } = await runPixels(
    sharp(data, { raw: { width, height, channels }, ...LENIENT })
      // Without reducing, covering a box is cutting it out.
      .resize(box.width, box.height, {
        fit: 'cover',
        position: kind === 'entropy' ? 'entropy' : 'attention',
        withoutReduction: true,
      })
      .raw(),
  );
  // sharp tells where the old corner lies in the new picture.
  return { left: 0 - (info.cropOffsetLeft ?? 0), top: 0 - (info.cropOffsetTop ?? 0) };
}
