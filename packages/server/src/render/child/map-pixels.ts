import type { Color, Pixels } from '@images-server/recipe';
import sharp from 'sharp';
import { ServiceError } from '../../errors.ts';
import { MARGIN_PX, type Mapping } from './mapping.ts';
import { runPixels } from './run-sharp.ts';

/**
 * Maps pixels that have `MARGIN_PX` around them, bicubic, alpha premultiplied. The result begins at the mapping's
 * origin and is at least as large as its size. What lies outside the picture gets the background.
 *
 * sharp's own ways would be off: its resize enlarges half a source pixel too far right and down, its rotate aligns
 * whole pixels instead of centres. libvips' affine takes displacements, but its result always begins at the (rounded)
 * left upper corner of the mapped picture, which is therefore taken off again.
 */
export async function mapPixels(padded: Pixels, mapping: Mapping, background: Color): Promise<Pixels> {
  const [a, b, c, d] = mapping.matrix;
  const { width, height, channels, data } = padded;
  const left = roundAsC(Math.min(0, a * width, b * height, a * width + b * height));
  const top = roundAsC(Math.min(0, c * width, d * height, c * width + d * height));
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false }).affine(
    [a, b, c, d],
    {
      interpolator: 'bicubic',
      // From a pixel's number to its centre and back, in the picture and in the result.
      idx: 0.5 - MARGIN_PX,
      idy: 0.5 - MARGIN_PX,
      odx: mapping.shift[0] - 0.5 + left,
      ody: mapping.shift[1] - 0.5 + top,
      // Without alpha in the picture a transparent background would add it.
      background: channels === 4 ? background : { ...background, alpha: 1 },
    },
  );
  const { data: mapped, info } = await runPixels(image.toColourspace(channels === 1 ? 'b-w' : 'srgb').raw());
  if (info.width < mapping.size.width || info.height < mapping.size.height || info.channels !== channels) {
    throw new ServiceError(
      'internal',
      `mapping gave ${info.width}x${info.height} of ${info.channels} channels`,
    );
  }
  return { data: mapped, width: info.width, height: info.height, channels };
}

/** As libvips rounds: halves away from zero. */
function roundAsC(value: number): number {
  return value > 0 ? Math.floor(value + 0.5) : Math.ceil(value - 0.5);
}
