import { ServiceError } from '../errors.ts';
import type { Original } from '../sources/source.ts';

/** Finds the stored pictures that steps lay on another one; rejects with `overlay_not_found` where one is not there (any more). */
export type FindOverlays = (hashes: readonly string[], signal: AbortSignal) => Promise<readonly Original[]>;

/** Creates it on what finds a stored picture by its hash. */
export function createFindOverlays(
  resolve: (hash: string, signal: AbortSignal) => Promise<Original>,
): FindOverlays {
  return (hashes, signal) =>
    Promise.all(
      hashes.map((hash) => resolve(hash, signal).catch((error) => Promise.reject(asOverlays(error, hash)))),
    );
}

/** What went wrong with a picture, said of it as an overlay. */
export function asOverlays(error: unknown, hash: string): unknown {
  const isGone = error instanceof ServiceError && error.code === 'not_found';
  return isGone
    ? new ServiceError('overlay_not_found', `no picture ${hash} to lay on`, { cause: error })
    : error;
}
