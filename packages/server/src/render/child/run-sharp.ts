import type { OutputInfo, Sharp } from 'sharp';
import { ServiceError } from '../../errors.ts';
import type { InputFormat } from '../protocol.ts';

/** What sharp made: encoded bytes or raw pixels, and what it says of them. */
export interface SharpResult {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** How an original is opened; our own limits are checked on the header, so sharp's are off. */
export interface OpenOptions {
  readonly failOn: 'warning' | 'error';
  readonly limitInputPixels: false;
}

const STRICT: OpenOptions = { failOn: 'warning', limitInputPixels: false };
export const LENIENT: OpenOptions = { failOn: 'error', limitInputPixels: false };

/** libjpeg's words for compressed picture data that does not fit together. */
const DAMAGE =
  /premature end|bad Huffman|bad arithmetic|Inconsistent progression|instead of RST|bytes before marker 0xd[0-7]/;

/**
 * Runs a pipeline over an original. Throws `broken_picture` where it cannot be decoded or is damaged, and
 * `too_many_pixels` where the process may not have the memory for it.
 *
 * Measured: 'error' refuses whatever is cut off or fails its checksum, and lets pass what is merely odd (profiles and
 * tags that libpng and libtiff warn of). Of a JPEG whose data does not fit together only 'warning' tells; alas it also
 * refuses JPEGs that are whole, such as those of cameras that leave padding between header segments ("3 extraneous
 * bytes before marker 0xdb"). So what it refuses is tried again with 'error', unless the words are those of damage. Of
 * the last rows only a warning beside the result tells.
 */
export async function runOriginal(
  format: InputFormat,
  build: (options: OpenOptions) => Sharp,
): Promise<SharpResult> {
  try {
    return await (format === 'jpeg' ? runJpeg(build) : build(LENIENT).toBuffer({ resolveWithObject: true }));
  } catch (error) {
    throw failure(error);
  }
}

async function runJpeg(build: (options: OpenOptions) => Sharp): Promise<SharpResult> {
  try {
    return await runUndamaged(build(STRICT));
  } catch (error) {
    if (DAMAGE.test(wordsOf(error))) throw error;
    return await runUndamaged(build(LENIENT));
  }
}

async function runUndamaged(image: Sharp): Promise<SharpResult> {
  const damages: string[] = [];
  image.on('warning', (warning: string) => {
    if (DAMAGE.test(warning)) damages.push(warning);
  });
  const result = await image.toBuffer({ resolveWithObject: true });
  const [damage] = damages;
  if (damage !== undefined) throw new Error(damage);
  return result;
}

/** Runs a pipeline over pixels that we made: whatever fails is our fault (`internal`), but for the memory. */
export async function runPixels(image: Sharp): Promise<SharpResult> {
  return image.toBuffer({ resolveWithObject: true }).catch((cause: unknown) => {
    if (isMemory(cause)) throw failure(cause);
    throw new ServiceError('internal', `sharp failed: ${firstLine(cause)}`, { cause });
  });
}

/** The failure of an original that an error of sharp stands for. */
export function failure(cause: unknown): ServiceError {
  if (isMemory(cause)) {
    const message = 'the picture takes more memory than a render process may use';
    return new ServiceError('too_many_pixels', message, { cause });
  }
  const reason = firstLine(cause)
    .replace(/^Input buffer has corrupt header: /, '')
    .replace(/^\w+: /, '');
  return new ServiceError('broken_picture', `the picture is truncated or corrupt: ${reason}`, { cause });
}

/**
 * How libvips, libheif, libpng, libjpeg, libtiff and libnsgif say that they got no memory; each in its own words. libwebp's
 * "unable to encode" of pixels within its 14 bits for a side is memory, too: 34 megapixels after wide margins.
 */
const NO_MEMORY =
  /out of memory|(?:insufficient|enough|allocate) memory|memory allocation|(?:unable|failed) to allocate|allocating \d+ bytes failed|creating thread|bad_alloc|webpsave: unable to encode/i;

function isMemory(error: unknown): boolean {
  return NO_MEMORY.test(wordsOf(error));
}

/** The first that says something: libheif seeks beyond the end of whole files, too, and libvips notes each time. */
function firstLine(error: unknown): string {
  const lines = wordsOf(error).split('\n');
  return lines.find((line) => !line.startsWith('source: bad seek')) ?? '';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
