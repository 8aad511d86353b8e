import type { Pixels } from '@images-server/recipe';
import type { InputFormat, PictureFacts } from '../protocol.ts';
import { passOverOriginal } from './pass.ts';
import { runToPixels } from './run-pass.ts';

/** 16 megapixels with alpha: more would take the process near the size at which it is replaced. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
const KEPT_MS = 2000;

/**
 * The pixels of the original that several jobs in a row are about, decoded once; undefined where decoding it for each of
 * them gives other pixels, or costs no more.
 */
export type DecodedPixels = (
  id: string,
  original: { readonly bytes: Buffer; readonly facts: PictureFacts },
) => Promise<Pixels | undefined>;

/** Creates the memory of one original; it forgets it when no job has asked for it for a while. */
export function createDecodedPixels(): DecodedPixels {
  let kept: { readonly id: string; readonly pixels: Pixels } | undefined;
  let timer: NodeJS.Timeout | undefined;

  return async function decodedPixels(id, { bytes, facts }) {
    if (!isWorthKeeping(facts)) return undefined;
    clearTimeout(timer);
    if (kept?.id !== id) {
      kept = undefined;
      kept = { id, pixels: await runToPixels(passOverOriginal({ bytes, facts })) };
    }
    timer = setTimeout(() => {
      kept = undefined;
    }, KEPT_MS).unref();
    return kept.pixels;
  };
}

/**
 * JPEG and WebP are decoded to fewer pixels where few are wanted, which is both faster and not quite the same; 8-bit sRGB
 * as it is, upright, is what sharp would begin with from the file, too. Measured with 8 widths of 12 megapixels: a third of
 * the time for PNG, a sixth for AVIF.
 */
function isWorthKeeping({
  format,
  depth,
  space,
  hasProfile,
  orientation,
  frames,
  ...facts
}: PictureFacts): boolean {
  const isPlain = depth === 8 && space === 'srgb' && !hasProfile && orientation === 1;
  const isOne = frames === 1 && facts.pages === undefined;
  return DECODED_WHOLE.has(format) && isPlain && isOne && facts.width * facts.height * 4 <= MAX_KEPT_BYTES;
}

const DECODED_WHOLE: ReadonlySet<InputFormat> = new Set<InputFormat>(['png', 'tiff', 'avif']);
