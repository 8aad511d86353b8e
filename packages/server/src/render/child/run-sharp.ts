import type { OutputInfo, Sharp } from 'sharp';
import { ServiceError } from '../../errors.ts';

/** What sharp made: encoded bytes or raw pixels, and what it says of them. */
export interface SharpResult {
  readonly data: Buffer;
  readonly info: OutputInfo;
}

/** Whether a run reads an original, whose faults are the picture's, or pixels that we made, whose faults are ours. */
export type RunOn = 'original' | 'pixels';

/**
 * How originals are opened. Our own limits are checked on the header, so sharp's are off.
 *
 * `failOn: 'error'` and not 'warning', measured on JPEGs: both refuse one that is cut off anywhere, but 'warning' also
 * refuses the padding that some cameras leave between header segments ("3 extraneous bytes before marker 0xdb"), which
 * harms nothing, and misses what comes up in the last rows. So damage is told by the warnings' words instead.
 */
export const ORIGINAL_OPTIONS = { failOn: 'error', limitInputPixels: false } as const;

/** libjpeg's words for compressed picture data that does not fit together. The rest of its warnings is harmless. */
const DAMAGE =
  /premature end|bad Huffman|bad arithmetic|Inconsistent progression|instead of RST|bytes before marker 0xd[0-7]/;

/**
 * Runs a pipeline. Throws `broken_picture` where an original cannot be decoded or is damaged, `too_many_pixels` where
 * the process may not have the memory for it, and `internal` for any other failure.
 */
export async function runSharp(image: Sharp, on: RunOn): Promise<SharpResult> {
  const damages: string[] = [];
  image.on('warning', (warning: string) => {
    const damage = warning.split('\n').find((line) => DAMAGE.test(line));
    if (damage !== undefined) damages.push(damage);
  });
  const result = await image.toBuffer({ resolveWithObject: true }).catch((cause: unknown) => {
    throw sharpFailure(cause, on);
  });
  const [damage] = damages;
  if (on === 'original' && damage !== undefined) throw brokenPicture(damage);
  return result;
}

/** The failure that an error thrown by sharp stands for. */
export function sharpFailure(cause: unknown, on: RunOn): ServiceError {
  const [reason = 'unknown'] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  if (/out of memory|unable to allocate|bad_alloc|enough memory/i.test(reason)) {
    return new ServiceError(
      'too_many_pixels',
      'the picture takes more memory than a render process may use',
      {
        cause,
      },
    );
  }
  if (on === 'pixels') return new ServiceError('internal', `sharp failed: ${reason}`, { cause });
  return brokenPicture(reason, cause);
}

function brokenPicture(reason: string, cause?: unknown): ServiceError {
  const words = reason.replace(/^Input buffer has corrupt header: /, '').replace(/^\w+: /, '');
  return new ServiceError('broken_picture', `the picture is truncated or corrupt: ${words}`, { cause });
}
