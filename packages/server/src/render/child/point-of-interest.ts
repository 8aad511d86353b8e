import type { Pixels, Size } from '@images-server/recipe';
import sharp from 'sharp';
import { LENIENT, runPixels } from './run-sharp.ts';

/** What is looked for: what draws the eye, or the most detail. */
export type InterestKind = 'smart' | 'entropy';

/** Where in the pixels a box of that size, not larger than they are, holds most of it; from the left upper corner. */
export async function pointOfInterest(
  { data, width, height, channels }: Pixels,
  kind: InterestKind,
  box: Size,
): Promise<{ readonly left: number; readonly top: number }> {
  const { info } = await runPixels(
    sharp(data, { raw: { width, height, channels }, ...LENIENT })
      // Without reducing, covering a box is cutting it out.
      .resize(box.width, box.height, {
        fit: 'cover',
        position: kind === 'smart' ? 'attention' : 'entropy',
        withoutReduction: true,
      })
      .raw(),
  );
  // sharp tells where the old corner lies in the new picture.
  return { left: 0 - (info.cropOffsetLeft ?? 0), top: 0 - (info.cropOffsetTop ?? 0) };
}
