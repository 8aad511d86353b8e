import sharp, { type Sharp } from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { PictureFacts } from '../protocol.ts';
import { isComplete } from './container.ts';
import { orientationFromExif, orientedSize } from './orientation.ts';
import { runOriginal } from './run-sharp.ts';

/**
 * Decodes every pixel of every frame and throws them away; throws `broken_picture` where that cannot be done.
 * Averaging all into one pixel is the cheapest way that reads everything, row after row in constant memory (a
 * nearest-neighbour kernel leaves rows out).
 */
export async function verify(bytes: Buffer, facts: PictureFacts): Promise<void> {
  if (!isComplete(bytes, facts.format)) {
    throw new ServiceError('broken_picture', 'the picture is truncated: its end is missing');
  }
  const pages = facts.frames > 1 ? { pages: -1 } : {};
  await runOriginal(facts.format, (options) => {
    const image = sharp(bytes, { ...options, ...pages });
    return (isScaled(facts) ? atFullSize(image, facts) : image).resize(1, 1, { fit: 'fill' }).raw();
  });
}

function isScaled({ format }: PictureFacts): boolean {
  return format === 'jpeg' || format === 'svg';
}

/**
 * Cutting out everything keeps sharp from having JPEGs decoded at an eighth of their size, three times as fast (what is
 * damaged in the last rows would go unnoticed), and from having SVGs drawn at one pixel (what is costly would too).
 */
function atFullSize(image: Sharp, facts: PictureFacts): Sharp {
  const stored = orientedSize(facts, orientationFromExif(facts.orientation));
  return image.extract({ left: 0, top: 0, ...stored });
}
