import type { BlobStore } from '../blobs/blob-store.ts';

/** Passes on to the store which entries were used, for the order after a restart. */
export interface Touches {
  /** Passes it on, unless it was within about the last minute. */
  touch(key: string): void;
  /** What has just been written needs no touch. */
  skip(key: string): void;
  /** When all that was passed on has arrived. */
  ended(): Promise<void>;
}

const TOUCH_MS = 60_000;
const MOST_REMEMBERED = 100_000;

/** Creates the touches of a store's blobs. */
export function createTouches(blobs: BlobStore): Touches {
  const touched = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let sinceMs = performance.now();
  const isFirst = (key: string): boolean => {
    if (performance.now() - sinceMs > TOUCH_MS || touched.size >= MOST_REMEMBERED) {
      touched.clear();
      sinceMs = performance.now();
    }
    if (touched.has(key)) return false;
    touched.add(key);
    return true;
  };
  return {
    touch(key) {
      if (!isFirst(key)) return;
      // That an entry has gone meanwhile, or that the disk does not answer, is no concern of a hit.
      const touching = blobs
        .touch(key)
        .catch(() => undefined)
        .finally(() => underWay.delete(touching));
      underWay.add(touching);
    },
    skip: (key) => void isFirst(key),
    async ended() {
      await Promise.all(underWay);
    },
  };
}
