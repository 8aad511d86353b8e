import sharp from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { PictureFacts } from '../protocol.ts';
import { isComplete } from './container.ts';
import { ORIGINAL_OPTIONS, runSharp } from './run-sharp.ts';

/**
 * Decodes every pixel of every frame and throws them away; throws `broken_picture` where that cannot be done.
 * Averaging all into one pixel is the cheapest way that reads everything: row after row in constant memory, JPEG and
 * WebP by their own reduced decoding, which still reads all the compressed data (a nearest-neighbour kernel would not).
 */
export async function verify(bytes: Buffer, facts: PictureFacts): Promise<void> {
  if (!isComplete(bytes, facts.format)) {
    throw new ServiceError('broken_picture', 'the picture is truncated: its end is missing');
  }
  const pages = facts.frames > 1 ? { pages: -1 } : {};
  const image = sharp(bytes, { ...ORIGINAL_OPTIONS, ...pages });
  await runSharp(image.resize(1, 1, { fit: 'fill' }).raw(), 'original');
}
