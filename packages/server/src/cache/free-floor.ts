import type { BlobStore } from '../blobs/blob-store.ts';
import type { Evictions } from './evictions.ts';

/** How long a look at the free space holds, less what is written meanwhile. */
const LOOK_MS = 1000;

/** Keeps some of the disk free, whoever fills it. */
export interface FreeFloor {
  /** May that many bytes be written? Has entries evicted where too little is left for them. */
  keep(bytes: number): Promise<boolean>;
}

/** Creates the floor, in bytes of the store's disk; 0 for none. */
export function createFreeFloor(dependencies: {
  blobs: BlobStore;
  evictions: Evictions;
  minFreeBytes: number;
}): FreeFloor {
  const { blobs, evictions, minFreeBytes } = dependencies;
  let aboveFloor = 0;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  const measure = async (): Promise<void> => {
    aboveFloor = ((await blobs.freeBytes()) ?? Number.POSITIVE_INFINITY) - minFreeBytes;
  };
  const look = async (bytes: number): Promise<void> => {
    try {
      await measure();
      if (aboveFloor < bytes) {
        await evictions.relieve(bytes - aboveFloor);
        await measure();
      }
      lookedAtMs = performance.now();
    } finally {
      looking = undefined;
    }
  };

  return {
    async keep(bytes) {
      if (minFreeBytes === 0) return true;
      if (aboveFloor < bytes || performance.now() - lookedAtMs > LOOK_MS) {
        looking ??= look(bytes);
        await looking;
      }
      if (aboveFloor < bytes) return false;
      aboveFloor -= bytes;
      return true;
    },
  };
}
